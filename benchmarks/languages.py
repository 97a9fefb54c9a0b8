"""Short queries in another language, and both directions: `keqiao bench languages FOLDER [QUERIES]`.

FOLDER is in BEIR form with English queries, Chinese documents with titles, and one document for each query. Short
queries are made of what is there: the first sentence or the first words of an abstract stand for the title that the
folder does not have.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from keqiao.engine import Document, EdgeIndex, Query
from keqiao.engine.beir import Folder, read_folder
from keqiao.engine.evaluate import Measures, measure, rank_folder

Row = tuple[str, Measures]


def words(count: int) -> Callable[[str], str]:
    return lambda text: " ".join(text.split()[:count])


ENGLISH: dict[str, Callable[[str], str]] = {
    "English abstract": lambda text: text,
    "its first sentence": lambda text: re.split(r"(?<=[.;!?])\s", text.strip())[0],
    "its first 12 words": words(12),
    "its first 8 words": words(8),
    "its first 5 words": words(5),
}
CHINESE: dict[str, Callable[[Document], Query]] = {
    "Chinese title and abstract": lambda one: Query(title=one.title, text=one.text),
    "Chinese title": lambda one: Query(title=one.title),
    "first 60 characters of the abstract": lambda one: Query(text=one.text[:60]),
}


def asked_in_english(folder: Folder, index: EdgeIndex) -> Iterator[Row]:
    """English queries, Chinese documents."""
    index.upsert(folder.documents)
    for name, shorten in ENGLISH.items():
        queries = {key: Query(text=shorten(query.text)) for key, query in folder.queries.items()}
        yield f"{name} → Chinese paper", measured(index, replace(folder, queries=queries))


def asked_in_chinese(folder: Folder, index: EdgeIndex) -> Iterator[Row]:
    """The other way round: Chinese papers ask for the English abstracts."""
    index.upsert([Document(id=key, text=query.text, language="en") for key, query in folder.queries.items()])
    papers = {one.id: one for one in folder.documents}
    judgements = {next(iter(grades)): {key: 1} for key, grades in folder.judgements.items()}
    for name, query_of in CHINESE.items():
        queries = {key: query_of(papers[key]) for key in judgements}
        yield f"{name} → English abstract", measured(index, Folder([], queries, judgements))


def measured(index: EdgeIndex, folder: Folder) -> Measures:
    return measure(rank_folder(index, folder, judged_only=False), folder.judgements)


def main(arguments: list[str]) -> None:
    if not arguments:
        raise SystemExit("name a folder in BEIR form: English queries, Chinese documents")
    folder = read_folder(Path(arguments[0]))
    most = int(arguments[1]) if len(arguments) > 1 else None
    folder = replace(folder, judgements=dict(islice(folder.judgements.items(), most)))
    print(f"{'':<60}{'nDCG@10':>9}{'recall@10':>11}{'recall@100':>12}{'queries':>9}")
    for direction in (asked_in_english, asked_in_chinese):
        with tempfile.TemporaryDirectory() as place, EdgeIndex(Path(place) / "index") as index:
            for name, found in direction(folder, index):
                values = "".join(f"{found[key] or 0:>{width}.4f}" for key, width in WIDTHS.items())
                print(f"{name:<60}{values}{found['queries']:>9}", flush=True)


WIDTHS = {"nDCG@10": 9, "recall@10": 11, "recall@100": 12}

if __name__ == "__main__":
    main(sys.argv[1:])
