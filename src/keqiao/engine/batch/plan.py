"""A batch on disk: what is asked of what, which blocks are done, and the file that comes of it.

`OUT.parts` beside the file holds `corpus/` (arrays), `asked/` and `done/` (a file for each block) and `plan.json`,
which is written when the first two are complete. A block appears in `done/` by a rename, so it is there whole or not.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from keqiao.engine.asking import Query
from keqiao.engine.batch.corpus import Corpus
from keqiao.engine.batch.matching import Ranked
from keqiao.engine.specs import Figure

BLOCK = 200
"""Queries in a block: a few seconds of work, which is what a crash can cost."""
_VERSION = 1


class BatchTrouble(Exception):
    """What keeps a batch from running; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch whose corpus and queries are on disk."""

    out: Path
    top: int
    blocks: int
    queries: int
    documents: int

    @property
    def folder(self) -> Path:
        return folder_of(self.out)

    def missing(self) -> list[int]:
        """The blocks that are still to be answered."""
        return [number for number in range(self.blocks) if not self.block("done", number).exists()]

    def block(self, kind: str, number: int) -> Path:
        return self.folder / kind / f"{number:06}.jsonl"

    def size(self, number: int) -> int:
        """How many queries a block has."""
        return min(BLOCK, self.queries - number * BLOCK)

    def corpus(self) -> Corpus:
        """The corpus, mapped into memory: processes of one machine share it."""
        return Corpus.from_arrays(
            {path.stem: np.load(path, mmap_mode="r") for path in sorted((self.folder / "corpus").iterdir())}
        )

    def asked(self, number: int) -> str:
        """The queries of a block, as `read_queries` reads them."""
        return self.block("asked", number).read_text(encoding="utf-8")

    def keep(self, number: int, lines: str) -> None:
        """Put the answers of a block down for good."""
        replace_file(self.block("done", number), [lines])

    def finish(self) -> None:
        """Make the file of the blocks and remove the folder."""
        blocks = (self.block("done", number).read_text(encoding="utf-8") for number in range(self.blocks))
        replace_file(self.out, blocks)
        shutil.rmtree(self.folder)


def folder_of(out: Path) -> Path:
    return out.with_name(out.name + ".parts")


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """No other process works on the same file, and its folder is there (BatchTrouble)."""
    if not out.absolute().parent.is_dir():
        raise BatchTrouble(f"there is no folder {out.absolute().parent}: make it first")
    lock = out.with_name(f".{out.name}.lock")
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BatchTrouble(f"another process is writing {out}: wait for it, or name another file") from error
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def opened(out: Path, about: Mapping[str, Any]) -> Plan | None:
    """The batch that was begun for this file, None when there is none or it was not laid out to its end.

    Raises BatchTrouble where the file is there already, or the batch was begun with other options (`about`).
    """
    if out.exists():
        raise BatchTrouble(f"{out} exists already: remove it or name another file")
    try:
        kept = json.loads((folder_of(out) / "plan.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if (kept["version"], kept["about"]) != (_VERSION, dict(about)):
        raise BatchTrouble(
            f"{folder_of(out)} was begun with other options ({json.dumps(kept['about'], ensure_ascii=False)}): "
            "give the same ones to go on, or remove that folder to begin anew"
        )
    return Plan(out, *(kept[name] for name in ("top", "blocks", "queries", "documents")))


def laid_out(
    out: Path, corpus: Corpus, queries: Iterable[tuple[str, Query]], *, top: int, about: Mapping[str, Any]
) -> Plan:
    """Write a new batch down, in place of one that was not laid out to its end."""
    shutil.rmtree(folder_of(out), ignore_errors=True)
    folder_of(out).mkdir(mode=0o700)  # what is asked may be confidential
    for name in ("corpus", "asked", "done"):
        (folder_of(out) / name).mkdir()
    for name, array in corpus.arrays().items():
        np.save(folder_of(out) / "corpus" / f"{name}.npy", array)
    total = blocks = 0
    rest = iter(queries)
    while block := list(islice(rest, BLOCK)):
        path = folder_of(out) / "asked" / f"{blocks:06}.jsonl"
        path.write_text("".join(map(_line, block)), encoding="utf-8")
        total, blocks = total + len(block), blocks + 1
    sizes = {"top": top, "blocks": blocks, "queries": total, "documents": len(corpus.documents)}
    kept = {"version": _VERSION, "about": dict(about)} | sizes
    replace_file(folder_of(out) / "plan.json", [json.dumps(kept, ensure_ascii=False)])
    return Plan(out, **sizes)


def _line(asked: tuple[str, Query]) -> str:
    name, query = asked
    row = {
        "id": name,
        "title": query.title,
        "text": query.text,
        "fields": query.fields,
        "region": query.region,
        "targets": [figure.as_row() for figure in query.targets],
        "language": query.language,
        "wishes": [figure.as_row() for figure in query.wishes],
    }
    return json.dumps(row) + "\n"


def read_queries(lines: str) -> list[tuple[str, Query]]:
    """The queries of a block, with their names."""
    return [_query(json.loads(line)) for line in lines.splitlines()]


def _query(row: dict[str, Any]) -> tuple[str, Query]:
    name = row.pop("id")
    row["fields"] = tuple(row["fields"])
    for kind in ("targets", "wishes"):
        row[kind] = tuple(Figure.from_json(figure) for figure in row[kind])
    return name, Query(**row)


def answer_lines(names: Sequence[str], answers: Sequence[Ranked]) -> str:
    """Answers as they stand in the file: `{"query": …, "found": [{"id": …, "score": …}, …]}`, one a line."""
    rows = (
        {"query": name, "found": [{"id": document, "score": score} for document, score in ranked]}
        for name, ranked in zip(names, answers, strict=True)
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def replace_file(path: Path, parts: Iterable[str]) -> None:
    """Write a file that is there whole or not at all, whatever happens meanwhile."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
