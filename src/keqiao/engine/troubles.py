"""Why an index cannot be used."""

from __future__ import annotations


class IndexUnavailable(Exception):
    """The index cannot be used; the message says which folder and what to do."""


class IndexLocked(IndexUnavailable):
    """Another process has it open: only one may."""


class IndexDamaged(IndexUnavailable):
    """Its files cannot be read. It is a projection: remove the folder (`EdgeIndex.discard`) and build it again."""


class IndexOutdated(IndexUnavailable):
    """It was written by another version of the engine. Remove the folder and build it again."""


class IndexFull(IndexUnavailable):
    """The disk has not enough room for writing to it. What is there can still be searched."""
