"""Technical fields: what each one makes, measures, struggles with and says about it. One file per field."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be measured: its names, unit and plausible values.

    `now` is what people have who look for better, `want` what they ask for, `give` what teams reach. `better` is `high`
    or `low`; values are rounded to `digits` (negative: to tens, hundreds, thousands).
    """

    name: str
    also: str
    en: str
    unit: str
    better: str
    now: Range
    want: Range
    give: Range
    digits: int

    @property
    def relation(self) -> str:
        return "≥" if self.better == "high" else "≤"

    def reaches(self, value: float, target: float) -> bool:
        return value >= target if self.better == "high" else value <= target


@dataclass(frozen=True, slots=True)
class Route:
    """A way to solve the problems of a topic; what an achievement is about.

    `only` names the figures it has a say in (all of the topic's if empty); `aim` is the place of the aim it serves,
    or -1 for any.
    """

    name: str
    name_en: str
    how: str
    why: str
    how_en: str
    only: tuple[str, ...] = ()
    aim: int = -1


@dataclass(frozen=True, slots=True)
class Role:
    """A position that a company of the field looks to fill."""

    name: str
    duty: str
    skill: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A problem that needs and achievements share: the same thing in the words of a workshop and of a laboratory.

    `mode` says what kind of work it is (`goods`, `process`, `software`, `living`, `works`, `clinic`) and so which
    general remarks fit: rice has no returns from customers. It is the field's, unless the topic has its own.
    """

    subject: str
    number: int
    mode: str
    things: tuple[str, ...]
    thing_en: str
    aims: tuple[str, ...]
    pains: tuple[str, ...]
    pain_en: str
    makers: tuple[str, ...]
    scenes: tuple[str, ...]
    skills: tuple[str, ...]
    tests: tuple[str, ...]
    pitfalls: tuple[str, ...]
    plants: tuple[str, ...]
    role: Role
    settings: tuple[str, ...]
    troubles: tuple[str, ...]
    causes: tuple[str, ...]
    tried: tuple[str, ...]
    limits: tuple[str, ...]
    gaps: tuple[str, ...]
    merits: tuple[str, ...]
    routes: tuple[Route, ...]
    figures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A technical field: where its companies stand in the classifications, what they are called, what they have."""

    key: str
    name: str
    name_en: str
    mode: str
    industries: tuple[str, ...]
    strategic: tuple[str, ...]
    firms: tuple[str, ...]
    labs: tuple[str, ...]
    equipment: tuple[str, ...]
    sites: tuple[str, ...]
    topics: tuple[Topic, ...]


@cache
def all_fields() -> tuple[Field, ...]:
    """Every field, in the order of their keys."""
    folder = resources.files(__name__)
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    data = sorted((tomllib.loads(text) for text in texts), key=lambda field: str(field["key"]))
    topics = 0
    fields = []
    for entry in data:
        fields.append(_field(entry, topics))
        topics += len(entry["topics"])
    return tuple(fields)


@cache
def all_topics() -> tuple[Topic, ...]:
    """Every topic; `Topic.number` is its place here."""
    return tuple(topic for field in all_fields() for topic in field.topics)


@cache
def field_of(subject: str) -> Field:
    """The field with this key (KeyError if there is none)."""
    return {field.key: field for field in all_fields()}[subject]


def _field(data: dict[str, Any], first: int) -> Field:
    common = {"subject": str(data["key"]), "mode": str(data["mode"])}
    topics = tuple(_topic(common | entry, first + place) for place, entry in enumerate(data["topics"]))
    return Field(**(_frozen(data) | {"topics": topics}))


def _topic(data: dict[str, Any], number: int) -> Topic:
    routes = tuple(Route(**_frozen(entry)) for entry in data["routes"])
    figures = tuple(Measure(**_frozen(entry)) for entry in data["figures"])
    own = {"number": number, "routes": routes, "figures": figures, "role": Role(**data["role"])}
    return Topic(**(_frozen(data) | own))


def _frozen(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
