"""Matches: stages, grades, refusals and sample rounds that follow from the figures."""

from __future__ import annotations

from collections import Counter

import pytest

from keqiao.demo.achievements import figures_of
from keqiao.demo.chance import source
from keqiao.demo.composing import phrases
from keqiao.demo.fields import Measure
from keqiao.demo.matches import LONG_STAGES, STARTED, grade_of
from keqiao.demo.needs import targets_of, topic_of
from keqiao.demo.projects import DONE
from keqiao.demo.records import Achievement, Match, Need
from keqiao.demo.refusing import missed, refusal, shortfall
from keqiao.demo.wording import Figure, between
from keqiao.exchange.enums import DeclineReason
from keqiao.projects.enums import WITHOUT_SAMPLES, ContractType, PaymentMode

STAGES = {stage for stage, _weight in LONG_STAGES}
SHINE = Measure("吸光率", "吸收率", "Absorptance", "%", "high", (90, 95), (97, 98), (96, 99), 1)
HEAT = Measure("固化温度", "烘烤温度", "Curing temperature", "℃", "low", (150, 200), (100, 120), (80, 120), 0)
WANT = (Figure(SHINE, 98.0), Figure(HEAT, 110.0))


def test_matches_are_at_every_stage(matches: list[Match]) -> None:
    stages = Counter(match.stage for match in matches)
    assert set(stages) == STAGES
    assert min(stages[stage] for stage in ("closed", "sampling", "contract", "signing", "proposed", "declined")) >= 5


def test_a_need_is_in_one_match_at_most(matches: list[Match]) -> None:
    assert len({match.need for match in matches}) == len(matches)


def test_state_of_the_need_follows_the_stage(matches: list[Match], needs: list[Need]) -> None:
    expected = {"closed": "solved"} | dict.fromkeys(STARTED - {"closed"}, "in_project")
    for match in matches:
        assert needs[match.need].state == expected.get(match.stage, "open")
        assert needs[match.need].kind == "technology"
    assert sum(need.state == "solved" for need in needs) == sum(match.stage == "closed" for match in matches)


def test_partner_is_published_and_of_the_same_field(
    matches: list[Match], needs: list[Need], achievements: list[Achievement]
) -> None:
    for match in matches:
        assert achievements[match.achievement].state == "published"
        assert achievements[match.achievement].subject == needs[match.need].subject


def test_what_was_carried_on_is_of_the_same_topic(matches: list[Match]) -> None:
    for match in matches[2:]:
        if match.stage != "declined":
            assert topic_of(match.achievement) is topic_of(match.need)


def test_grade_follows_from_the_targets() -> None:
    both = (Figure(SHINE, 98.7), Figure(HEAT, 80.0))
    one = (Figure(SHINE, 97.0), Figure(HEAT, 80.0))
    none = (Figure(SHINE, 97.0), Figure(HEAT, 120.0))
    silent = (Figure(SHINE, 98.7),)
    assert [grade_of(WANT, give) for give in (both, one, none, silent)] == [4, 3, 2, 3]


def test_missed_targets_are_those_that_are_spoken_of_and_not_reached() -> None:
    give = (Figure(SHINE, 97.0),)
    assert missed(WANT, give) == [(WANT[0], give[0])]
    assert shortfall(WANT, give) == 2


@pytest.mark.parametrize("seed", range(12))
def test_refusal_names_the_target_that_is_missed_or_another_coded_reason(seed: int) -> None:
    reason, text = refusal(source(seed, "refusal", 0), WANT, (Figure(SHINE, 97.0), Figure(HEAT, 90.0)), 6)
    assert reason in DeclineReason.values
    assert reason != "target_missed" or ("97.0 %" in text and "吸光率" in text)


@pytest.mark.parametrize("seed", range(12))
def test_refusal_never_claims_a_miss_that_is_none(seed: int) -> None:
    reason, _text = refusal(source(seed, "refusal", 1), WANT, (Figure(SHINE, 99.0), Figure(HEAT, 90.0)), 6)
    assert reason != "target_missed"


def test_declined_matches_say_why_and_by_whom(matches: list[Match]) -> None:
    for match in matches:
        assert (match.stage == "declined") == bool(match.decline_reason) == bool(match.decline_text)
        assert match.declined_by in (("asker", "provider") if match.stage == "declined" else ("",))
        assert not match.decline_reason or match.decline_reason in DeclineReason.values


def test_contracts_are_of_the_law_and_only_from_their_stage_on(matches: list[Match]) -> None:
    for match in matches:
        assert (match.contract is not None) == (match.stage in STARTED)
        if match.contract is not None:
            deal = match.contract
            assert deal.type in set(ContractType.values) - WITHOUT_SAMPLES
            assert deal.payment_mode in PaymentMode.values
            assert (deal.amount == 0) if deal.payment_mode == "royalty" else deal.amount >= 50_000
            assert sum(amount for _day, amount, _name in deal.instalments) in {0, deal.amount}
            assert (deal.signed_days_ago is None) == (match.stage == "signing")
            assert bool(deal.rates) == deal.payment_mode.startswith("royalty")
    numbers = [match.contract.registration_number for match in matches if match.contract]
    given = [number for number in numbers if number]
    assert len(set(given)) == len(given)


def test_rounds_go_towards_the_target_and_the_last_of_a_finished_match_reaches_it(matches: list[Match]) -> None:
    setbacks = 0
    for match in matches[2:]:
        if match.stage not in DONE:
            continue
        for place, target in enumerate(targets_of(7, match.need)):
            values = [value_of(target, one.values[place]) for one in match.rounds]
            rising = target.measure.better == "high"
            setbacks += values != sorted(values, reverse=not rising)
            assert target.measure.reaches(values[-1], values[0]), match.index
            assert target.measure.reaches(values[-1], target.value), match.index
    assert setbacks > 0


def test_notes_of_rounds_name_what_was_missed_and_praise_nothing_that_was(matches: list[Match]) -> None:
    missed = phrases("projects")["notes"]["missed"]
    for match in (match for match in matches[2:] if match.rounds):
        targets = targets_of(7, match.need)
        for one in match.rounds[: -1 if match.stage in DONE else None]:
            pairs = zip(targets, one.values, strict=False)
            short = [target for target, line in pairs if not reaches(target, line)]
            said = [line.format(name=target.measure.name) for line in missed for target in targets if "<" not in line]
            assert any(line in one.note for line in said) <= bool(short), (match.index, one)


def reaches(target: Figure, line: str) -> bool:
    return target.measure.reaches(value_of(target, line), target.value)


def test_only_the_last_round_of_a_running_project_is_under_way(matches: list[Match]) -> None:
    under_way = 0
    for match in matches:
        waiting = [one for one in match.rounds if one.measured_days_ago is None]
        assert waiting in ([], [match.rounds[-1]] if match.rounds else [])
        assert not waiting or (match.stage == "sampling" and waiting[0].sent_days_ago < 10)
        assert all(bool(one.values) == (one.measured_days_ago is not None) for one in match.rounds)
        under_way += len(waiting)
    assert under_way >= 3


def test_milestones_add_up_to_the_price_and_are_done_as_far_as_the_project_is(matches: list[Match]) -> None:
    for match in matches:
        if match.stage in ("sampling", "accepting", "closed"):
            assert len(match.milestones) == 3
            assert match.contract is not None
            payments = sum(step.payment for step in match.milestones)
            assert payments == sum(amount for _day, amount, _name in match.contract.instalments)
        done = [step.accepted_days_ago is not None for step in match.milestones]
        assert done == sorted(done, reverse=True)
        assert all(done) or match.stage not in DONE
        for step in match.milestones:
            assert (step.delivered_days_ago is None) == (step.accepted_days_ago is None) == (step.note == "")
            assert not step.note or (step.delivered_days_ago or 0) >= (step.accepted_days_ago or 0)


def value_of(target: Figure, line: str) -> float:
    """The number in a line such as ``吸光率 98.5 %``."""
    rest = line.removeprefix(target.measure.name).strip()
    return float(rest.removesuffix(target.measure.unit).strip())


def test_days_run_from_proposal_to_result(matches: list[Match], needs: list[Need]) -> None:
    for match in matches:
        days = [needs[match.need].published_days_ago, match.proposed_days_ago, match.answered_days_ago]
        days += [match.contract.signed_days_ago] if match.contract else []
        days += [day for one in match.rounds for day in (one.sent_days_ago, one.measured_days_ago)]
        days += [match.asked_days_ago, match.closed_days_ago]
        known = [day for day in days if day is not None]
        assert known == sorted(known, reverse=True), match.index
        assert min(known) >= 0


def test_result_says_how_long_it_really_took(matches: list[Match]) -> None:
    for match in matches[2:]:
        if match.contract and match.result_note.startswith("历时"):
            days = (match.contract.signed_days_ago or 0) - (match.rounds[-1].measured_days_ago or 0)
            assert match.result_note.startswith(f"历时 {max(1, round(days / 30))} 个月"), match.index


def test_money_and_scores_come_with_the_result(matches: list[Match]) -> None:
    for match in matches:
        closed = match.stage == "closed"
        total = sum(amount for _day, amount, _name in match.incomes)
        assert (total > 0) == (match.reward > 0) == closed
        assert (match.asker_score is not None) == (match.provider_score is not None) == closed
        assert bool(match.asker_comment) == bool(match.provider_comment) == closed
        assert match.reward <= total


def test_grades_are_one_to_four_and_unrelated_ones_are_declined(matches: list[Match]) -> None:
    grades = Counter(match.grade for match in matches)
    assert set(grades) <= {None, 1, 2, 3, 4}
    assert grades[4] > 0
    assert {match.stage for match in matches if match.decline_reason == "not_related"} <= {"declined"}
    assert {match.grade for match in matches if match.decline_reason == "not_related"} <= {1, 2}


def test_carried_matches_are_graded_by_their_figures(matches: list[Match]) -> None:
    for match in matches[2:]:
        if match.stage in STARTED:
            assert match.grade == grade_of(targets_of(7, match.need), figures_of(7, match.achievement))


def test_between_two_figures_lies_a_rounded_one() -> None:
    assert between(Figure(SHINE, 94.0), Figure(SHINE, 98.0), 0.5).line() == "吸光率 96.0 %"


def test_story_match_ends_with_the_measured_result(matches: list[Match]) -> None:
    assert matches[0].stage == "closed"
    assert [one.values[0] for one in matches[0].rounds] == ["吸光率 93.1 %", "吸光率 97.2 %", "吸光率 98.68 %"]
    assert matches[1].stage == "proposed"
