"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`; and TREC run files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.engine.text import language

Run = dict[str, list[tuple[str, float]]]
"""For each query its documents with scores, best first."""

Judgements = dict[str, dict[str, int]]
"""For each query the grade of each document judged for it."""


class BadFolder(Exception):
    """A folder or file that cannot be read; the message names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A BEIR folder in memory."""

    documents: list[Document]
    queries: dict[str, Query]
    judgements: Judgements


def read_folder(path: Path) -> Folder:
    """Corpus, queries and judgements of a folder (BadFolder)."""
    return Folder(
        list(read_corpus(path)), read_queries(path / "queries.jsonl"), read_judgements(path / "qrels" / "test.tsv")
    )


def read_corpus(path: Path) -> Iterator[Document]:
    """The documents of `corpus.jsonl` (BadFolder)."""
    for entry in _lines(path / "corpus.jsonl", ("_id", "text")):
        title, text = str(entry.get("title") or ""), str(entry["text"] or "")
        yield Document(id=str(entry["_id"]), title=title, text=text, language=language(title + text))


def read_queries(path: Path) -> dict[str, Query]:
    """Queries by id (BadFolder)."""
    entries = _lines(path, ("_id", "text"))
    return {str(e["_id"]): Query(title=str(e.get("title") or ""), text=str(e["text"] or "")) for e in entries}


def _lines(path: Path, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    for number, line in _numbered(path):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise BadFolder(f"{path}, line {number}: not JSON ({error})") from error
        missing = [key for key in keys if not isinstance(entry, dict) or key not in entry]
        if missing:
            raise BadFolder(f"{path}, line {number}: {', '.join(missing)} missing")
        yield entry


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFolder(f"{path} cannot be read: {error}") from error


def read_judgements(path: Path) -> Judgements:
    """Grades of `qrels/test.tsv`, whose first line is a header (BadFolder)."""
    judgements: Judgements = {}
    for number, line in _numbered(path):
        if number == 1:
            continue
        fields = line.split("\t")
        if len(fields) != 3 or not fields[2].strip().lstrip("-").isdigit():
            raise BadFolder(f"{path}, line {number}: not query, document and whole grade, separated by tabs")
        judgements.setdefault(fields[0], {})[fields[1]] = int(fields[2])
    return judgements


def write_run(path: Path, run: Run, tag: str = "keqiao") -> None:
    """A TREC run file: query, Q0, document, rank from 1, score, tag."""
    with path.open("w", encoding="utf-8") as file:
        for query, ranked in run.items():
            file.writelines(_run_lines(query, ranked, tag))


def read_run(path: Path) -> Run:
    """What `write_run` wrote, or another program in the same form (BadFolder). The order of lines does not matter."""
    run: Run = {}
    for number, line in _numbered(path):
        fields = line.split()
        try:
            query, _q0, document, _rank, score, _tag = fields
            run.setdefault(query, []).append((document, float(score)))
        except ValueError as error:
            raise BadFolder(f"{path}, line {number}: not query, Q0, document, rank, score and tag") from error
    return run


def _run_lines(query: str, ranked: Iterable[tuple[str, float]], tag: str) -> Iterator[str]:
    for rank, (document, score) in enumerate(ranked, 1):
        yield f"{query} Q0 {document} {rank} {score:.6f} {tag}\n"
