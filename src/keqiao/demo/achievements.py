"""Achievements: what a team has, with its figures, rights and maturity."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from keqiao.demo.cast import Cast
from keqiao.demo.chance import in_turn, pick, source, weighted, with_numbers
from keqiao.demo.composing import compose, phrases, reworded, tidy
from keqiao.demo.fields import Field, Route, Topic, field_of
from keqiao.demo.needs import topic_of, turn_of
from keqiao.demo.records import Achievement
from keqiao.demo.speaking import Slots, common_slots, english_slots, offer_slots, stage_of
from keqiao.demo.wording import Figure, drawn

UNTESTED = 4
"""Up to this readiness a result has been shown in the laboratory alone and boasts of no tests."""
_LEVELS = ((2, 2), (3, 8), (4, 18), (5, 19), (6, 22), (7, 16), (8, 10), (9, 5))
_MODES = (
    (("licence",), 22), (("licence", "development"), 22), (("transfer",), 10), (("equity",), 8),
    (("development",), 12), (("licence", "try_first"), 8), (("equity", "licence"), 8),
    (("service", "consulting"), 5), (("joint_laboratory", "development"), 5),
)  # fmt: skip
_REJECTS = (
    ("unclear", "没有写明实测指标和测试条件，无法判断成熟度。"),
    ("duplicate", "与同一团队去年发布的成果相同，请在原成果上更新数据。"),
    ("not_genuine", "第一完成单位未确认该成果的权属，请补充权属说明。"),
)
_ROLES = ("负责人", "工艺与试制", "测试与分析", "应用与推广")


def route_of(index: int) -> Route:
    """The route that achievement number `index` takes."""
    routes = topic_of(index).routes
    return routes[turn_of(index) % len(routes)]


def figures_of(seed: int, index: int) -> tuple[Figure, ...]:
    """What achievement number `index` reaches; the same as on its spec sheet."""
    rng = source(seed, "gives", index)
    figures = topic_of(index).figures
    only = route_of(index).only
    figures = tuple(measure for measure in figures if measure.name in only) if only else figures
    left_out = rng.choice(figures[1:]) if len(figures) > 2 and rng.random() < 0.3 else None
    return tuple(drawn(rng, measure, measure.give) for measure in figures if measure is not left_out)


def level_of(seed: int, index: int) -> int:
    """Technology readiness 1 to 9 (GB/T 22900-2022) of achievement number `index`."""
    return weighted(source(seed, "level", index), _LEVELS)


def language_of(seed: int, index: int) -> str:
    """`zh`, `both`, or (seldom) `en`: the language that achievement number `index` is written in."""
    return weighted(source(seed, "achievement language", index), (("zh", 85), ("both", 12), ("en", 3)))


def achievement(cast: Cast, seed: int, index: int, state: str, published: float | None, created: float) -> Achievement:
    """Achievement number `index` in this state, created and published so many days ago."""
    rng = source(seed, "achievement", index)
    topic, route, level = topic_of(index), route_of(index), level_of(seed, index)
    field = field_of(topic.subject)
    leader = cast.researcher_for(topic.number, turn_of(index))
    school = cast.school_of_researcher(leader)
    city = cast.city_of(school)
    give = figures_of(seed, index)
    slots = _slots(rng, topic, route, give, level, turn_of(index)) | {"lab": cast.lab_of(leader)}
    language = language_of(seed, index)
    title = tidy(
        reworded(rng, in_turn(turn_of(index), phrases("titles")["achievement"], topic.number * 3).format_map(slots))
    )
    title_en, summary_en = _in_english(rng, topic, route, give, level) if language != "zh" else ("", "")
    summary = _summary(rng, index, topic.mode, slots, level) if language != "en" else summary_en
    about = _about_in_english(topic, give, level) if language == "en" else _about(rng, field, slots, level)
    right, note = _rights(rng, field)
    reason, words = pick(rng, _REJECTS) if state == "rejected" else ("", "")
    return Achievement(
        index=index,
        subject=field.key,
        state=state,
        language=language,
        title=title_en if language == "en" else title,
        title_en=title_en if language == "both" else "",
        organisation=school,
        contact=leader,
        node=city.node,
        region=city.region,
        fields=(pick(rng, field.industries), pick(rng, field.strategic)),
        summary=summary,
        summary_en=summary_en if language == "both" else "",
        advantages=about.advantages,
        applications=about.applications,
        specifications=tuple(figure.line(language) for figure in give),
        intellectual_property=right,
        intellectual_property_note=note,
        maturity=level,
        maturity_evidence=about.evidence,
        maturity_assessor=pick(rng, ("团队自评", "团队自评", "校技术转移办公室", "第三方评价机构")),
        maturity_days_ago=rng.randrange(10, 400),
        cooperation_modes=weighted(rng, _MODES),
        price_idea=_price(rng),
        details=about.details,
        team=_team(rng, cast, leader),
        created_days_ago=created,
        published_days_ago=published,
        reject_reason=reason,
        reject_text=words,
    )


class About(NamedTuple):
    """What an achievement says beside its summary."""

    advantages: str
    applications: str
    evidence: str
    details: str


def _about(rng: Random, field: Field, slots: Slots, level: int) -> About:
    return About(
        tidy(f"{slots['versus']}；{slots['merit']}；{slots['merit_two']}。"),
        "、".join(dict.fromkeys((slots["scene"], slots["scene_two"]))) + "。",
        _evidence(level, slots),
        _details(rng, field, slots),
    )


def _about_in_english(topic: Topic, give: tuple[Figure, ...], level: int) -> About:
    lines, slots = phrases("achievements")["english"], english_slots(topic, give, target=False)
    about = (str(lines[name]).format_map(slots) for name in ("advantages", "applications", "details"))
    advantages, applications, details = about
    return About(advantages, applications, str(lines["stage_en"][stage_of(level)]), details)


def _evidence(level: int, slots: Slots) -> str:
    if level <= UNTESTED:
        return f"{slots['stage']}。"
    return tidy(f"{slots['stage']}；{slots['test']}有记录，{slots['give_first']}。")


def _slots(rng: Random, topic: Topic, route: Route, give: tuple[Figure, ...], level: int, turn: int) -> Slots:
    before = drawn(rng, give[0].measure, give[0].measure.now)
    slots = common_slots(rng, field_of(topic.subject), topic, turn)
    return slots | offer_slots(rng, topic, route, give, before, level, slots)


def _summary(rng: Random, index: int, mode: str, slots: Slots, level: int) -> str:
    """The text; a result that has only been shown in principle boasts of no tests."""
    without = frozenset({"proof"}) if level <= UNTESTED else frozenset()
    return compose(rng, "achievements", slots, index * 7 + rng.randrange(3), mode, without=without)


def _in_english(rng: Random, topic: Topic, route: Route, give: tuple[Figure, ...], level: int) -> tuple[str, str]:
    lines = phrases("achievements")["english"]
    slots = english_slots(topic, give, target=False) | {
        "route_en": f"{route.name_en[0].lower()}{route.name_en[1:]}",
        "route_en_capital": route.name_en,
        "how_en": route.how_en,
        "stage_en": lines["stage_en"][stage_of(level)],
    }
    slots["gap_en"] = pick(rng, lines["gap_en"]).format_map(slots)
    title = pick(rng, phrases("titles")["achievement_en"]).format_map(slots)
    return str(title), str(pick(rng, lines["summary"]).format_map(slots))


def _rights(rng: Random, field: Field) -> tuple[str, str]:
    granted, pending = rng.randrange(1, 7), rng.randrange(1, 5)
    kinds = {
        "software": (("software", 45), ("patent_granted", 30), ("patent_pending", 20), ("know_how", 5)),
        "living": (("variety", 25), ("patent_granted", 40), ("patent_pending", 25), ("know_how", 10)),
    }.get(field.mode, (("patent_granted", 62), ("patent_pending", 24), ("know_how", 11), ("none", 3)))
    kind = weighted(rng, kinds)
    notes = {
        "patent_granted": f"授权发明专利 {granted} 件，另有 {pending} 件在审",
        "patent_pending": f"发明专利申请 {pending} 件，均已公开",
        "software": f"软件著作权 {granted} 项，发明专利申请 {pending} 件",
        "know_how": "配方与工艺参数按技术秘密管理",
        "variety": f"品种权或品种登记 {pending} 项，配套规程 {granted} 项",
        "none": "拟在签约前完成专利申请",
    }
    return kind, notes[kind]


def _price(rng: Random) -> str:
    entry, share, total = rng.randrange(2, 25) * 5, rng.randrange(2, 11) / 2, rng.randrange(8, 90) * 10
    return pick(rng, (
        f"普通许可：入门费 {entry} 万元，另按销售额 {share:g} % 提成",
        f"独占许可 {total} 万元，分三期支付",
        f"转让 {total} 万元，含一次工艺移交",
        f"作价 {total} 万元入股，占比面议",
        f"合作开发 {entry} 万元起，按节点支付",
        "先试用三个月，达到指标后按年许可收费",
        "面议",
    ))  # fmt: skip


def _details(rng: Random, field: Field, slots: Slots) -> str:
    template = pick(rng, (
        "关键参数与配方见技术协议附件；首轮放大时应留意“{pitfall}”。试制用到{equipment}。",
        "完整测试记录 <3~12> 份，附{test}的原始数据；签署保密协议后可到{lab}查阅。",
        "主要设备清单、单件物料成本和 <2~6> 批次波动数据，可在保密协议下提供。",
    ))  # fmt: skip
    return tidy(with_numbers(rng, template.format_map(slots)))


def _team(rng: Random, cast: Cast, leader: int) -> tuple[tuple[int, str], ...]:
    first, last = cast.counts.contacts, cast.counts.contacts + cast.counts.researchers
    step = cast.field_step
    others = [person for person in (leader + step, leader - step, leader + 2 * step) if first <= person < last]
    members = [leader, *others[: rng.randrange(0, 3)]]
    return tuple(zip(members, _ROLES, strict=False))
