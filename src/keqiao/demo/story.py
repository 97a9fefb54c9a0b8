"""The records that are written by hand: two needs, the achievements that answer them, and their matches.

The first need has come to its measured result; the second is waiting for an answer to a proposal. The figures are those of
the stories that the product exists for; people and companies are invented like all others.
"""

from __future__ import annotations

from dataclasses import dataclass

from keqiao.demo.cast import Cast
from keqiao.demo.fields import all_topics
from keqiao.demo.parties import organisation
from keqiao.demo.records import Achievement, Contract, Match, Need, Round


@dataclass(frozen=True, slots=True)
class StoryNeed:
    """What is written by hand of a need."""

    subject: str
    thing: str
    state: str
    title: str
    title_en: str
    problem: str
    problem_en: str
    current: tuple[str, ...]
    targets: tuple[str, ...]
    background: str
    budget: tuple[int, int]
    deadline_days: int
    modes: tuple[str, ...]
    published_days_ago: float


@dataclass(frozen=True, slots=True)
class StoryAchievement:
    """What is written by hand of an achievement."""

    title: str
    title_en: str
    summary: str
    summary_en: str
    advantages: str
    applications: str
    specifications: tuple[str, ...]
    note: str
    maturity: int
    evidence: str
    price_idea: str
    details: str


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """Which need was brought together with which achievement of the story."""

    need: int
    stage: str
    reason: str


NEEDS = (
    StoryNeed(
        "optical-coating",
        "红外探测器冷屏消光涂层",
        "solved",
        "红外探测器冷屏用消光涂层：吸光率 ≥ 98 %",
        "Extinction coating for infrared detectors with an absorptance of at least 98 %",
        "我们在做一款高性能红外探测器芯片的新封装，冷屏和内腔要用消光涂层压杂散光。以前外购的几种涂层材料，吸光率大多在 95 % 以下，"
        "低对比度场景里能看到鬼影；而且要喷五遍、烘四次，生产和涂抹工艺都很复杂，一批下来将近一周，成本高，撑不起大规模量产。"
        "冷屏是 0.2 mm 厚的薄壁件，最高只能耐 120 ℃，装进杜瓦后要在 77 K 下长期工作，不能掉粉、不能放气。"
        "希望找到新的涂层材料和配套工艺，吸光率做到 98 % 以上，工序明显减少，先送样测试，合格后按批量供货谈合作。",
        "We are packaging a new high-performance infrared detector whose cold shield needs an extinction coating. Coatings on the "
        "market mostly absorb less than 95 %, take five spray passes and four bakes, and are too costly for volume production. We "
        "need an absorptance of at least 98 %, a cure below 120 degC, no shedding at 77 K, and a much shorter process.",
        ("吸光率 < 95 %", "固化温度 160 ℃", "工序时间 120 h"),
        ("吸光率 ≥ 98 %", "固化温度 ≤ 120 ℃", "工序时间 ≤ 24 h"),
        "做制冷型红外探测器与机芯，自有封装线和低温测试条件，研发人员 60 余人。",
        (600_000, 1_200_000),
        60,
        ("development", "licence"),
        260.0,
    ),
    StoryNeed(
        "liquid-cooling",
        "数据中心浸没液冷机柜",
        "open",
        "新建智算中心降低 PUE：要求 PUE ≤ 1.15",
        "Lower PUE for a new data centre: PUE of at most 1.15",
        "我们在建一座 12 MW 的智算中心，单机柜功率 60 kW 以上，原方案是冷板加风冷，按本地气象算下来年均 PUE 在 1.32 左右，过不了能评，"
        "夏天空调还要整天满开。地方要求新建项目 PUE 不高于 1.15，最好还能把服务器的废热用起来，给旁边的办公楼和宿舍供暖。"
        "想找成熟的浸没或相变液冷方案：冷却液对板卡和光模块没有腐蚀，泄漏量可控，能在线换板；先改两个机柜做三个月的试运行，按实测能耗验收。",
        "We are building a 12 MW computing centre with racks above 60 kW. The present design, cold plates plus air, gives an annual "
        "PUE of about 1.32. We need a PUE of at most 1.15, if possible with reuse of waste heat, and would start with a "
        "three-month trial on two racks judged by measured energy.",
        ("PUE 1.32", "单机柜功率 25 kW"),
        ("PUE ≤ 1.15", "单机柜功率 ≥ 60 kW"),
        "建设和运营区域数据中心，已有两座在运机房，年用电约 4000 万度。",
        (3_000_000, 8_000_000),
        150,
        ("development", "try_first", "service"),
        9.0,
    ),
)

ACHIEVEMENTS = (
    StoryAchievement(
        "宽谱超黑消光涂层及低温喷涂工艺",
        "Broadband ultra-black extinction coating with low-temperature spraying",
        "团队长期研究光机系统的杂散光抑制，发展了一种微孔陷光型无机消光涂层：把尖晶石型黑色氧化物与造孔剂复配，低温喷涂后在表面形成微米—纳米两级孔隙，"
        "入射光在孔内多次反射后被吸收，因此从可见光到长波红外都不发白。涂层一次喷涂、一次固化，固化温度 80 ℃，薄壁件不变形，从喷涂到出件不超过 20 h。"
        "与探测器企业经过 3 个月、多轮送样测试和工艺优化，样品吸光率达到 98.68 %，77 K 冷热冲击 200 次无掉粉，真空放气满足杜瓦使用要求，已具备批量供货条件。",
        "An inorganic coating with pores of two sizes traps light from the visible to the long-wave infrared. It is sprayed once "
        "and cured at 80 degC. After three months and several rounds of samples the absorptance reached 98.68 %, without "
        "shedding after 200 thermal shocks to 77 K.",
        "吸光率由 95 % 以下提高到 98.68 %；工序由九道减为两道；不需要高温炉。",
        "红外探测器冷屏与光机内壁、星敏感器遮光罩、激光雷达腔体。",
        ("吸光率 98.68 %", "固化温度 80 ℃", "工序时间 20 h", "膜厚 40 μm", "附着力 5.5 MPa"),
        "授权发明专利 3 件，另有 2 件在审",
        7,
        "在探测器企业小批量装机，三轮送样测试后吸光率 98.68 %，冷热冲击 200 次合格。",
        "普通许可：入门费 60 万元，另按销售额 3 % 提成",
        "氧化物与造孔剂配比、喷距和固化曲线见技术协议附件，签署保密协议后提供。",
    ),
    StoryAchievement(
        "全浸没相变液冷系统：PUE 1.04",
        "Immersion phase-change cooling system with a PUE of 1.04",
        "面向高功率密度算力设备，团队研制了全浸没相变液冷系统。服务器整机浸入绝缘冷却液，冷却液约 50 ℃ 沸腾，靠汽化带走热量，蒸汽在舱顶冷凝后自流回液池，"
        "不需要压缩机，也不需要机房空调。芯片等发热设备可以在 80～90 ℃ 之间长期稳定运行，单机柜功率做到 120 kW。示范机房连续一年实测 PUE 1.04，"
        "回水温度高，废热可以直接接入供暖管网，按整座机房测算可供约 13 万平方米建筑采暖。冷却液对板卡、光模块和密封件的相容性做过 8000 h 浸泡试验，舱门采用双级冷凝，年补液量低于 2 %。",
        "Servers are immersed in an insulating fluid that boils at about 50 degC; vapour condenses above the bath and flows back, "
        "so no compressor is needed. A demonstration room measured a PUE of 1.04 over one year at 120 kW per rack, and its "
        "waste heat can warm some 130,000 square metres.",
        "PUE 由风冷的 1.3 以上降到 1.04；单机柜功率是冷板方案的两倍以上；废热可供暖。",
        "智算中心、超算中心、边缘高密度机柜、通信核心机房。",
        ("PUE 1.04", "单机柜功率 120 kW", "冷却液沸点 50 ℃", "设备运行温度 80～90 ℃", "废热供暖面积 130000 m²", "年补液率 1.8 %"),
        "授权发明专利 11 件，另有 6 件在审",
        8,
        "示范机房连续运行一年，第三方实测 PUE 1.04。",
        "按机柜报价，首批两个机柜可先试用三个月",
        "冷却液配方、冷凝器结构图和能效计算书在保密协议下提供。",
    ),
)

MATCHES = (
    StoryMatch(0, "closed", "吸光率要求 ≥ 98 %，成果小样已测到 97 % 以上，应用对象就是探测器冷屏，建议立即送样。"),
    StoryMatch(1, "proposed", "PUE 要求 ≤ 1.15，成果示范机房实测 1.04；单机柜功率 120 kW，也高于要求的 60 kW。"),
)

_FIELDS = (("C3976", "3.4"), ("I6450", "7.1"))
_LAST_ROUND = ("吸光率 98.68 %", "固化温度 80 ℃", "工序时间 20 h")


def story_need(cast: Cast, seed: int, index: int) -> Need:
    """The need of the story with this number."""
    told = NEEDS[index]
    contact = cast.contact_for(_topic(told), 0)
    company = organisation(cast, seed, cast.company_of_contact(contact))
    return Need(
        index=index,
        subject=told.subject,
        kind="technology",
        state=told.state,
        language="both",
        title=told.title,
        title_en=told.title_en,
        organisation=company.index,
        contact=contact,
        manager=cast.manager_for(index),
        node=company.node,
        region=company.region,
        fields=_FIELDS[index],
        problem=told.problem,
        problem_en=told.problem_en,
        current=told.current,
        targets=told.targets,
        background=told.background,
        budget_minimum=told.budget[0],
        budget_maximum=told.budget[1],
        deadline_days=told.deadline_days,
        cooperation_modes=told.modes,
        confidentiality=(),
        created_days_ago=told.published_days_ago + 0.5,
        published_days_ago=told.published_days_ago,
        reject_reason="",
        reject_text="",
    )


def story_achievement(cast: Cast, seed: int, index: int) -> Achievement:
    """The achievement of the story with this number."""
    told = ACHIEVEMENTS[index]
    leader = cast.researcher_for(_topic(NEEDS[index]), 0)
    school = organisation(cast, seed, cast.school_of_researcher(leader))
    return Achievement(
        index=index,
        subject=NEEDS[index].subject,
        state="published",
        language="both",
        title=told.title,
        title_en=told.title_en,
        organisation=school.index,
        contact=leader,
        node=school.node,
        region=school.region,
        fields=_FIELDS[index],
        summary=told.summary,
        summary_en=told.summary_en,
        advantages=told.advantages,
        applications=told.applications,
        specifications=told.specifications,
        intellectual_property="patent_granted",
        intellectual_property_note=told.note,
        maturity=told.maturity,
        maturity_evidence=told.evidence,
        maturity_assessor="第三方评价机构",
        maturity_days_ago=40,
        cooperation_modes=("licence", "development"),
        price_idea=told.price_idea,
        details=told.details,
        team=((leader, "负责人"),),
        created_days_ago=300.0,
        published_days_ago=299.0,
        reject_reason="",
        reject_text="",
    )


def story_match(cast: Cast, seed: int, index: int) -> Match:
    """The match of the story with this number."""
    told = MATCHES[index]
    closed = told.stage == "closed"
    return Match(
        index=index,
        need=told.need,
        achievement=told.need,
        manager=cast.manager_for(told.need),
        stage=told.stage,
        grade=4 if closed else None,
        reason=told.reason,
        declined_by="",
        decline_reason="",
        decline_text="",
        contract=Contract("development_entrusted", "instalments", 980_000, 240, "示例-000001") if closed else None,
        rounds=_rounds() if closed else (),
        result_note="经 3 轮送样，吸光率 98.68 %，关键部件可以量产，同意验收。" if closed else "",
        income=980_000 if closed else 0,
        reward=392_000 if closed else 0,
        asker_score=5 if closed else None,
        provider_score=5 if closed else None,
        proposed_days_ago=258 if closed else 2,
        answered_days_ago=255 if closed else None,
        closed_days_ago=138 if closed else None,
    )


def _rounds() -> tuple[Round, ...]:
    return (
        Round(1, 232, 224, ("吸光率 96.4 %", "固化温度 100 ℃", "工序时间 36 h"), "首轮按现有配方出样，腔底偏薄，吸光率不匀。"),
        Round(2, 200, 192, ("吸光率 97.7 %", "固化温度 80 ℃", "工序时间 24 h"), "调整造孔剂粒径和喷头，深腔均匀性改善。"),
        Round(3, 160, 150, _LAST_ROUND, "验收样，双方共同测试，77 K 冷热冲击 200 次无掉粉。"),
    )


def _topic(told: StoryNeed) -> int:
    """The topic whose people tell the story: the first of its field."""
    return next(topic.number for topic in all_topics() if topic.subject == told.subject)
