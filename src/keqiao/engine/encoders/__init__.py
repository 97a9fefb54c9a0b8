"""Encoders turn texts into vectors of meaning. None is needed; where one is named, the engine uses it beside the words.

    encoder = open_encoder("/srv/models/bge-small-zh")                   # a folder: ONNX, or sentence-transformers
    encoder = open_encoder("https://models.example.org/v1#bge-m3", key)  # an OpenAI-compatible address, and a model
    encoder.encode(["超黑消光涂层"], role="query")                        # float32, shape (1, encoder.dimensions)

An adapter is anything with the methods of `Encoder`. Folders need the extra `dense`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Role = Literal["query", "document"]


class ModelTrouble(Exception):
    """A model does not answer, or not with what it should; the message says which, what came, and what to do."""


class Encoder(Protocol):
    """Texts to unit vectors."""

    @property
    def name(self) -> str:
        """What its vectors are of: those of another name cannot be compared with them. Free of secrets."""

    @property
    def dimensions(self) -> int:
        """Length of a vector (ModelTrouble, where that is not known yet and nobody answers)."""

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """Unit vectors, float32, shape (len(texts), dimensions).

        A query is waited for by a person: it is asked once and answered soon, or ModelTrouble is raised. For documents
        an adapter is patient and tries again.
        """


def open_encoder(spec: str, key: str = "") -> Encoder | None:
    """The encoder that a setting names: nothing, a folder, or `https://host/v1#model` (ModelTrouble)."""
    spec = spec.strip()
    if not spec:
        return None
    if spec.startswith(("http://", "https://")):
        from keqiao.engine.encoders.remote import RemoteEncoder  # noqa: PLC0415 (httpx, only where it is used)

        return RemoteEncoder(spec, key)
    from keqiao.engine.encoders.local import open_folder  # noqa: PLC0415 (an extra)

    return open_folder(Path(spec))


def unit(vectors: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1 (a row of zeros stays), as float32."""
    rows = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1.0)).astype(np.float32)


__all__ = ["Encoder", "ModelTrouble", "Role", "Vectors", "open_encoder", "unit"]
