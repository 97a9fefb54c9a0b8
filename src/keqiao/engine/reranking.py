"""A second look at the first candidates by a model that reads query and document together. None by default.

Scores and their parts stay as they are: only the order of the first twenty changes, and where the model fails or is
slow, it does not. Adapters are a folder (a cross-encoder in ONNX form) and the form of address that Cohere, Jina and
many servers share: POST /rerank.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.encoders.endpoint import Endpoint
from keqiao.engine.rank import Candidate

log = logging.getLogger("keqiao.engine")

FIRST = 20
"""Candidates that are looked at again."""
SECONDS = 2.0
LONGEST = 2_000
"""Characters of a query or a document that are read."""
BATCH = 4


class Reranker(Protocol):
    """Pairs of texts to how well they fit."""

    @property
    def name(self) -> str: ...

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        """One number for each document, the higher the better, within `SECONDS` (ModelTrouble)."""


def open_reranker(spec: str, key: str = "") -> Reranker | None:
    """The reranker that a setting names: nothing, a folder, or `https://host/v1#model` (ModelTrouble)."""
    spec = spec.strip()
    if not spec:
        return None
    if spec.startswith(("http://", "https://")):
        return RemoteReranker(Endpoint(spec, key))
    return FolderReranker(Path(spec))


def reranked(reranker: Reranker | None, query: Query, found: Sequence[Candidate]) -> list[Candidate]:
    """The same candidates, the first `FIRST` of them in the order of the model; as they were where it fails."""
    first, rest = list(found[:FIRST]), list(found[FIRST:])
    if reranker is None or len(first) < 2:
        return [*first, *rest]
    try:
        scores = reranker.scores(told(query.title, query.text), [document_text(one.document) for one in first])
    except ModelTrouble as trouble:
        log.warning("the order stays as it was: %s", trouble)
        return [*first, *rest]
    order = sorted(range(len(first)), key=lambda place: (-scores[place], place))
    return [*(first[place] for place in order), *rest]


def document_text(document: Document) -> str:
    return told(document.title, document.text)


def told(title: str, text: str) -> str:
    """Title and text as one, of a length that a model reads."""
    return f"{title}\n{text}".strip()[:LONGEST]


class RemoteReranker:
    """See `Reranker`: a model behind an address."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        return str(self._endpoint)

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        """See `Reranker.scores`."""
        body = {"model": self._endpoint.model, "query": query, "documents": list(documents), "top_n": len(documents)}
        return self._read(self._endpoint.ask("rerank", body, seconds=SECONDS), len(documents))

    def _read(self, answer: Any, count: int) -> list[float]:
        try:
            given = {int(row["index"]): float(row["relevance_score"]) for row in answer["results"]}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelTrouble(f"{self.name} does not answer with scores ({type(error).__name__})") from error
        if given.keys() != set(range(count)) or not all(map(math.isfinite, given.values())):
            raise ModelTrouble(f"{self.name} was asked about {count} documents and answers about {len(given)}")
        return [given[place] for place in range(count)]


class FolderReranker:
    """See `Reranker`: a cross-encoder in ONNX form with its tokenizer, in a folder."""

    def __init__(self, folder: Path) -> None:
        from keqiao.engine.encoders.local import MODELS, OnnxModel  # noqa: PLC0415 (an extra)

        if not any((folder / name).exists() for name in MODELS):
            raise ModelTrouble(
                f"{folder} is no reranker: name a folder with model.onnx and tokenizer.json, or an address"
            )
        self._model = OnnxModel(folder)

    @property
    def name(self) -> str:
        return f"{self._model.folder.name}@{self._model.fingerprint}"

    def scores(self, query: str, documents: Sequence[str]) -> list[float]:
        """See `Reranker.scores`. Looked at in small batches, so that it ends soon after its time is over."""
        end = time.monotonic() + SECONDS
        found: list[float] = []
        for start in range(0, len(documents), BATCH):
            output, _mask = self._model.run([(query, document) for document in documents[start : start + BATCH]])
            if output.ndim != 2 or output.shape[1] > 2:
                raise ModelTrouble(f"{self.name} is no reranker: it gives {output.shape} instead of one score a pair")
            found += np.asarray(output[:, -1] - (output[:, 0] if output.shape[1] == 2 else 0.0)).tolist()
            if time.monotonic() > end:
                raise ModelTrouble(f"{self.name} is not done within {SECONDS:g} s")
        return found
