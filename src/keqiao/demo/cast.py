"""Who takes part: how many of each, which company has which field and city, who stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from keqiao.demo.fields import Field, all_fields, all_topics
from keqiao.demo.records import Node

CENTRE = Node("jianghan", "江汉科创中心", "Jianghan Centre", None, "42", 0, 0)
_CITIES = (
    ("wuhan", "武汉", "Wuhan", "4201", 6, 3, 1420),
    ("huangshi", "黄石", "Huangshi", "4202", 8, 4, 568),
    ("shiyan", "十堰", "Shiyan", "4203", 1, 0, 426),
    ("yichang", "宜昌", "Yichang", "4205", 1, 4, 824),
    ("xiangyang", "襄阳", "Xiangyang", "4206", 2, 1, 909),
    ("ezhou", "鄂州", "Ezhou", "4207", 7, 3, 312),
    ("jingmen", "荆门", "Jingmen", "4208", 3, 3, 511),
    ("xiaogan", "孝感", "Xiaogan", "4209", 5, 2, 738),
    ("jingzhou", "荆州", "Jingzhou", "4210", 3, 5, 682),
    ("huanggang", "黄冈", "Huanggang", "4211", 7, 2, 625),
    ("xianning", "咸宁", "Xianning", "4212", 6, 5, 483),
    ("suizhou", "随州", "Suizhou", "4213", 4, 1, 398),
    ("enshi", "恩施", "Enshi", "4228", 0, 4, 284),
    ("xiantao", "仙桃", "Xiantao", "429004", 5, 4, 256),
    ("qianjiang", "潜江", "Qianjiang", "429005", 4, 4, 227),
    ("tianmen", "天门", "Tianmen", "429006", 4, 3, 199),
    ("shennongjia", "神农架", "Shennongjia", "429021", 1, 2, 85),
)


@dataclass(frozen=True, slots=True)
class City:
    """A city with its node."""

    node: str
    name: str
    name_en: str
    region: str


CITIES = tuple(City(code, name, name_en, region) for code, name, name_en, region, *_rest in _CITIES)
NODES = (
    CENTRE,
    *(
        Node(code, f"{name}节点", f"{name_en} node", CENTRE.code, region, x, y)
        for code, name, name_en, region, x, y, _weight in _CITIES
    ),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each there are."""

    companies: int
    schools: int
    services: int
    contacts: int
    researchers: int
    managers: int
    needs: int
    achievements: int
    solutions: int
    matches: int
    unpublished: tuple[tuple[str, int], ...]
    """Of 1,000 needs that are in no match, so many in each state other than `open`."""
    days: int
    """How far back the records go."""
    managed: int
    """Of 100 open needs that are in no match, so many have a technology manager all the same."""
    unverified: int
    """Of 1,000 organisations, so many wait to be verified."""


COUNTS = {
    "small": Counts(
        240, 40, 30, 120, 84, 36, 300, 300, 200, 90,
        (("draft", 120), ("triage", 190), ("rejected", 30), ("withdrawn", 20), ("expired", 30)), 420, 60, 22,
    ),
    "seed": Counts(
        66_000, 480, 340, 16_500, 4_700, 340, 47_000, 46_790, 3_200, 14_000,
        (("draft", 14), ("triage", 11), ("rejected", 38), ("withdrawn", 30), ("expired", 330)), 1_150, 10, 2,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seats:
    """Where the demo accounts sit: people (by the accounts' keys) and organisations, by their places in the lists."""

    people: dict[str, int]
    company: int
    rival: int


class Cast:
    """Numbers of organisations and people, and what each number stands for. Nothing is stored."""

    def __init__(self, scale: str) -> None:
        self.counts = COUNTS[scale]
        self.stride = self.counts.companies // self.counts.contacts

    @property
    def organisations(self) -> int:
        return self.counts.companies + self.counts.schools + self.counts.services

    @property
    def people(self) -> int:
        counts = self.counts
        return counts.contacts + counts.researchers + counts.managers + len(NODES)

    @property
    def colleague(self) -> int:
        """The story owner's colleague comes after everybody else: somebody who is there only for the demo account."""
        return self.people

    @property
    def field_step(self) -> int:
        """How far apart neighbours of one field stand in a list of people."""
        return len(all_fields())

    def company_of_contact(self, contact: int) -> int:
        return contact * self.stride

    def field_of_company(self, company: int) -> Field:
        fields = all_fields()
        contact, rest = divmod(company, self.stride)
        return fields[(contact if rest == 0 else company * 31 + 7) % len(fields)]

    def city_of_company(self, company: int) -> City:
        return _city(company * 2654435761 % 2**32)

    def city_of(self, organisation: int) -> City:
        """The city of any organisation; two schools of three are in the largest one."""
        counts = self.counts
        if organisation < counts.companies:
            return self.city_of_company(organisation)
        number = organisation - counts.companies
        if number < counts.schools and number % 3 != 2:
            return CITIES[0]
        return _city(organisation * 2654435761 % 2**32)

    def lab_of(self, person: int) -> str:
        """The laboratory that a researcher belongs to."""
        labs = self.field_of_researcher(person).labs
        return labs[(person - self.counts.contacts) // len(all_fields()) % len(labs)]

    def contact_for(self, topic: int, turn: int) -> int:
        """The contact who writes the `turn`-th need of a topic: somebody of a company of its field."""
        place, number = _place(topic)
        group = self._group(self.counts.contacts, place)
        return group[(turn * 7 + number * (len(group) // 3 + 1)) % len(group)]

    def researcher_for(self, topic: int, turn: int) -> int:
        """The person who leads the `turn`-th achievement of a topic."""
        place, number = _place(topic)
        group = self._group(self.counts.researchers, place)
        return self.counts.contacts + group[(turn + number * (len(group) // 3 + 1)) % len(group)]

    def field_of_researcher(self, person: int) -> Field:
        fields = all_fields()
        return fields[(person - self.counts.contacts) % len(fields)]

    def field_of_manager(self, person: int) -> Field:
        fields = all_fields()
        return fields[(person - self.counts.contacts - self.counts.researchers) * 5 % len(fields)]

    def school_of_researcher(self, person: int) -> int:
        """The university or institute of a researcher, of a kind that has the field."""
        schools = _schools(self.counts.schools, self.field_of_researcher(person).mode)
        return self.counts.companies + schools[(person - self.counts.contacts) * 13 % len(schools)]

    def story_contact(self, topic: int) -> int:
        """The contact who tells a story of this topic: the first of its field whose company is in the largest city."""
        people = (self.contact_for(topic, turn) for turn in range(self.counts.contacts))
        return next(person for person in people if self.city_of_company(self.company_of_contact(person)) is CITIES[0])

    def seats(self, topic: int) -> Seats:
        """The two sides of the story that belongs to this topic, those who look after it, and another company."""
        owner, city = self.story_contact(topic), CITIES[0].node
        others = (self.contact_for(topic, turn) for turn in range(self.counts.contacts))
        people = {
            "owner": owner,
            "professor": self.researcher_for(topic, 0),
            "manager": self.manager_for(0, city),
            "operator": self.operator_of(city),
            "other_operator": self.operator_of("yichang"),
            "centre_operator": self.operator_of(CENTRE.code),
        }
        rival = next(person for person in others if person != owner)
        return Seats(people, self.company_of_contact(owner), self.company_of_contact(rival))

    def operator_of(self, node: str) -> int:
        """The operator of a node."""
        first = self.counts.contacts + self.counts.researchers + self.counts.managers
        return first + [one.code for one in NODES].index(node)

    def manager_for(self, number: int, node: str) -> int:
        """The technology manager of this node who takes case `number`; the first takes some more."""
        group = self._managers.get(node) or self._managers[CENTRE.code]
        return group[max(0, number * 7919 % (len(group) + 2) - 2)]

    @cached_property
    def _managers(self) -> dict[str, list[int]]:
        """The managers of each node."""
        first = self.counts.contacts + self.counts.researchers
        found: dict[str, list[int]] = {}
        for person in range(first, first + self.counts.managers):
            found.setdefault(self.node_of_manager(person).code, []).append(person)
        return found

    def node_of_manager(self, person: int) -> Node:
        number = person - self.counts.contacts - self.counts.researchers
        return NODES[number % len(NODES)] if number < len(NODES) else node_named(_city(number * 40503 % 2**32).node)

    def _group(self, size: int, place: int) -> range:
        return range(place, size, len(all_fields()))


def node_named(code: str) -> Node:
    """The node with this code (KeyError if there is none)."""
    return _nodes()[code]


@cache
def _nodes() -> dict[str, Node]:
    return {node.code: node for node in NODES}


@cache
def _schools(number: int, mode: str) -> tuple[int, ...]:
    wanted = {"living": (3, 4), "clinic": (3, 5)}.get(mode, (0, 1, 2, 3))
    return tuple(school for school in range(number) if school % 6 in wanted)


@cache
def _place(topic: int) -> tuple[int, int]:
    """Place of the topic's field among the fields, and the topic's number within its field."""
    fields = all_fields()
    subject = all_topics()[topic].subject
    place = next(number for number, field in enumerate(fields) if field.key == subject)
    return place, topic - fields[place].topics[0].number


def _city(number: int) -> City:
    """A city, the larger ones more often; `number` below 2**32."""
    total = sum(city[-1] for city in _CITIES)
    point = (number * 40503 >> 7) % total
    for city, row in zip(CITIES, _CITIES, strict=True):
        point -= row[-1]
        if point < 0:
            return city
    return CITIES[0]
