"""The card that the coach fills in, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that would make the need easier to answer: which field, and the question to ask."""

    field: str
    question: Any


@dataclass(slots=True)
class Card:
    """What the coach read. Values are as the need form takes them; `missing` is in order of weight."""

    title: str = ""
    problem: str = ""
    current_state: str = ""
    targets: list[dict[str, Any]] = field(default_factory=list)
    kind: str = "technology"
    fields: list[str] = field(default_factory=list)
    region: str = ""
    budget_minimum: int | None = None
    budget_maximum: int | None = None
    deadline: str = ""
    cooperation_modes: list[str] = field(default_factory=list)
    source_language: str = "zh"
    missing: list[Missing] = field(default_factory=list)

    def as_initial(self) -> dict[str, Any]:
        """The values for the form; English text goes into the English fields."""
        values = {name: getattr(self, name) for name in FORM_FIELDS}
        values["deadline"] = f"{self.deadline}T23:59" if self.deadline else ""
        unit = "CNY" if self.source_language == "en" else "元"
        for name in ("budget_minimum", "budget_maximum"):
            values[name] = f"{values[name]} {unit}" if values[name] else ""
        if self.source_language == "en":
            values |= {"title": "", "title_en": self.title, "problem": "", "problem_en": self.problem}
        return values


FORM_FIELDS = (
    "title", "problem", "current_state", "targets", "kind", "fields", "region", "budget_minimum", "budget_maximum",
    "deadline", "cooperation_modes", "source_language",
)  # fmt: skip
