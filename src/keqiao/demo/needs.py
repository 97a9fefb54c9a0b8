"""Needs of the four kinds."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from keqiao.demo.cast import Cast
from keqiao.demo.chance import few, in_turn, pick, source, weighted
from keqiao.demo.composing import SHORTEST, compose, finished, phrases, reworded, tidy
from keqiao.demo.fields import Field, Measure, Topic, all_topics, field_of
from keqiao.demo.parties import lower
from keqiao.demo.records import Need
from keqiao.demo.speaking import Slots, common_slots, company_slots, english_slots, need_slots
from keqiao.demo.story import story_topics
from keqiao.demo.wording import Figure, asked, drawn

SEALED = (("organisation", "nda"), ("contact", "nda"), ("background", "nda"))
"""Who asks is told after a non-disclosure agreement."""

_MODES = (
    (("development",), 34), (("development", "licence"), 18), (("licence",), 10), (("service",), 10),
    (("transfer", "licence"), 8), (("consulting", "service"), 8), (("joint_laboratory", "development"), 7),
    (("try_first", "licence"), 5),
)  # fmt: skip
_REJECTS = (
    ("unclear", "补充两次后仍看不出要解决什么问题，缺少可测量的指标。"),
    ("duplicate", "与本单位上月发布的一条需求内容基本相同，请在原需求上更新。"),
    ("not_genuine", "按登记电话联系单位，未能核实需求由本单位提出。"),
    ("off_topic", "内容为设备采购询价，不属于科技需求，建议走采购平台。"),
    ("secrecy", "文中涉及不宜公开的用户和型号，请脱敏后重新提交。"),
)


def kind_of(index: int) -> str:
    """The kind of need number `index`: 78 % technology, 10 % talent, 6 % finance, 6 % site."""
    if index < 2:
        return "technology"
    point = (index * 37 + 5) % 100
    return "technology" if point < 78 else "talent" if point < 88 else "finance" if point < 94 else "site"


def language_of(seed: int, index: int) -> str:
    """`zh`, `both`, or (seldom) `en`: the language that need number `index` is written in."""
    if kind_of(index) != "technology":
        return "zh"
    return weighted(source(seed, "language", index), (("zh", 86), ("both", 12), ("en", 2)))


def topic_of(index: int) -> Topic:
    """The topic of need or achievement number `index`."""
    topics = all_topics()
    return topics[index % len(topics)]


def turn_of(index: int) -> int:
    """How many records of the same topic came before number `index`."""
    return index // len(all_topics())


def measures_of(seed: int, index: int) -> tuple[Measure, ...]:
    """What need number `index` is measured by: two or three figures of its topic, the main one nearly always."""
    rng = source(seed, "measures", index)
    figures = topic_of(index).figures
    chosen = set(few(rng, figures, 2 + (rng.random() < 0.45)))
    if rng.random() < 0.8:
        chosen.add(figures[0])
    return tuple(figure for figure in figures if figure in chosen)[:3]


def targets_of(seed: int, index: int) -> tuple[Figure, ...]:
    """What need number `index` (of a technology) asks for; the same as on its card."""
    rng = source(seed, "targets", index)
    return tuple(asked(rng, measure) for measure in measures_of(seed, index))


def present_of(seed: int, index: int) -> tuple[Figure, ...]:
    """Where the company of need number `index` stands today."""
    rng = source(seed, "present", index)
    return tuple(drawn(rng, measure, measure.now) for measure in measures_of(seed, index))


def contact_of(cast: Cast, index: int) -> int:
    """Who wrote need number `index` (not one of the story); whoever told the story of a topic does not ask again."""
    topic, turn = topic_of(index).number, turn_of(index)
    person = cast.contact_for(topic, turn)
    is_answered = topic in story_topics() and person == cast.story_contact(topic)
    return cast.contact_for(topic, turn + 1) if is_answered else person


def need(
    cast: Cast, seed: int, index: int, state: str, published: float | None, created: float, *, managed: bool = False,
    sealed: bool = False,
) -> Need:  # fmt: skip
    """Need number `index` in this state, created and published so many days ago.

    A need that is `managed` has a technology manager; one that is `sealed` keeps back who asks.
    """
    rng = source(seed, "need", index)
    topic, kind = topic_of(index), kind_of(index)
    field = field_of(topic.subject)
    contact = contact_of(cast, index)
    company = cast.company_of_contact(contact)
    city = cast.city_of(company)
    slots = common_slots(rng, field, topic, turn_of(index)) | company_slots(seed, company)
    language = language_of(seed, index)
    if kind == "technology":
        said = _technology(rng, seed, index, language, slots)
    else:
        said = _other(rng, kind, field, topic, turn_of(index), slots)
    low, high = _budget(rng, kind, state)
    reason, words = pick(rng, _REJECTS) if state == "rejected" else ("", "")
    about = phrases("others")["background"]
    lines = about["en"] if language == "en" else about.get(topic.mode, about["lines"])
    known = slots | {"city_en": city.name_en, "field_en": lower(field.name_en)}
    background = tidy(pick(rng, lines).format_map(known))
    return Need(
        index=index,
        subject=field.key,
        kind=kind,
        state=state,
        language=language,
        title=said.title_en if language == "en" else said.title,
        title_en=said.title_en if language == "both" else "",
        organisation=company,
        contact=contact,
        manager=cast.manager_for(index, city.node) if managed else None,
        node=city.node,
        region=city.region,
        fields=(pick(rng, field.industries), pick(rng, field.strategic)),
        problem=said.problem_en if language == "en" else said.problem,
        problem_en=said.problem_en if language == "both" else "",
        current=said.current,
        targets=said.targets,
        background=background,
        budget_minimum=low,
        budget_maximum=high,
        deadline_days=_deadline(rng, state, created),
        cooperation_modes=weighted(rng, _MODES) if kind == "technology" else (),
        confidentiality=SEALED if sealed else _confidentiality(rng),
        created_days_ago=created,
        published_days_ago=published,
        reject_reason=reason,
        reject_text=words,
    )


class Said(NamedTuple):
    """What a need says."""

    title: str
    problem: str
    title_en: str
    problem_en: str
    current: tuple[str, ...]
    targets: tuple[str, ...]


def _technology(rng: Random, seed: int, index: int, language: str, slots: Slots) -> Said:
    topic, now, want = topic_of(index), present_of(seed, index), targets_of(seed, index)
    slots = slots | need_slots(rng, topic, now, want)
    problem = compose(rng, "needs", slots, index * 5 + rng.randrange(3), topic.mode)
    forms = phrases("titles")["need_on_site" if topic.mode in ("works", "living") else "need"]
    title = tidy(
        reworded(rng, in_turn(turn_of(index), forms, topic.number * 5).format_map(slots | {"target": want[0].target()}))
    )
    english = _in_english(rng, topic, want) if language != "zh" else ("", "")
    current = tuple(figure.line(language) for figure in now)
    return Said(title, problem, *english, current, tuple(figure.target(language) for figure in want))


def _in_english(rng: Random, topic: Topic, want: tuple[Figure, ...]) -> tuple[str, str]:
    slots = english_slots(topic, want, target=True)
    title = pick(rng, phrases("titles")["need_en"]).format_map(slots)
    return title[0].upper() + title[1:], str(pick(rng, phrases("titles")["need_text_en"]).format_map(slots))


def _other(rng: Random, kind: str, field: Field, topic: Topic, turn: int, slots: Slots) -> Said:
    role, amount = topic.role, rng.randrange(20, 160) * (20 if topic.mode == "software" else 40)
    sites, area = few(rng, field.sites, 2), rng.randrange(6, 80) * 100
    number = str(rng.randrange(1, 5))
    slots = slots | {
        "role": role.name, "duty": role.duty, "skill": role.skill, "skill_word": pick(rng, topic.skills),
        "number": number, "plant": pick(rng, topic.plants), "amount": str(amount), "total": str(amount * 5 // 2),
        "area": str(area),
        "site_one": sites[0], "site_two": sites[-1], "site_word": sites[0], "field_en_lower": lower(field.name_en),
    }  # fmt: skip
    lines = phrases("others")[kind] | phrases("others")[kind].get(topic.mode, {})
    problem = reworded(rng, finished(rng, pick(rng, lines["texts"]), slots))
    if len(problem) < SHORTEST + 5:
        problem += finished(rng, pick(rng, phrases("others")["more"]), slots)
    title = tidy(in_turn(turn, lines["titles"], topic.number).format_map(slots))
    return Said(title, problem, "", "", (), _other_targets(rng, kind, topic.mode, slots))


def _other_targets(rng: Random, kind: str, mode: str, slots: Slots) -> tuple[str, ...]:
    """What a need of another kind is measured by."""
    if kind == "talent":
        years = rng.randrange(2, 9)
        pay = 10 + 4 * years + rng.randrange(9)
        return f"招聘人数 ≥ {slots['number']} 人", f"相关经验 ≥ {years} 年", f"年薪 ≥ {pay} 万元"
    if kind == "finance":
        return f"融资金额 ≥ {slots['amount']} 万元", f"出让比例 ≤ {rng.randrange(5, 21)} %"
    height = () if mode == "software" else (f"净高 ≥ {rng.randrange(8, 19) / 2} m",)
    return f"面积 ≥ {slots['area']} m²", *height, f"供电容量 ≥ {rng.randrange(2, 21) * 100} kW"


def _budget(rng: Random, kind: str, state: str) -> tuple[int | None, int | None]:
    if kind != "technology" or (state == "draft" and rng.random() < 0.5) or rng.random() < 0.12:
        return None, None
    high = int(round(10 ** rng.uniform(5.3, 6.9), -5)) or 100_000
    return int(round(high * rng.uniform(0.4, 0.8), -4)), high


def _deadline(rng: Random, state: str, created: float) -> int:
    if state in ("expired", "solved", "in_project"):
        return -rng.randrange(1, max(2, int(created))) if state == "expired" else rng.randrange(-60, 120)
    return rng.randrange(12, 260)


def _confidentiality(rng: Random) -> tuple[tuple[str, str], ...]:
    point = rng.random()
    if point < 0.16:
        return SEALED
    if point < 0.26:
        return (("current_state", "nda"),)
    return (("budget_maximum", "staff"),) if point < 0.34 else ()
