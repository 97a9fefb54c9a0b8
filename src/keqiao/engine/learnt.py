"""A learnt ranking: how it is kept in a file, and how it scores.

The score learnt is the untrained one plus what the booster (LightGBM) has learnt to add: where it knows nothing the
ranking stays as it was, and the sum keeps the scale. `slope` and `base` say which grade a score comes to:
`grade = base + slope * score`.

The parts stay parts: LightGBM says how much each feature adds to each prediction (TreeSHAP, Lundberg et al. 2020; these
contributions add up to the prediction exactly), and what the features of a part add is added to that part.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keqiao.engine.asking import Asked
from keqiao.engine.features import FEATURES, LEARNED, Rows, rows_of
from keqiao.engine.grades import HIGHEST, LOWEST
from keqiao.engine.rank import SHARES, Part, Scored
from keqiao.engine.terms import Terms

if TYPE_CHECKING:
    from types import ModuleType

    from lightgbm import Booster

KIND = "keqiao ranking"
VERSION = 1
_KEYS = ("made_of", "base", "slope", "booster", "measures")


class NoLearning(Exception):
    """LightGBM cannot be loaded here; the message says what to do."""


class BadModel(Exception):
    """A file that is no learnt ranking, or one that this version cannot use; the message says what to do."""


def lightgbm() -> ModuleType:
    """The library, loaded when first needed: untrained rankings do without.

    Raises:
        NoLearning: it is not there, or the system lacks what it needs.
    """
    try:
        import lightgbm as library  # noqa: PLC0415 (slow import, and a library of the system that may be missing)
    except (ImportError, OSError) as error:
        raise NoLearning(
            f"LightGBM cannot be loaded ({error}); where libgomp.so.1 is missing, install it (Debian: libgomp1)"
        ) from error
    return library


@dataclass(frozen=True, slots=True)
class Model:
    """A learnt ranking. `made_of` counts the grades, pairs and needs it was learnt from; `measures` are held out."""

    made_of: Mapping[str, Any]
    base: float
    slope: float
    booster: str
    measures: Mapping[str, Any] = field(default_factory=dict)

    def rescored(self, asked: Asked, scored: Sequence[Scored], counted: Terms) -> list[Scored]:
        """The documents (`counted` are their terms) with what was learnt added to the parts of their scores."""
        if not scored:
            return []
        added = self.contributions(rows_of(asked, scored, counted))
        return [replace(one, parts=_with(one.parts, more)) for one, more in zip(scored, added, strict=True)]

    def contributions(self, rows: Rows) -> list[dict[str, float]]:
        """For each row what is added to each part of the score."""
        found = np.asarray(_loaded(self.booster).predict(rows, pred_contrib=True, num_threads=1)) / self.slope
        parts = [*(feature.part for feature in FEATURES), LEARNED]  # the last column is the mean of all
        return [_sums(parts, row) for row in found.tolist()]

    def grade(self, score: float) -> float:
        """The grade, 1..4, that is expected of a score of this model."""
        return min(max(self.base + self.slope * score, LOWEST), HIGHEST)

    def check(self) -> None:
        """Rank once, so that whoever uses the model finds out now that it cannot (BadModel, NoLearning)."""
        tried = self.contributions(np.full((1, len(FEATURES)), np.nan))
        if not all(math.isfinite(value) for value in (self.base, *tried[0].values())):
            raise BadModel("the learnt ranking gives no numbers: take another copy, or learn it again")

    def as_text(self) -> str:
        """The model as it is kept: the same model is the same text."""
        kept = {
            "kind": KIND,
            "version": VERSION,
            "features": [feature.name for feature in FEATURES],
            "shares": SHARES,
            "made_of": self.made_of,
            "measures": self.measures,
            "base": self.base,
            "slope": self.slope,
            "booster": self.booster,
        }
        return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Model:
        """Read what `as_text` wrote (BadModel)."""
        kept = _kept(text)
        try:
            model = cls(**{name: kept[name] for name in _KEYS})
            is_sound = float(model.slope) > 0
        except (KeyError, TypeError, ValueError) as error:
            raise BadModel(
                f"the learnt ranking is not whole ({error}): take another copy, or learn it again"
            ) from error
        if not is_sound:
            raise BadModel("the learnt ranking falls where likeness grows: learn it again")
        model.check()
        return model

    @classmethod
    def read(cls, path: Path) -> Model:
        """The model of a file (BadModel)."""
        try:
            return cls.from_text(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadModel(f"{path} cannot be read: {error}") from error
        except BadModel as error:
            raise BadModel(f"{path}: {error}") from error


def _kept(text: str) -> dict[str, Any]:
    try:
        kept = json.loads(text)
    except ValueError as error:
        raise BadModel("no learnt ranking: make one with `keqiao engine learn`") from error
    if not isinstance(kept, dict) or kept.get("kind") != KIND:
        raise BadModel("no learnt ranking: make one with `keqiao engine learn`")
    ours = (VERSION, [feature.name for feature in FEATURES], SHARES)
    if (kept.get("version"), kept.get("features"), kept.get("shares")) != ours:
        raise BadModel("learnt by another version, which scored otherwise: learn it again from the grades")
    return kept


@functools.lru_cache(maxsize=8)
def _loaded(text: str) -> Booster:
    library = lightgbm()
    try:
        booster: Booster = library.Booster(model_str=text)
    except (library.basic.LightGBMError, TypeError) as error:
        raise BadModel(f"the learnt ranking cannot be read ({error}): take another copy, or learn it again") from error
    if booster.num_feature() != len(FEATURES):
        raise BadModel("the learnt ranking does not fit its features: take another copy, or learn it again")
    return booster


def _sums(parts: Sequence[str], row: Sequence[float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for part, value in zip(parts, row, strict=True):
        sums[part] = sums.get(part, 0.0) + value
    return sums


def _with(parts: Sequence[Part], more: Mapping[str, float]) -> tuple[Part, ...]:
    """The parts with what is added to each. What would lead out of 0..1 is taken back from the part `learned`."""
    values = {part.name: part.value for part in parts}
    names = dict.fromkeys([*SHARES, *values, LEARNED])
    summed = {name: round(values.get(name, 0.0) + more.get(name, 0.0), 6) for name in names}
    total = sum(summed.values())
    summed[LEARNED] = round(summed[LEARNED] + min(max(total, 0.0), 1.0) - total, 6)
    return tuple(Part(name, value) for name, value in summed.items() if value)
