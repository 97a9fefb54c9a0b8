"""Many queries at once: the answers of single searches, and what is left after a kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from keqiao.engine import Document, EdgeIndex, Engine, Figure, Query, SparseVector, figures
from keqiao.engine.batch import BatchTrouble, Corpus, Plan, match, work
from keqiao.engine.batch.plan import BLOCK, alone, answer_lines, folder_of, laid_out, opened, read_queries
from keqiao.engine.beir import read_corpus
from keqiao.engine.beir import read_queries as read_asked
from keqiao.engine_cli import engine_group
from tests.engine.batch_folder import QUERIES, batch, command, lines_of, write_folder
from tests.engine.conftest import coatings, document
from tests.three_nodes import until

NEED = Query(
    "红外探测器消光涂层", "要求吸光率≥98%，可批量生产。", ("C26",), "420100", tuple(figures("吸光率≥98%")), "zh"
)
WISH = replace(NEED, targets=(), wishes=NEED.targets)
ASKED = [
    NEED, WISH, Query(text="盐雾试验 3000 小时"), Query(title="solid electrolyte conductivity"), Query(),
    Query(text="😀"), Query(text="xyzzy"), Query(text="消光" * 300 + "".join(chr(0x4E00 + i) for i in range(700))),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("beir") / "folder")


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that a batch writes that nothing disturbs."""
    out = tmp_path_factory.mktemp("whole") / "out.jsonl"
    done = batch(folder, out, "--top", "20")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{QUERIES} queries, 246 documents: {out}\n"
    assert not folder_of(out).exists()
    return out.read_bytes()


def single(documents: list[Document], queries: list[Query], top: int, place: Path) -> list[list[tuple[str, float]]]:
    """What searches in an index find, one after another."""
    with EdgeIndex(place / "single") as index:
        index.upsert(documents)
        engine = Engine(index)
        found = [engine.search(query, limit=top, kinds=["achievement"], explain=False) for query in queries]
    return [[(one.id, one.score) for one in ranked] for ranked in found]


# ---- the same answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("top", [1, 3, 50])
def test_answers_are_those_of_single_searches(top: int, tmp_path: Path) -> None:
    documents = [*coatings(), document("english", "Solid electrolyte", "High ionic conductivity.", language="en")]
    corpus = Corpus.of(documents, lambda one: one.kind == "achievement")
    answers = match(corpus, ASKED, top)
    assert answers == single(documents, ASKED, top, tmp_path)
    assert [len(ranked) for ranked in answers[4:7]] == [0, 0, 0]
    assert answers[0][0][0] == "black"


def test_answers_of_many_blocks_are_those_of_single_searches(folder: Path, whole: bytes, tmp_path: Path) -> None:
    asked = read_asked(folder / "queries.jsonl")
    documents = [replace(one, kind="achievement") for one in read_corpus(folder)]
    every = dict(list(asked.items())[::7])
    expected = dict(zip(every, single(documents, list(every.values()), 20, tmp_path), strict=True))
    written = {row["query"]: [(one["id"], one["score"]) for one in row["found"]] for row in lines_of(whole)}
    assert list(written) == list(asked)
    assert {name: written[name] for name in every} == expected


def test_what_may_not_be_found_counts_all_the_same(tmp_path: Path) -> None:
    """The rarity of a word depends on everything in the index, as in a single search."""
    documents = [*coatings(), *(document(f"n{i}", "消光涂层", kind="need") for i in range(20))]
    assert match(Corpus.of(documents, lambda one: one.kind == "achievement"), [NEED], 9) == single(
        documents, [NEED], 9, tmp_path
    )


def test_of_equals_the_first_by_name_are_fetched() -> None:
    twins = [document(f"t{number:03}", "消光涂层") for number in reversed(range(130))]
    [found] = match(Corpus.of(twins), [Query(text="消光涂层")], 120)
    assert [name for name, _score in found] == [f"t{number:03}" for number in range(120)]


def test_more_than_a_hundred_can_be_asked_for(tmp_path: Path) -> None:
    others = "".join(chr(0x5000 + at) for at in range(180))
    documents = [document(f"d{at:03}", "消光涂层", f"批量生产 {others[:at]}") for at in range(180)]
    assert match(Corpus.of(documents), [NEED], 150) == single(documents, [NEED], 150, tmp_path)


@pytest.mark.parametrize("documents", [[], [document("empty", "")]], ids=["no documents", "no words"])
def test_where_there_is_nothing_nothing_is_found(documents: list[Document]) -> None:
    corpus = Corpus.from_arrays(Corpus.of(documents).arrays())
    assert match(corpus, ASKED, 5) == [[]] * len(ASKED)
    assert match(corpus, [], 5) == []


def test_a_corpus_is_the_same_after_its_arrays() -> None:
    corpus = Corpus.of(coatings())
    again = Corpus.from_arrays(corpus.arrays())
    assert again.documents == corpus.documents == [replace(one, title="", text="") for one in coatings()]
    assert again.languages == corpus.languages
    assert match(again, ASKED, 5) == match(corpus, ASKED, 5)
    vectors = [SparseVector(np.array([0x6D88], np.uint32), np.array([1.0], np.float32))]
    assert [places.tolist() for places in again.fetch(vectors, 2)] == [[0, 1]]


# ---- on disk ----------------------------------------------------------------------------------------------------

ABOUT = {"folder": "x"}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    queries = [(f"q{number:03}", NEED) for number in range(BLOCK + 1)]
    return laid_out(tmp_path / "out.jsonl", Corpus.of(coatings()), queries, top=2, about=ABOUT)


def test_queries_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    asked = [(f"q{at}", query) for at, query in enumerate([*ASKED, Query("a\u2028b", "半\ud800个", ("C",), "42")])]
    plan = laid_out(tmp_path / "out", Corpus.of([]), asked, top=1, about=ABOUT)
    assert read_queries(plan.asked(0)) == asked
    assert NEED.targets == (Figure("吸光率", 98.0, None, "%", span=(0, 7)),)


def test_a_plan_knows_what_is_missing(plan: Plan, tmp_path: Path) -> None:
    assert plan.folder.stat().st_mode & 0o777 == 0o700  # confidential needs lie in it
    assert (plan.blocks, plan.missing(), [plan.size(number) for number in (0, 1)]) == (2, [0, 1], [BLOCK, 1])
    plan.keep(0, answer_lines(["q"], [[("black", 0.5)]]))
    again = opened(plan.out, ABOUT)
    assert again == plan
    assert again is not None
    assert again.missing() == [1]
    again.keep(1, "x\n")
    again.finish()
    assert plan.out.read_text("utf-8") == '{"query": "q", "found": [{"id": "black", "score": 0.5}]}\nx\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl"]


def test_other_options_do_not_go_on_with_a_batch(plan: Plan) -> None:
    with pytest.raises(BatchTrouble, match="was begun with other options"):
        opened(plan.out, {"folder": "y"})
    assert plan.missing() == [0, 1]


def test_what_was_not_laid_out_to_its_end_is_begun_anew(plan: Plan) -> None:
    plan.keep(0, "of another corpus")
    (plan.folder / "plan.json").unlink()
    assert opened(plan.out, ABOUT) is None
    fresh = laid_out(plan.out, Corpus.of([]), [("q", NEED)], top=2, about=ABOUT)
    assert fresh.missing() == [0]


def test_a_file_that_is_there_is_not_written_over(plan: Plan, tmp_path: Path) -> None:
    plan.out.write_text("mine")
    with pytest.raises(BatchTrouble, match="exists already"):
        opened(plan.out, ABOUT)
    with pytest.raises(BatchTrouble, match="there is no folder"), alone(tmp_path / "nowhere" / "out"):
        pytest.fail("there is nothing to lock")
    assert plan.out.read_text() == "mine"


def test_two_do_not_write_one_file(plan: Plan) -> None:
    with alone(plan.out), pytest.raises(BatchTrouble, match="another process"), alone(plan.out):
        pytest.fail("both were let in")
    with alone(plan.out):
        pass


def test_a_worker_that_is_killed_is_told_and_the_rest_is_kept(plan: Plan) -> None:
    """As where memory runs out. The worker waits for the queries of its second block, which nobody writes."""
    second = plan.block("asked", 1)
    second.unlink()
    os.mkfifo(second)
    done = work(plan, 1)
    assert next(done) == BLOCK
    [worker] = _children()
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(BatchTrouble, match="a worker was killed"):
        next(done)
    assert plan.missing() == [1]


def _children() -> list[int]:
    """The processes of this one's pool."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in map(int, listed) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


# ---- killed and called again ------------------------------------------------------------------------------------


@pytest.fixture
def killed(folder: Path, tmp_path: Path) -> Path:
    """A batch killed with -9 when its first block was done."""
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(
        command(folder, out, "--top", "20", "--workers", "1"), stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        until((folder_of(out) / "done" / "000000.jsonl").exists, "a block is done")
        process.kill()
    return out


def test_after_a_kill_it_goes_on_where_it_was(killed: Path, folder: Path, whole: bytes) -> None:
    first = folder_of(killed) / "done" / "000000.jsonl"
    assert (killed.exists(), first.read_bytes()) == (False, b"".join(whole.splitlines(keepends=True)[:BLOCK]))
    first.write_text("kept\n")
    again = batch(folder, killed, "--top", "20")
    assert again.returncode == 0, again.stderr
    assert "going on: 1 of 3 blocks are done" in again.stderr
    assert killed.read_bytes() == b"kept\n" + b"".join(whole.splitlines(keepends=True)[BLOCK:])
    assert [path.name for path in killed.parent.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--top", "0"], "'--top'"), (["--workers", "0"], "'--workers'"), ([], "no folder")],
)
def test_options_that_cannot_be_meant_are_refused(options: list[str], words: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "out"
    result = CliRunner().invoke(engine_group, ["batch", str(folder), "--out", str(out), *options])
    assert (result.exit_code != 0, words in result.output) == (True, True)


def test_a_bad_folder_names_the_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("{}\n")
    result = CliRunner().invoke(engine_group, ["batch", str(tmp_path), "--out", str(tmp_path / "out")])
    assert (result.exit_code, "line 1: _id, text missing" in result.output) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.jsonl"]
