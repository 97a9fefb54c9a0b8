"""Vectors of meaning for many offers.

The encoder is the folder that KEQIAO_BENCH_ENCODER names. Encoding a million texts takes hours, so from the
`ENCODED`-th offer on vectors are mixed of those that were really encoded, with some noise: good for times and sizes,
not for quality. What encoding them would have taken is `owed`, in seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import numpy as np

from keqiao.engine.encoders import Encoder, Vectors, open_encoder
from peers.texts import Text

ENCODED, NOISE = 2_000, 0.02


class Meanings:
    """The encoder, and what it has encoded."""

    def __init__(self) -> None:
        self.encoder = encoder()
        self.known: list[Vectors] = []
        self.count, self.each, self.owed = 0, 0.0, 0.0
        self.random = np.random.default_rng(7)

    def of_query(self, need: Text) -> list[float]:
        [vector] = self.encoder.encode([text_of(need)], "query")
        return [float(value) for value in vector]

    def of_offer(self, offer: Text) -> list[float]:
        [vector] = self.encoder.encode([text_of(offer)], "document")
        return [float(value) for value in vector]

    def of_batch(self, batch: Sequence[Text]) -> Vectors:
        if self.count >= ENCODED:
            self.owed += len(batch) * self.each
            return mixed(np.concatenate(self.known), len(batch), self.random)
        began = time.perf_counter()
        self.known.append(self.encoder.encode([text_of(one) for one in batch], "document"))
        self.each = (time.perf_counter() - began) / len(batch)
        self.count += len(batch)
        return self.known[-1]


def encoder() -> Encoder:
    named = open_encoder(os.environ.get("KEQIAO_BENCH_ENCODER", ""))
    if named is None:
        raise SystemExit("KEQIAO_BENCH_ENCODER must name the folder of a sentence encoder")
    return named


def text_of(one: Text) -> str:
    return f"{one.title}。{one.text}"


def mixed(known: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """Vectors between three that are known each, a little beside them, of unit length."""
    shares = random.dirichlet(np.ones(3), count).astype(np.float32)
    chosen = known[random.integers(0, len(known), (count, 3))]
    vectors = np.einsum("ij,ijk->ik", shares, chosen)
    vectors += NOISE * random.standard_normal(vectors.shape, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
