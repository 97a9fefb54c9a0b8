"""What the made-up world is made with: chance, composing, wording of figures, people, contracts and their money."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from keqiao.demo import projects
from keqiao.demo.cast import CENTRE, CITIES, NODES, Cast, node_named
from keqiao.demo.chance import combination, few, in_turn, pick, source, weighted, with_numbers
from keqiao.demo.composing import LONGEST, SHORTEST, compose, finished, reworded
from keqiao.demo.fields import Measure, Topic, all_topics, field_of
from keqiao.demo.parties import domain, lower, organisation, person
from keqiao.demo.records import Contract, Match, Need, Organisation, Person, Solution
from keqiao.demo.wording import Figure, between, drawn, english_quantity, in_english
from keqiao.demo.world import World
from keqiao.exchange.fields import from_line

SHINE = Measure("吸光率", "吸收率", "Absorptance", "%", "high", (90, 95), (96.5, 98.5), (96, 99), 1)
COST = Measure("单位成本", "成本", "Unit cost", "万元", "low", (8, 20), (2, 3), (0.8, 3), 1)


# ---- chance -----------------------------------------------------------------------------------------------------


def test_chance_is_the_same_for_the_same_record_and_another_for_the_next() -> None:
    assert [source(7, "need", 3).random() for _time in range(2)] == [source(7, "need", 3).random()] * 2
    others = {source(*place).random() for place in ((7, "need", 4), (7, "match", 3), (8, "need", 3), (7, "need", 3))}
    assert len(others) == 4


@pytest.mark.parametrize(
    ("template", "low", "high", "step"),
    [
        ("<3~8>", 3, 8, 1),
        ("<200~900/50>", 200, 900, 50),
        ("<10~10>", 10, 10, 1),
        ("<0~1>", 0, 1, 1),
        ("<12~24/2>", 12, 24, 2),
    ],
)
def test_numbers_are_drawn_within_their_range_and_step(template: str, low: int, high: int, step: int) -> None:
    rng = source(1, template, 0)
    values = {int(with_numbers(rng, template)) for _time in range(400)}
    assert min(values) == low
    assert max(values) == high
    assert all((value - low) % step == 0 for value in values)


def test_numbers_with_decimals_keep_as_many() -> None:
    rng = source(1, "decimals", 0)
    values = [with_numbers(rng, "漂 <0.2~0.6> μW") for _time in range(50)]
    assert {len(value.split()[1]) for value in values} == {3}
    assert all(0.2 <= float(value.split()[1]) <= 0.6 for value in values)


@pytest.mark.parametrize("text", ["没有数字", "", "a < b", "<3>", "x~y", "吸光率 < 95 %"])
def test_what_is_no_range_stays(text: str) -> None:
    assert with_numbers(source(1, "text", 0), text) == text


def test_picking_comes_to_every_item_about_as_often() -> None:
    rng = source(1, "pick", 0)
    counts = Counter(pick(rng, "abcd") for _time in range(4000))
    assert set(counts) == set("abcd")
    assert max(counts.values()) < 1.3 * min(counts.values())


@pytest.mark.parametrize("number", [0, 1, 3, 9])
def test_few_are_different_and_never_more_than_there_are(number: int) -> None:
    chosen = few(source(1, "few", number), "abc", number)
    assert len(chosen) == len(set(chosen)) == min(number, 3)


def test_weights_decide_how_often() -> None:
    rng = source(1, "weighted", 0)
    counts = Counter(weighted(rng, (("often", 90), ("seldom", 10), ("never", 0))) for _time in range(3000))
    assert counts["never"] == 0
    assert 0.86 < counts["often"] / 3000 < 0.94


@pytest.mark.parametrize("sizes", [[3, 3, 3, 3, 2], [44, 44, 36], [1], [2, 1, 5], [7]])
def test_no_combination_comes_twice_before_all_came_once(sizes: list[int]) -> None:
    total = 1
    for size in sizes:
        total *= size
    count = min(total, 3000)
    seen = [tuple(combination(number, 5, sizes)) for number in range(count)]
    assert len(set(seen)) == count
    assert all(0 <= place < size for places in seen for place, size in zip(places, sizes, strict=True))
    assert tuple(combination(total, 5, sizes)) == tuple(combination(0, 5, sizes))


def test_in_turn_goes_round() -> None:
    assert [in_turn(turn, "abc") for turn in range(5)] == list("abcab")


# ---- composing --------------------------------------------------------------------------------------------------


def slots(word: str) -> dict[str, str]:
    """Every slot that a plan could ask for, each saying the same many characters of its own."""

    class Said(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return f"{name}说{word}"

    return Said()


@pytest.mark.parametrize("times", [1, 12, 30])
@pytest.mark.parametrize("name", ["needs", "achievements", "solutions"])
def test_a_text_is_neither_too_short_nor_too_long_whatever_its_phrases(name: str, times: int) -> None:
    for plan in range(24):
        text = compose(source(1, name, plan), name, slots("话" * times), plan, "goods")
        assert SHORTEST <= len(text) <= LONGEST + 60 * times, (plan, len(text))


def test_moves_that_are_left_out_are_not_said() -> None:
    texts = [
        compose(source(1, "without", plan), "achievements", slots("话"), plan, "goods", without=frozenset({"proof"}))
        for plan in range(36)
    ]
    assert [text for text in texts if "test说" in text] == []


def test_finished_fills_draws_and_mends() -> None:
    assert finished(source(1, "finished", 0), "{a}。。共 <4~4> 件，{b}", {"a": "含72 h", "b": "降到，。"}) == (
        "含 72 h。共 4 件，降到。"
    )


def test_a_slot_that_nobody_filled_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        finished(source(1, "hole", 0), "{nothing}", {})


def test_rewording_says_the_same_in_other_words_now_and_then() -> None:
    text = "希望样品明显改善，但是返工仍然经常发生"
    said = {reworded(source(seed, "reworded", 0), text) for seed in range(60)}
    assert text in said or len(said) > 8
    assert all("返工" in one for one in said)
    assert any("期望" in one for one in said)


# ---- figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "english"),
    [
        (Figure(SHINE, 98.7), "98.7 %"),
        (Figure(COST, 2.5), "25000 CNY"),
        (Figure(Measure("a", "a", "A", "元/吨", "low", (1, 2), (1, 2), (1, 2), 0), 260.0), "260 CNY/吨"),
        (Figure(Measure("a", "a", "A", "次/月", "low", (1, 2), (1, 2), (1, 2), 0), 3.0), "3 times/month"),
        (Figure(Measure("a", "a", "A", "天", "low", (1, 2), (1, 2), (1, 2), 0), 4.0), "4 days"),
        (Figure(Measure("a", "a", "A", "个月", "high", (1, 2), (1, 2), (1, 2), 0), 36.0), "36 months"),
        (Figure(Measure("a", "a", "A", "°", "low", (1, 2), (1, 2), (1, 2), 0), 12.0), "12°"),
        (Figure(Measure("a", "a", "A", "", "low", (1, 2), (1, 2), (1, 2), 2), 1.04), "1.04"),
    ],
)
def test_quantities_in_english(figure: Figure, english: str) -> None:
    assert english_quantity(figure) == english


def test_english_targets_say_which_way() -> None:
    assert in_english(Figure(SHINE, 98.0, is_asked=True), target=True) == "absorptance of at least 98 %"
    assert in_english(Figure(COST, 2.0, is_asked=True), target=True) == "unit cost of at most 20000 CNY"
    assert in_english(Figure(SHINE, 98.7), target=False) == "absorptance 98.7 %"


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_between_lies_between(share: float) -> None:
    start, end = Figure(SHINE, 93.0), Figure(SHINE, 98.6)
    value = between(start, end, share).value
    assert start.value <= value <= end.value
    assert value == round(93.0 + 5.6 * share, 1)


def test_drawn_values_are_rounded_as_they_are_read() -> None:
    for topic in all_topics()[::5]:
        for measure in topic.figures:
            value = drawn(source(3, measure.name, 0), measure, measure.give).value
            assert value == round(value, measure.digits)


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
def test_every_figure_of_a_topic_is_read_by_the_platform(topic: Topic) -> None:
    for measure in topic.figures:
        want, give = Figure(measure, measure.want[0], is_asked=True), Figure(measure, measure.give[1])
        [target], [offered] = from_line(want.target()), from_line(give.line())
        assert measure.name.endswith(target["name"])
        assert target["unit"] == offered["unit"]
        assert [target["min"], target["max"]].count(None) == 1
        assert offered["min"] == offered["max"]


# ---- who takes part ---------------------------------------------------------------------------------------------


def test_nodes_are_the_centre_and_its_cities() -> None:
    assert NODES[0] is CENTRE
    assert [node.code for node in NODES[1:]] == [city.node for city in CITIES]
    assert node_named("wuhan").region == "4201"
    with pytest.raises(KeyError):
        node_named("nowhere")


@pytest.mark.parametrize("scale", ["small", "seed"])
def test_everybody_of_the_story_is_somebody_else(scale: str) -> None:
    cast = Cast(scale)
    seats = World(scale, 7).seats  # type: ignore[arg-type]
    assert len(set(seats.people.values())) == len(seats.people) == 6
    assert seats.company != seats.rival
    assert cast.company_of_contact(seats.people["owner"]) == seats.company
    assert cast.city_of_company(seats.company).node == "wuhan"
    assert cast.field_of_company(seats.company) is cast.field_of_company(seats.rival)
    assert cast.colleague == cast.people


def test_the_largest_city_has_most_companies(organisations: list[Organisation]) -> None:
    nodes = Counter(one.node for one in organisations if one.kind == "company")
    assert nodes.most_common(1)[0][0] == "wuhan"
    assert len(nodes) >= 15


def test_people_work_in_the_field_of_their_organisation(small: World, people: list[Person]) -> None:
    cast = small.cast
    for one in people:
        if one.role == "contact":
            assert one.organisation is not None
            assert one.email.endswith(f"@{domain(cast, one.organisation)}")
            assert cast.company_of_contact(one.index) == one.organisation
        if one.role == "researcher":
            field = cast.field_of_researcher(one.index)
            assert set(one.fields) <= {*field.industries, *field.strategic}
        assert one.is_listed == (one.role in ("researcher", "manager"))
        assert (one.organisation is None) == (one.role in ("manager", "operator"))


@pytest.mark.parametrize("index", [0, 239, 240, 279, 280, 309])
def test_a_record_does_not_depend_on_who_asks_first(index: int, small: World) -> None:
    assert organisation(small.cast, 7, index) == small.organisation(index)
    assert person(small.cast, 7, index % small.cast.people) == small.person(index % small.cast.people)


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("Optical coatings", "optical coatings"),
        ("3D printing", "3D printing"),
        ("AI models", "AI models"),
        ("PV", "PV"),
    ],
)
def test_names_of_fields_within_a_sentence(name: str, within: str) -> None:
    assert lower(name) == within


# ---- projects ---------------------------------------------------------------------------------------------------


def test_payments_come_one_after_the_other_and_the_first_is_not_before_the_signature(matches: list[Match]) -> None:
    for match in matches:
        deal = match.contract
        if deal is not None and deal.instalments and deal.signed_days_ago is not None:
            days = [day for day, _amount, _name in deal.instalments]
            assert days == sorted(days, reverse=True)
            assert days[0] <= deal.signed_days_ago
            assert all(amount > 0 for _day, amount, _name in deal.instalments)
        if deal is not None:
            assert deal.drafted_days_ago >= (deal.signed_days_ago or 0)


def test_registered_contracts_are_signed_and_numbered_for_nobody_to_mistake(matches: list[Match]) -> None:
    deals: list[Contract] = [match.contract for match in matches if match.contract is not None]
    for deal in deals:
        assert not deal.registration_number or deal.registration_number.startswith("DEMO-")
        assert not deal.registration_number or deal.signed_days_ago is not None
    assert any(deal.registration_number for deal in deals)


def test_reward_is_at_least_half_where_rights_were_given_away(matches: list[Match]) -> None:
    closed = [match for match in matches[1:] if match.stage == "closed" and match.contract is not None]
    assert len(closed) >= 5
    for match in closed:
        total = sum(amount for _day, amount, _name in match.incomes)
        assert match.contract is not None
        share = match.reward / total
        assert (0.5 <= share <= 0.71) if match.contract.type in ("transfer", "licence") else (0.27 <= share < 0.5)


def test_nothing_is_paid_after_the_project_was_closed(matches: list[Match]) -> None:
    for match in matches:
        for day, _amount, _name in match.incomes:
            assert match.closed_days_ago is not None
            assert day >= match.closed_days_ago


def test_rounds_are_counted_from_one_and_sent_one_after_the_other(matches: list[Match]) -> None:
    for match in matches:
        assert [one.number for one in match.rounds] == list(range(1, len(match.rounds) + 1))
        sent = [one.sent_days_ago for one in match.rounds]
        assert all(early >= late for early, late in pairwise(sent))
        assert all(one.measured_days_ago is None or one.measured_days_ago <= one.sent_days_ago for one in match.rounds)


def test_stages_that_are_done_are_those_that_are_tested() -> None:
    assert projects.DONE <= projects.TESTED <= projects.SIGNED


# ---- solutions --------------------------------------------------------------------------------------------------


def test_solutions_come_after_their_need_and_are_answered_after_they_came(
    solutions: list[Solution], needs: list[Need]
) -> None:
    for one in solutions:
        published = needs[one.need].published_days_ago
        assert published is not None
        assert one.created_days_ago <= published
        assert one.answered_days_ago is None or one.answered_days_ago <= one.created_days_ago
        assert (one.answered_days_ago is None) == (one.state in ("submitted", "draft"))
        assert not one.question or one.state == "submitted"


def test_who_waits_for_an_answer_has_not_waited_long(solutions: list[Solution]) -> None:
    waiting = [one.created_days_ago for one in solutions if one.state in ("submitted", "draft")]
    assert len(waiting) >= 20
    assert max(waiting) <= 13


def test_a_solution_speaks_of_the_field_of_its_need(solutions: list[Solution], needs: list[Need], small: World) -> None:
    for one in solutions:
        field = field_of(needs[one.need].subject)
        assert small.cast.field_of_researcher(one.contact) is field
        assert any(lab in one.team for lab in field.labs)
        assert one.node == needs[one.need].node
