"""What comes out of odd texts, tiny corpora, full disks and other processes, through the library and its commands."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keqiao.engine import Document, EdgeIndex, Engine, IndexUnavailable, Query, figures
from keqiao.engine_cli import engine_group, specs_command
from tests.engine.conftest import COATING, coatings, document

HERE = Path(__file__).parents[2]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(engine_group, [str(argument) for argument in arguments])


def in_another_process(code: str, *arguments: str | Path, seed: str = "0") -> str:
    """What Python code prints in a process of its own."""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def beir(path: Path, corpus: list[tuple[str, str]], queries: list[tuple[str, str]]) -> Path:
    """A folder in BEIR form in which the first document is what every query asks for."""
    (path / "qrels").mkdir(parents=True)
    for name, entries in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps({"_id": identity, "text": text}, ensure_ascii=False) for identity, text in entries]
        (path / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    judged = [f"{query}\t{corpus[0][0]}\t1" for query, _text in queries if corpus]
    (path / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged, ""]))
    return path


def ranked(documents: list[Document], query: Query, folder: Path) -> list[tuple[str, float]]:
    with EdgeIndex(folder) as index:
        index.upsert(documents)
        return [(found.id, found.score) for found in Engine(index).search(query, limit=10)]


# ---- one form of many -------------------------------------------------------------------------------------------

SAME = {
    "traditional": "採用碳納米結構的消光塗層，在可見光到中紅外波段的吸光率為98.68%，工藝簡單，可批量生產。",
    "full width": COATING.replace("98.68%", "９８．６８％"),
    "markup": f"<p>{COATING.replace('，', '<b>，</b>')}</p><script>alert('电池')</script>",
    "breaks": COATING.replace("，", "，\r\n\u3000\u3000"),
}


@pytest.mark.parametrize("how", ["traditional", "full width"])
def test_however_it_is_written_it_is_the_same_text_to_both_sides(how: str, tmp_path: Path) -> None:
    rest = coatings()[1:]
    plain = ranked([document("it", "涂层", COATING), *rest], Query(text=COATING), tmp_path / "plain")
    assert plain[0][0] == "it"
    assert ranked([document("it", "涂层", SAME[how]), *rest], Query(text=COATING), tmp_path / "put in") == plain
    assert ranked([document("it", "涂层", COATING), *rest], Query(text=SAME[how]), tmp_path / "asked") == plain


@pytest.mark.parametrize("how", list(SAME))
def test_figures_do_not_depend_on_how_it_is_written(how: str) -> None:
    [figure] = figures(SAME[how])
    assert (figure.name, figure.min, figure.max, figure.unit) == ("吸光率", 98.68, 98.68, "%")
    assert "98" in SAME[how][slice(*figure.span)] or "９８" in SAME[how][slice(*figure.span)]


def test_what_stands_in_markup_and_scripts_is_not_searched(tmp_path: Path) -> None:
    documents = [document("it", "涂层", SAME["markup"]), *coatings()[1:3]]
    assert ranked(documents, Query(text="alert 电池"), tmp_path / "i") == []


# ---- corpora of nothing and of one ------------------------------------------------------------------------------

TINY = {
    "nothing": ([], 0, 0),
    "one": ([("a", "超黑消光涂层")], 1, 1),
    "one that says nothing": ([("a", "")], 1, 0),
    "one of 100,000 characters": ([("a", "消光涂层，吸光率98%。" * 8000)], 1, 1),
}


@pytest.mark.parametrize("what", list(TINY))
def test_tiny_corpora_are_indexed_searched_and_measured(what: str, tmp_path: Path) -> None:
    corpus, documents, found = TINY[what]
    folder = beir(tmp_path / "beir", corpus, [("q", "消光涂层")])
    made = run("index", folder, "--out", tmp_path / "i")
    assert (made.exit_code, made.output) == (0, f"{documents} documents indexed in {tmp_path / 'i'}\n")
    searched = run("search", tmp_path / "i", "--queries", folder / "queries.jsonl", "--run", tmp_path / "run")
    assert searched.output == f"1 queries answered, {found} lines in {tmp_path / 'run'}\n"
    measured = run("evaluate", folder, "--json")
    assert json.loads(measured.output)["nDCG@10"] == (float(found) if corpus else None)


@pytest.mark.parametrize("text", ["", "光", "20260101", "😀🎉", "<p></p>", "的研究与应用"])
def test_queries_that_say_nothing_are_answered_by_no_line(text: str, tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir", [("a", "超黑消光涂层"), ("b", "固态电池")], [("q", text)])
    run("index", folder, "--out", tmp_path / "i")
    searched = run("search", tmp_path / "i", "--queries", folder / "queries.jsonl", "--run", tmp_path / "run")
    lines = 1 if text == "光" else 0
    assert searched.output == f"1 queries answered, {lines} lines in {tmp_path / 'run'}\n"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", "[]"), ("光", "[]"), ("5", "[]"), ("20260101", "[]"), ("😀🎉", "[]"), ("<p>≥98%</p>", 1),
        ("吸光率≥98%。" * 16667, 16667), ("９" * 100_000, "[]"), ("%" * 100_000, "[]"),
    ],
)  # fmt: skip
def test_specs_of_odd_texts(text: str, printed: str | int) -> None:
    result = CliRunner().invoke(specs_command, ["--text", "-", "--json"], input=text)
    assert result.exit_code == 0, result.exception
    read = json.loads(result.output)
    assert (result.output.strip() if isinstance(printed, str) else len(read)) == printed


# ---- the disk and other processes -------------------------------------------------------------------------------

WRITE = """
import resource, sys
from keqiao.engine import Document, EdgeIndex, IndexUnavailable
from tests.engine.conftest import coatings
def write():
    with EdgeIndex(sys.argv[1]) as index:
        index.upsert(coatings())
        index.flush()
        limit()
        for batch in range(40):
            index.upsert([Document(f"{batch} {i}", title="涂层", text="x" * 100_000) for i in range(50)])
            print("written", batch)
def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    limit() if sys.argv[2] == "before" else None
    write()
except IndexUnavailable as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("when", ["before", "within"])
def test_no_room_for_files_is_told_as_a_full_disk_and_what_was_written_is_there(when: str, tmp_path: Path) -> None:
    printed = in_another_process(WRITE, tmp_path / "i", when).splitlines()
    assert printed[-1] == f"IndexFull {tmp_path / 'i'} cannot be written, the disk is full: make room"
    with EdgeIndex(tmp_path / "i") as index:
        kept = index.count()
        index.upsert(coatings())
        assert index.count() >= 5
        assert (kept == 0) == (when == "before")
        assert kept >= 50 * (len(printed) - 1)
        assert index.statistics.documents == index.count()


def limited(size: int, work: Callable[[], Result]) -> Result:
    """Work in this process while no file may grow over `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        return work()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_commands_say_that_the_disk_is_full(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir", [("a", "超黑消光涂层")], [("q", "消光涂层")])
    made = limited(0, lambda: run("index", folder, "--out", tmp_path / "i"))
    assert (made.exit_code, made.output) == (
        1, f"Error: {tmp_path / 'i'} cannot be written, the disk is full: make room\n",
    )  # fmt: skip


def test_commands_say_that_the_run_cannot_be_written(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir", [("a", "超黑消光涂层")], [("q", "消光涂层")])
    evaluated = run("evaluate", folder, "--run", tmp_path / "not there" / "run")
    said = f"Error: {tmp_path / 'not there' / 'run'} cannot be written: No such file or directory\n"
    assert (evaluated.exit_code, evaluated.output) == (1, said)


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnavailable, match=r"file/i cannot be opened \(.*Not a directory"):
        EdgeIndex(tmp_path / "file" / "i")


OPEN = """
import sys
from keqiao.engine import EdgeIndex, IndexUnavailable
try:
    EdgeIndex(sys.argv[1])
except IndexUnavailable as error:
    print(type(error).__name__, error)
"""


def test_another_process_is_told_that_the_index_is_open_and_changes_nothing(index: EdgeIndex) -> None:
    index.upsert(coatings())
    index.flush()
    said = in_another_process(OPEN, index.path)
    assert said == f"IndexLocked {index.path} is open in another process; an index belongs to one process at a time"
    index.upsert([document("new", "消光涂层")])
    assert index.count() == 6


RANK = """
import hashlib, random, sys
from dataclasses import replace
from keqiao.engine import EdgeIndex, Engine, Query, figures
from tests.engine.conftest import coatings
documents = coatings() + [replace(one, id=f"{one.id} {i}") for one in coatings() for i in range(2)]
random.Random(sys.argv[2]).shuffle(documents)
with EdgeIndex(sys.argv[1]) as index:
    for one in documents:
        index.upsert([one]) if sys.argv[2] == "one by one" else None
    index.upsert(documents)
    need = "红外探测器 coating，要求吸光率≥98%，固化温度≤120℃"
    query = Query(title="消光涂层", text=need, fields=("C264",), region="420100", targets=tuple(figures(need)))
    print(hashlib.sha256(repr(Engine(index).search(query, limit=50)).encode()).hexdigest())
"""


def test_same_answer_bit_for_bit_whatever_the_process_the_seed_and_the_order(tmp_path: Path) -> None:
    ways = [("0", "as it is"), ("1", "another"), ("4711", "one by one")]
    answers = [in_another_process(RANK, tmp_path / order, order, seed=seed) for seed, order in ways]
    assert len(answers[0]) == 64
    assert answers == answers[:1] * 3
