"""An index in a file: its documents as lines of JSON, compressed, between a first line and a last.

It holds no vectors and no counts (they are made of the documents again), so that it can be read by a later version, by
an index in a folder, and by a cluster with other shards.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from keqiao.engine import payload
from keqiao.engine.document import Document

_KIND = "keqiao index snapshot"
_VERSION = 1


class BadSnapshot(Exception):
    """What is wrong with a file: `exists`, `no folder`, `closed` (cannot be written or read), `cut`, or `foreign`."""

    def __init__(self, path: Path, trouble: str, why: object = "") -> None:
        super().__init__(f"{path}: {trouble} {why}".rstrip())
        self.path, self.trouble, self.why = path, trouble, str(why)


def write(path: Path, documents: Iterable[Document], about: dict[str, Any], progress: Callable[[int], None]) -> int:
    """Write all of it or nothing; replaces nothing. Hidden texts are in it: its owner alone may read it."""
    if path.exists():
        raise BadSnapshot(path, "exists")
    if not path.absolute().parent.is_dir():
        raise BadSnapshot(path, "no folder")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        count = _write(draft, documents, about, progress)
        os.link(draft, path)  # fails, other than a rename, if somebody was quicker
    except FileExistsError:
        raise BadSnapshot(path, "exists") from None
    except OSError as error:
        raise BadSnapshot(path, "closed", error.strerror or error) from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write(draft: Path, documents: Iterable[Document], about: dict[str, Any], progress: Callable[[int], None]) -> int:
    count = 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8", compresslevel=5) as file:
        file.write(_line({"kind": _KIND, "version": _VERSION, "about": about}))
        for count, document in enumerate(documents, 1):
            file.write(payload.written(document) + "\n")
            if not count % 1000:
                progress(count)
        file.write(_line({"documents": count}))
    return count


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def inspect(path: Path) -> tuple[dict[str, Any], int]:
    """What was written about it, and how many documents it has. Reads all of it: BadSnapshot, if it is not whole."""
    about: dict[str, Any] | None = None
    last, lines = "", 0
    for last in _lines(path):
        about = about if about is not None else _about(path, last)
        lines += 1
    if about is None or lines < 2 or json.loads(last) != {"documents": lines - 2}:
        raise BadSnapshot(path, "cut")
    return about, lines - 2


def _about(path: Path, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
        known = (found["kind"], found["version"]) == (_KIND, _VERSION)
        about: dict[str, Any] = found["about"]
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise BadSnapshot(path, "foreign")
    return about


def read(path: Path) -> Iterator[Document]:
    """Its documents; `inspect` it first."""
    for line in _lines(path):
        if line.startswith('{"id":'):
            yield payload.read(line)


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from file
    except (EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadSnapshot(path, "cut", error) from error
    except OSError as error:
        raise BadSnapshot(
            path, "foreign" if isinstance(error, gzip.BadGzipFile) else "closed", error.strerror or error
        ) from error
