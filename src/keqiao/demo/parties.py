"""Organisations and people of the made-up world."""

from __future__ import annotations

from random import Random

from keqiao.demo.cast import NODES, Cast, City, node_named
from keqiao.demo.chance import few, pick, source, weighted, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.credit import credit_code
from keqiao.demo.fields import Field, all_fields
from keqiao.demo.names import Name, brand, is_free, person_name
from keqiao.demo.records import Organisation, Person

_SUFFIXES = ("科技有限公司", "有限公司", "有限责任公司", "股份有限公司", "技术有限公司", "实业有限公司")
_SCHOOLS = (
    ("university", "理工大学", "University of Science and Technology"),
    ("institute", "应用技术研究院", "Institute of Applied Technology"),
    ("university", "工业大学", "Industrial University"),
    ("university", "大学", "University"),
    ("university", "农业大学", "Agricultural University"),
    ("university", "医科大学", "Medical University"),
)
_INSTITUTES = {
    3: ("综合技术研究所", "Institute of Technology"),
    4: ("农业科学研究院", "Academy of Agricultural Sciences"),
    5: ("医药研究所", "Institute of Medicine"),
}
_SERVICES = (
    ("service", "技术转移中心", "Technology Transfer Centre"),
    ("park", "创新产业园", "Science Park"),
    ("fund", "创新投资基金", "Innovation Fund"),
    ("service", "知识产权服务有限公司", "Intellectual Property Services"),
    ("government", "创新促进办公室", "Innovation Promotion Office"),
)
_SIZES = (("micro", 30), ("small", 46), ("medium", 18), ("large", 6))
_FAR_BRANDS = 67_000
"""Brands from here on belong to schools and services; below, to companies."""

_TITLES = {
    "researcher": (("教授", 34), ("副教授", 30), ("研究员", 14), ("副研究员", 12), ("高级工程师", 6), ("讲师", 4)),
    "contact": (
        ("研发经理", 30),
        ("总工程师", 20),
        ("技术部长", 18),
        ("工艺主管", 14),
        ("副总经理", 12),
        ("项目经理", 6),
    ),
    "manager": (("技术经理人", 50), ("高级技术经理人", 30), ("技术经纪人", 20)),
    "operator": (("节点运营专员", 1),),
}


def organisation(cast: Cast, seed: int, index: int) -> Organisation:
    """Organisation number `index`: companies first, then universities and institutes, then services."""
    counts = cast.counts
    if index < counts.companies:
        return _company(cast, seed, index)
    if index < counts.companies + counts.schools:
        return _school(cast, seed, index)
    return _service(cast, seed, index)


def domain(cast: Cast, index: int) -> str:
    """The organisation's part of the internet: a domain under ``.example``, which nobody can own (RFC 2606)."""
    return f"{_brand_of(cast, index).read}.example"


def person(cast: Cast, seed: int, index: int) -> Person:
    """Person number `index`: contacts first, then researchers, managers and one operator for every node."""
    counts = cast.counts
    if index < counts.contacts:
        company = cast.company_of_contact(index)
        return _person(seed, index, "contact", cast.field_of_company(company), _home(cast, company), company)
    if index < counts.contacts + counts.researchers:
        school = cast.school_of_researcher(index)
        return _person(seed, index, "researcher", cast.field_of_researcher(index), _home(cast, school), school)
    if index < counts.contacts + counts.researchers + counts.managers:
        node = cast.node_of_manager(index)
        return _person(seed, index, "manager", cast.field_of_manager(index), (node.code, node.region, ""), None)
    node = NODES[index - counts.contacts - counts.researchers - counts.managers]
    return _person(seed, index, "operator", all_fields()[0], (node.code, node.region, ""), None)


def _company(cast: Cast, seed: int, index: int) -> Organisation:
    rng = source(seed, "organisation", index)
    field, city = cast.field_of_company(index), cast.city_of_company(index)
    mark = _brand_of(cast, index)
    name = _company_name(rng, city, mark, field)
    introduction = _about(rng, "company", field, city)
    return Organisation(
        index, "company", name, f"{city.name_en} {mark.read.capitalize()} {_trade(field)} Co., Ltd.",
        credit_code("company", index), city.node, city.region, pick(rng, field.industries), weighted(rng, _SIZES),
        f"https://www.{domain(cast, index)}/", introduction, _english("company_en", field, city),
        _codes(rng, field), index * 7919 % 1000 >= cast.counts.unverified,
    )  # fmt: skip


def _company_name(rng: Random, city: City, mark: Name, field: Field) -> str:
    """City, brand, trade and form; another trade if the whole contains a part of a well-known name."""
    for firm in few(rng, field.firms, len(field.firms)):
        suffix = next(end for end in few(rng, _SUFFIXES, len(_SUFFIXES)) if end[:2] not in firm)
        name = f"{city.name}{mark.written}{firm}{suffix}"
        if is_free(name):
            return name
    return f"{city.name}{mark.written}有限公司"


def _school(cast: Cast, seed: int, index: int) -> Organisation:
    rng = source(seed, "organisation", index)
    number = index - cast.counts.companies
    city = cast.city_of(index)
    kind, kind_name, kind_en = _SCHOOLS[number % 6]
    if number // 6 % 3 == 2 and number % 6 in _INSTITUTES:
        kind, (kind_name, kind_en) = "institute", _INSTITUTES[number % 6]
    modes = {4: ("living",), 5: ("clinic",)}.get(number % 6, ("goods", "process", "software", "works"))
    field = pick(rng, [field for field in all_fields() if field.mode in modes] or all_fields())
    mark = _brand_of(cast, index)
    industry, size = ("P8341", "large") if kind == "university" else ("M7320", "medium")
    return Organisation(
        index, kind, mark.written + kind_name, f"{mark.read.capitalize()} {kind_en}", credit_code(kind, index),
        city.node, city.region, industry, size, f"https://www.{domain(cast, index)}/",
        _about(rng, "school", field, city), _english("school_en", field, city), _codes(rng, field), True,
    )  # fmt: skip


def _service(cast: Cast, seed: int, index: int) -> Organisation:
    rng = source(seed, "organisation", index)
    number = index - cast.counts.companies - cast.counts.schools
    kind, kind_name, kind_en = _SERVICES[number % len(_SERVICES)]
    city, mark, field = cast.city_of(index), _brand_of(cast, index), pick(rng, all_fields())
    written = f"{city.name}{mark.written}{kind_name}"
    industry = {"fund": "J676", "government": "S922", "park": "M7540", "service": "M7530"}[kind]
    return Organisation(
        index, kind, written, f"{city.name_en} {mark.read.capitalize()} {kind_en}", credit_code(kind, index), city.node,
        city.region, industry, "small", f"https://www.{domain(cast, index)}/", _about(rng, kind, field, city),
        _english("other_en", field, city), _codes(rng, field), True,
    )  # fmt: skip


def _brand_of(cast: Cast, index: int) -> Name:
    companies = cast.counts.companies
    number = index if index < companies else _FAR_BRANDS + index - companies
    return brand(number)


def _home(cast: Cast, index: int) -> tuple[str, str, str]:
    city = cast.city_of(index)
    return city.node, city.region, domain(cast, index)


def _person(seed: int, index: int, role: str, field: Field, home: tuple[str, str, str], employer: int | None) -> Person:
    rng = source(seed, "person", index)
    name, (node, region, host) = person_name(index), home
    centre = node_named(node)
    return Person(
        index=index,
        role=role,
        name=name.written,
        name_en=name.english,
        title=weighted(rng, _TITLES[role]),
        email=f"{name.login}@{host or f'{centre.code}.jianghan.example'}",
        organisation=employer,
        node=node,
        fields=_codes(rng, field) if role != "operator" else (),
        region=region,
        introduction=_about(rng, role, field, None),
        introduction_en=_person_english(rng, role, field),
        is_listed=role in ("researcher", "manager"),
    )


def _person_english(rng: Random, role: str, field: Field) -> str:
    lines = phrases("others")["person"]
    if role not in ("researcher", "manager") or rng.random() > 0.5:
        return ""
    return str(lines[f"{role}_en"]).format(field_en_lower=lower(field.name_en))


def _about(rng: Random, kind: str, field: Field, city: City | None) -> str:
    group = "person" if kind in _TITLES else "organisation"
    topic = pick(rng, field.topics)
    scenes, skills = few(rng, topic.scenes, 2), few(rng, topic.skills, 2)
    template = pick(rng, phrases("others")[group][kind])
    text = template.format(
        maker=pick(rng, topic.makers), scene=scenes[0], scene_two=scenes[-1], skill=skills[0], skill_two=skills[-1],
        lab=pick(rng, field.labs), thing=pick(rng, topic.things), aim=pick(rng, topic.aims), field=field.name,
        city=city.name if city else "",
    )  # fmt: skip
    return with_numbers(rng, text)


def _english(name: str, field: Field, city: City) -> str:
    return str(phrases("others")["organisation"][name]).format(
        city_en=city.name_en, field_en_lower=lower(field.name_en)
    )


def _codes(rng: Random, field: Field) -> tuple[str, ...]:
    return (*few(rng, field.industries, 1 + (rng.random() < 0.3)), pick(rng, field.strategic))


def _trade(field: Field) -> str:
    words = field.name_en.split(" and ")[0].split()
    return " ".join(word[0].upper() + word[1:] for word in words)


def lower(name: str) -> str:
    """An English name within a sentence."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name
