"""What a text can say: the phrases of a topic chosen for one record, by the name a template calls them."""

from __future__ import annotations

from random import Random

from keqiao.demo.chance import combination, few, pick, source, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.fields import Field, Route, Topic
from keqiao.demo.wording import Figure, given, in_english, present, versus, wanted, wanted_bare, wanted_doing

Slots = dict[str, str]


def common_slots(rng: Random, field: Field, topic: Topic, turn: int) -> Slots:
    """What needs, achievements and solutions can all speak of. `turn` counts the records of the topic."""
    lists = [
        topic.troubles,
        topic.settings,
        topic.tried,
        topic.limits,
        topic.things,
        topic.gaps,
        topic.merits,
    ]
    places = combination(turn, topic.number * 17, [len(items) for items in lists])
    lists.append(topic.causes)
    places.append(places[0])  # what is wrong and why belong together
    chosen = [items[place] for items, place in zip(lists, places, strict=True)]
    others = [items[(place + 1) % len(items)] for items, place in zip(lists, places, strict=True)]
    names = ("trouble", "setting", "tried", "limit", "thing", "gap", "merit", "cause")
    slots = {name: with_numbers(rng, text) for name, text in zip(names, chosen, strict=True)}
    slots |= {f"{name}_two": with_numbers(rng, text) for name, text in zip(names, others, strict=True)}
    aims, tests, pain = few(rng, topic.aims, 2), few(rng, topic.tests, 2), pick(rng, topic.pains)
    scenes = few(rng, [scene for scene in topic.scenes if scene not in slots["thing"]], 2)
    slots |= {
        "aim": aims[0],
        "aim_one": aims[0],
        "aim_two": aims[-1],
        "pain": pain,
        "scene": scenes[0],
        "scene_two": scenes[-1],
        "test": tests[0],
        "test_two": tests[-1],
        "maker": pick(rng, topic.makers),
        "skill": pick(rng, topic.skills),
        "equipment": pick(rng, field.equipment),
        "pitfall": pick(rng, topic.pitfalls),
        "lab": pick(rng, field.labs),
        "field": field.name,
        "thing_aim": joined(slots["thing"], aims[0], "的"),
        "thing_pain": joined(slots["thing"], pain),
        "tried_quote": f"“{slots['tried'].partition('，')[0]}”",
    }
    return slots


def company_slots(seed: int, company: int) -> Slots:
    """What a company says of itself: the same in all its needs."""
    rng = source(seed, "company", company)
    founded = rng.randrange(2002, 2020)
    staff = rng.randrange(20, 100) * 5
    return {
        "founded": str(founded),
        "started": str(founded + rng.randrange(1, 4)),
        "staff": str(staff),
        "developers": str(max(8, staff * rng.randrange(12, 30) // 100)),
        "research": str(rng.randrange(5, 17)),
        "rights": str(rng.randrange(8, 60)),
        "sales": f"{staff * rng.uniform(0.4, 1.1) / 100:.1f}",
        "area_mu": str(rng.randrange(8, 110)),
    }


def need_slots(rng: Random, topic: Topic, now: tuple[Figure, ...], want: tuple[Figure, ...]) -> Slots:
    """How a need speaks of its figures; the main one may go by its other name."""
    first, rest = want[0], want[1:]
    also = rng.random() < 0.3
    said = [wanted(rng, first, also=also), *(wanted(rng, figure) for figure in rest)]
    return {
        "wants": "，".join(said),
        "want_first": wanted(rng, first, also=also),
        "want_bare": wanted_bare(first),
        "want_do": wanted_doing(first),
        "name": first.measure.name,
        "value": first.quantity,
        "now_value": now[0].quantity,
        "now": "，".join(present(rng, figure, also=rng.random() < 0.3) for figure in now[: 1 + (rng.random() < 0.5)]),
        "colour": with_numbers(rng, pick(rng, phrases("needs")["colour"][topic.mode])),
        "customer": pick(rng, phrases("needs")["customers"][topic.mode]),
        "who_bare": f"公司主营{pick(rng, topic.makers)}，产品用在{pick(rng, topic.scenes)}等场合",
    }


def offer_slots(
    rng: Random, topic: Topic, route: Route, give: tuple[Figure, ...], now: Figure, level: int, slots: Slots
) -> Slots:
    """How an achievement or a solution speaks of its route and figures; `level` is its maturity, 1 to 9."""
    first = give[0]
    also = rng.random() < 0.3
    said = [given(rng, first, also=also), *(given(rng, figure) for figure in give[1:])]
    stages = phrases("achievements")["stage"][topic.mode]
    aim = topic.aims[route.aim] if route.aim >= 0 else pick(rng, topic.aims)
    return {
        "gap": topic.gaps[topic.routes.index(route) % len(topic.gaps)],
        "aim": aim,
        "thing_aim": joined(slots["thing"], aim, "的"),
        "route": route.name,
        "how": route.how,
        "why": route.why,
        "gives": "，".join(said),
        "give_first": given(rng, first, also=also),
        "name": first.measure.name,
        "value": first.quantity,
        "versus": versus(now, first),
        "stage": with_numbers(rng, stages[stage_of(level)]),
    }


def joined(thing: str, words: str, link: str = "") -> str:
    """``减速器`` and ``精度提升`` with a link between them; ``电堆`` and ``电堆成本下降`` are ``电堆成本下降``."""
    shared = next((size for size in range(min(len(thing), len(words)), 1, -1) if thing.endswith(words[:size])), 0)
    return thing + (words[shared:] if shared else link + words)


def stage_of(level: int) -> int:
    """Which of the six stages a maturity of 1 to 9 belongs to."""
    return (0, 0, 0, 1, 2, 3, 4, 5, 5)[level - 1]


def english_slots(topic: Topic, figures: tuple[Figure, ...], *, target: bool) -> Slots:
    """What an English text can say of a topic and its figures."""
    said = [in_english(figure, target=target) for figure in figures]
    return {
        "thing_en": topic.thing_en,
        "pain_en": topic.pain_en,
        "pain_lower": topic.pain_en[0].lower() + topic.pain_en[1:] if topic.pain_en[:2] != "I " else topic.pain_en,
        "gives_en": " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said),
        "give_first_en": said[0],
    }
