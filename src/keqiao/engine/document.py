"""What is indexed and asked: documents, filters, weighted terms, hits. Plain values, no behaviour of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from keqiao.engine.specs.figure import Figure


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found: an achievement, a need, a person, a solution.

    `id` is unique in the index. `kind` and `audience` are words of the caller's own (`achievement`, `public`);
    `fields` and `region` are codes whose prefix is their parent (`C39` holds `C397`, `42` holds `4201`); `node` is
    who it belongs to; `language` is `zh`, `en` or empty; `created` is a Unix time in seconds.
    """

    id: str
    kind: str = ""
    audience: str = ""
    title: str = ""
    text: str = ""
    fields: tuple[str, ...] = ()
    region: str = ""
    node: str = ""
    language: str = ""
    created: int = 0
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents may be found: every part that is not empty must hold, any value within a part will do.

    `fields` and `regions` match a code and everything below it. `ids` restricts to these documents (nothing is
    found when it is an empty sequence, all are when it is None); `without` leaves some out.
    """

    kinds: Sequence[str] = ()
    audiences: Sequence[str] = ()
    fields: Sequence[str] = ()
    regions: Sequence[str] = ()
    nodes: Sequence[str] = ()
    languages: Sequence[str] = ()
    since: int | None = None
    ids: Sequence[str] | None = None
    without: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Terms with weights, `ids` ascending and unique (uint32), `weights` beside them (float32)."""

    ids: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    weights: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def __len__(self) -> int:
        return len(self.ids)

    def strongest(self, size: int) -> SparseVector:
        """The `size` terms of most weight (ties: the lower id), ids ascending again."""
        if len(self.ids) <= size:
            return self
        kept = np.sort(np.lexsort((self.ids, -self.weights))[:size])
        return SparseVector(self.ids[kept], self.weights[kept])


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that shares terms with the query, and how much.

    Scores are comparable within one search and have five decimals: beyond these a sum depends on how the index
    happens to be laid out.
    """

    id: str
    score: float
