"""An encoder behind an OpenAI-compatible address: POST /embeddings."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from keqiao.engine.encoders import ModelTrouble, Role, Vectors, unit
from keqiao.engine.encoders.endpoint import Endpoint

BATCH = 64
LONGEST = 6_000
"""Characters of a text that are sent: models read some thousand tokens, and many refuse more instead of cutting."""
QUERY_SECONDS = 1.5
DOCUMENT_SECONDS = 60.0


class RemoteEncoder:
    """See `Encoder`. How long vectors are is known from the first answer on; from then on all have to be so long."""

    def __init__(self, address: str, key: str = "", *, endpoint: Endpoint | None = None) -> None:
        self._endpoint = endpoint or Endpoint(address, key)
        self._dimensions = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return f"{self._endpoint.base}#{self._endpoint.model}"

    @property
    def dimensions(self) -> int:
        if not self._dimensions:
            self.encode(["科桥"], role="query")
        return self._dimensions

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """See `Encoder.encode`: at most `BATCH` texts a request."""
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        rows = [self._batch(batch, role) for batch in batches]
        return np.concatenate(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def close(self) -> None:
        """Let go of the connections."""
        self._endpoint.close()

    def _batch(self, texts: Sequence[str], role: Role) -> Vectors:
        # an empty text is refused by many
        sent = [text[:LONGEST] if text.strip() else "-" for text in texts]
        body = {"model": self._endpoint.model, "input": sent, "encoding_format": "float"}
        patient = role == "document"
        seconds = DOCUMENT_SECONDS if patient else QUERY_SECONDS
        return self._checked(self._endpoint.ask("embeddings", body, seconds=seconds, patient=patient), len(sent))

    def _checked(self, answer: Any, count: int) -> Vectors:
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelTrouble(f"{self._endpoint} does not answer with embeddings ({type(error).__name__})") from error
        if (
            vectors.ndim != 2
            or len(vectors) != count
            or not np.isfinite(vectors).all()
            or not vectors.any(axis=1).all()
        ):
            raise ModelTrouble(f"{self._endpoint} was asked for {count} vectors and answers with {shape(vectors)}")
        with self._lock:
            self._dimensions = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != self._dimensions:
            raise ModelTrouble(
                f"{self._endpoint} answers with vectors of {vectors.shape[1]} numbers; until now they had "
                f"{self._dimensions}: was the model changed? Restart, and the index is embedded anew"
            )
        return unit(vectors)


def shape(vectors: Any) -> str:
    """What came, for a message."""
    return (
        " × ".join(map(str, vectors.shape)) + " numbers" + ("" if np.isfinite(vectors).all() else ", some no numbers")
    )
