"""A dictionary English ⇄ Chinese in one file that is mapped, not read.

The file holds, for each direction, the sorted 64-bit BLAKE2b numbers of its headwords, where the senses of each
begin, and the senses themselves; a look-up is a binary search. `keqiao.engine.dictionary` builds it.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

BUILT = Path(__file__).parent / "build" / "ecdict.bin"
_MAGIC = b"keqiao dictionary 1\n    "  # 24 bytes: what follows must lie on a multiple of eight

Entries = Mapping[str, Iterable[str]]
_Bytes = npt.NDArray[np.uint8]
_Numbers = npt.NDArray[np.uint64]
_Begins = npt.NDArray[np.uint32]


class DictionaryMissing(Exception):
    """There is no built dictionary where it was looked for; the message says how to build it."""


class Dictionary:
    """Look-ups in a built file. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Map the file (DictionaryMissing when it is not there or not of this form)."""
        try:
            data = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        except (OSError, ValueError) as error:
            raise DictionaryMissing(f"no dictionary at {path}: python -m keqiao.engine.dictionary build") from error
        if bytes(data[: len(_MAGIC)]) != _MAGIC:
            raise DictionaryMissing(f"{path} is of another version: python -m keqiao.engine.dictionary build")
        try:
            self._english, end = _section(data, len(_MAGIC))
            self._chinese, _ = _section(data, end)
        except (ValueError, TypeError) as error:
            raise DictionaryMissing(f"{path} is cut off: python -m keqiao.engine.dictionary build") from error

    def chinese(self, phrase: str) -> tuple[str, ...]:
        """Up to six Chinese senses of an English phrase (lower case, words one space apart)."""
        return self._english.find(phrase)

    def english(self, word: str) -> tuple[str, ...]:
        """Up to six English words or phrases for a Chinese word."""
        return self._chinese.find(word)


class _Section:
    """One direction: numbers of headwords, begins of their senses, senses joined by tabs."""

    def __init__(self, numbers: _Numbers, begins: _Begins, senses: _Bytes) -> None:
        self._numbers, self._begins, self._senses = numbers, begins, senses

    def find(self, headword: str) -> tuple[str, ...]:
        number = _number(headword)
        at = int(np.searchsorted(self._numbers, np.uint64(number)))
        if at == len(self._numbers) or int(self._numbers[at]) != number:
            return ()
        written = bytes(self._senses[int(self._begins[at]) : int(self._begins[at + 1])])
        return tuple(written.decode().split("\t"))


def _number(headword: str) -> int:
    return int.from_bytes(hashlib.blake2b(headword.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _section(data: _Bytes, start: int) -> tuple[_Section, int]:
    count, size = (int(n) for n in np.frombuffer(data[start : start + 16].tobytes(), "<u8"))
    numbers_end = start + 16 + 8 * count
    begins_end = numbers_end + 4 * (count + 1)
    if begins_end + size > len(data):
        raise ValueError("the senses end before they should")
    numbers = np.ndarray(count, "<u8", data, start + 16)
    begins = np.ndarray(count + 1, "<u4", data, numbers_end)
    return _Section(numbers, begins, data[begins_end : begins_end + size]), _padded(begins_end + size)


def _padded(size: int) -> int:
    return -(-size // 8) * 8


def write(path: Path, english: Entries, chinese: Entries) -> None:
    """Write a dictionary file; a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(_MAGIC + _packed(english) + _packed(chinese))
    draft.replace(path)


def _packed(entries: Entries) -> bytes:
    ordered = sorted((_number(headword), "\t".join(senses).encode()) for headword, senses in entries.items())
    numbers = np.array([number for number, _ in ordered], "<u8")
    begins = np.cumsum([0, *(len(senses) for _, senses in ordered)]).astype("<u4")
    senses = b"".join(senses for _, senses in ordered)
    packed = np.array([len(ordered), len(senses)], "<u8").tobytes() + numbers.tobytes() + begins.tobytes() + senses
    return packed.ljust(_padded(len(packed)), b"\0")


@functools.cache
def built() -> Dictionary | None:
    """The built dictionary, or None; that it is missing is said once, in the log."""
    try:
        return Dictionary(BUILT)
    except DictionaryMissing as missing:
        log.warning("matching between Chinese and English is off: %s", missing)
        return None
