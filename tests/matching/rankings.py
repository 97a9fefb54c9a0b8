"""Learnt rankings for tests: one that only looks at how long a text is, and grades of a made-up world in the tables."""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.utils import timezone

from keqiao.engine.features import FEATURES
from keqiao.engine.learnt import Model, lightgbm
from keqiao.exchange.models import Achievement, Need
from keqiao.matching.models import Grade, Ranking
from keqiao.parties.models import Person

MEASURES: dict[str, Any] = {
    "pairs": 240,
    "needs": 30,
    "ranking": {"before": 0.61, "after": 0.66, "p": 0.004, "better": 18, "worse": 6, "queries": 30},
    "closeness": {"untrained": 0.652, "learnt": 0.701, "constant": 0.622},
    "wins": True,
}
SETTINGS = {"num_leaves": 8, "min_data_in_leaf": 1, "num_threads": 1, "deterministic": True, "verbosity": -1, "seed": 1}


@functools.cache
def longest_first() -> str:
    """A model by which the longer text always comes before the shorter one, whatever is asked for."""
    rows = np.random.default_rng(1).uniform(0, 8, (400, len(FEATURES)))
    length = next(i for i, feature in enumerate(FEATURES) if feature.name == "length")
    library = lightgbm()
    booster = library.train(SETTINGS, library.Dataset(rows, 0.4 * (rows[:, length] - 4)), 20)
    return Model({"pairs": 240, "needs": 30, "until": ""}, 1.0, 1.0, booster.model_to_string()).as_text()


def make_ranking(state: str = "trained", content: str | None = None, **values: Any) -> Ranking:
    """A version in a state, straight from the database."""
    kept = longest_first() if content is None else content
    given: dict[str, Any] = {"measures": MEASURES, "trained_at": timezone.now(), "state": state, "content": kept}
    return Ranking.objects.create(**given | {"digest": hashlib.sha256(kept.encode()).hexdigest()} | values)


def give_grades(lines: list[dict[str, Any]], owner: Person, professor: Person, grader: Person) -> None:
    """What `grading_world.lines` says, in the tables."""
    needs = {line["need"]["id"]: line["need"] for line in lines}
    asked = [Need(title=one["title"], problem=one["text"], state="open", **place(owner)) for one in needs.values()]
    rows = dict(zip(needs, Need.objects.bulk_create(asked), strict=True))
    sides = [line["achievement"] for line in lines]
    offers = Achievement.objects.bulk_create(
        [Achievement(title=one["title"], summary=one["text"], state="published", **place(professor)) for one in sides]
    )
    Grade.objects.bulk_create(
        [
            Grade(need=rows[line["need"]["id"]], achievement=offer, grade=line["grade"], by=grader, graded_at=at(i))
            for i, (line, offer) in enumerate(zip(lines, offers, strict=True))
        ]
    )


def at(number: int) -> datetime:
    return datetime(2026, 11, 2, 8, number // 60, number % 60, tzinfo=UTC)


def place(person: Person) -> dict[str, Any]:
    """Whose it is, and where."""
    organisation = person.memberships.get().organisation
    now = timezone.now()
    return {"contact": person, "organisation": organisation, "node": organisation.node, "published_at": now}
