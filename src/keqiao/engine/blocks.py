"""Word lists written as blocks of text, which people can read and correct."""

from __future__ import annotations


def listed(block: str) -> tuple[str, ...]:
    """The words of a block, in order."""
    return tuple(block.split())


def table(block: str) -> dict[str, tuple[str, ...]]:
    """Lines `key: word word …` as a table; an indented line goes on with the key above."""
    found: dict[str, tuple[str, ...]] = {}
    key = ""
    for line in block.strip("\n").splitlines():
        if line[:1] not in {" ", ""}:
            key, _, line = line.partition(": ")
        found[key] = found.get(key, ()) + tuple(line.split())
    return found


def spelling(word: str) -> str:
    """An entry of a block as it is written: a middle dot in Latin words stands for a space."""
    return word.replace("·", " ") if word[0].isascii() and word[0].isalpha() else word
