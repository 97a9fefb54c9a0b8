"""Vectors of meaning in an index: a named dense vector beside the terms of every point, one space for each encoder."""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from keqiao.engine.document import Document, Filter, Hit
from keqiao.engine.encoders import ModelTrouble, Vectors


class Spaces(Protocol):
    """What the engine asks of an index about meaning. A document written anew has no vector until it gets one."""

    @property
    def space(self) -> str:
        """The space that searches may use, because every document had its vector once; empty without one."""

    def make_space(self, space: str, dimensions: int) -> None:
        """Make room for vectors, where there is none yet; those that are there stay.

        IndexOutdated where that takes another index: then `successor` gives one with room for them.
        """

    def use_space(self, space: str) -> None:
        """Let searches use this space; all others are gone."""

    def without_meaning(self, space: str, limit: int) -> list[Document]:
        """Documents that have no vector in this space, at most so many."""

    def embedded(self, space: str) -> int:
        """How many documents have a vector in this space."""

    def set_meanings(self, space: str, documents: Sequence[Document], vectors: Vectors) -> None:
        """Give these documents their vectors, shape (documents, dimensions); not those that have changed meanwhile."""

    def near(self, space: str, vector: Vectors, limit: int, filter: Filter | None = None) -> list[Hit]:
        """At most `limit` documents by cosine, nearest first, ties by id; exact where the filter names documents.

        ModelTrouble where the vector has another length than those of the space.
        """


def check_length(vector: Vectors, dimensions: int) -> None:
    """Vectors of two lengths cannot be compared (ModelTrouble)."""
    if len(vector) != dimensions:
        raise ModelTrouble(
            f"the encoder gives vectors of {len(vector)} numbers, those of the index have {dimensions}: embed it anew "
            "(keqiao index embed)"
        )
