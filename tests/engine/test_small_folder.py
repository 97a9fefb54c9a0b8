"""Index, search and evaluate on a small folder, from the command line, with every number worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from keqiao.engine.evaluate import measure
from keqiao.engine_cli import engine_group, specs_command

CORPUS = [
    {"_id": "black", "title": "超黑消光涂层", "text": "吸光率 98.68 %"},
    {"_id": "twin-b", "title": "消光漆", "text": ""},
    {"_id": "twin-a", "title": "消光漆", "text": ""},
    {"_id": "battery", "title": "固态电池电解质", "text": "离子传导"},
    {"_id": "cooling", "title": "液冷机柜", "text": "<b>PUE</b> 1.04"},
]
QUERIES = [
    {"_id": "q1", "title": "超黑消光涂层", "text": "吸光率 98.68 %"},
    {"_id": "q2", "text": "液冷机柜"},
    {"_id": "q3", "text": "😀"},
]
GRADES = ["q1\tblack\t3", "q1\ttwin-a\t0", "q1\ttwin-b\t2", "q2\tcooling\t0", "q2\tbattery\t3", "q3\tblack\t1"]


def lines(path: Path, entries: list[Any]) -> None:
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), "utf-8")


def folder(path: Path, corpus: list[dict[str, str]] = CORPUS, grades: list[str] = GRADES) -> Path:
    (path / "qrels").mkdir(parents=True)
    lines(path / "corpus.jsonl", corpus)
    lines(path / "queries.jsonl", QUERIES)
    (path / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *grades]) + "\n")
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return folder(tmp_path / "small")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(engine_group, [str(argument) for argument in arguments])


def searched(small: Path, place: Path, *options: str) -> str:
    """The run that a new index gives, as it is written."""
    assert run("index", small, "--out", place / "index").exit_code == 0
    out = place / "run.trec"
    result = run("search", place / "index", "--queries", small / "queries.jsonl", "--run", out, *options)
    assert result.exit_code == 0, result.output
    return out.read_text("utf-8")


# ---- search -----------------------------------------------------------------------------------------------------


def test_run_is_written_best_first_ties_by_id(small: Path, tmp_path: Path) -> None:
    rows = [line.split() for line in searched(small, tmp_path).splitlines()]
    assert [row[:4] for row in rows] == [
        ["q1", "Q0", "black", "1"],
        ["q1", "Q0", "twin-a", "2"],
        ["q1", "Q0", "twin-b", "3"],
        ["q2", "Q0", "cooling", "1"],
    ]
    assert {row[5] for row in rows} == {"keqiao"}
    assert rows[1][4] == rows[2][4]


def test_the_same_text_scores_what_text_and_words_can_give(small: Path, tmp_path: Path) -> None:
    first = searched(small, tmp_path).splitlines()[0]
    assert first == "q1 Q0 black 1 0.771191 keqiao"  # of 0.53 for the text and 0.25 for the words


def test_run_is_the_same_to_the_byte_whatever_the_order_of_the_corpus(tmp_path: Path) -> None:
    runs = [
        searched(folder(tmp_path / name / "small", corpus), tmp_path / name)
        for name, corpus in (("one", CORPUS), ("other", CORPUS[::-1]), ("third", CORPUS[2:] + CORPUS[:2]))
    ]
    assert runs[0] == runs[1] == runs[2] != ""


def test_top_keeps_so_many_of_each_query(small: Path, tmp_path: Path) -> None:
    rows = searched(small, tmp_path, "--top", "1").splitlines()
    assert [row.split()[:3] for row in rows] == [["q1", "Q0", "black"], ["q2", "Q0", "cooling"]]


def test_search_says_how_much_was_written(small: Path, tmp_path: Path) -> None:
    run("index", small, "--out", tmp_path / "index")
    out = tmp_path / "run.trec"
    result = run("search", tmp_path / "index", "--queries", small / "queries.jsonl", "--run", out)
    assert result.output == f"3 queries answered, 4 lines in {out}\n"


def test_no_query_is_no_line(small: Path, tmp_path: Path) -> None:
    (small / "queries.jsonl").write_text("")
    assert searched(small, tmp_path) == ""


def test_of_two_documents_with_one_id_the_later_counts(tmp_path: Path) -> None:
    corpus = [{"_id": "a", "title": "液冷机柜", "text": ""}, {"_id": "a", "title": "固态电池", "text": ""}]
    small = folder(tmp_path / "small", corpus)
    made = run("index", small, "--out", tmp_path / "index")
    assert made.output == f"1 documents indexed in {tmp_path / 'index'}\n"
    out = tmp_path / "run.trec"
    run("search", tmp_path / "index", "--queries", small / "queries.jsonl", "--run", out)
    assert out.read_text() == ""


@pytest.mark.parametrize("top", ["0", "-1", "10001", "many"])
def test_top_out_of_range_is_refused(top: str, small: Path, tmp_path: Path) -> None:
    run("index", small, "--out", tmp_path / "index")
    out = tmp_path / "run.trec"
    result = run("search", tmp_path / "index", "--queries", small / "queries.jsonl", "--run", out, "--top", top)
    assert (result.exit_code, out.exists()) == (2, False)
    assert "--top" in result.output


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id": "b"}\n', "line 2: text missing"),
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\nnot json\n', "line 2: not JSON"),
        ("corpus.jsonl", "[1, 2]\n", "line 1: _id, text missing"),
    ],
)
def test_a_bad_corpus_leaves_no_index_behind_that_could_be_taken_for_whole(
    name: str, content: str, said: str, small: Path, tmp_path: Path
) -> None:
    (small / name).write_text(content)
    result = run("index", small, "--out", tmp_path / "index")
    assert (result.exit_code, said in result.output) == (1, True)
    out = tmp_path / "run.trec"
    run("search", tmp_path / "index", "--queries", small / "queries.jsonl", "--run", out)
    assert not out.exists() or out.read_text() == ""


# ---- evaluate ---------------------------------------------------------------------------------------------------

# q1 ranks black (3), twin-a (0), twin-b (2); q2 ranks cooling (0) and, where only the judged count, battery (3)
# behind it; q3 finds nothing, and its only grade is too low to be relevant.
Q1 = (7 / math.log2(2) + 3 / math.log2(4)) / (7 / math.log2(2) + 3 / math.log2(3))
BY_HAND = {
    "nDCG@10": (Q1 + 0 + 0) / 3,
    "MAP": ((1 / 1 + 2 / 3) / 2 + 0) / 2,
    "MRR": (1 + 0) / 2,
    "recall@10": (1 + 0) / 2,
    "recall@100": (1 + 0) / 2,
    "Spearman": (1.5 / math.sqrt(1.5 * 2) - 1) / 2,
    "queries": 3,
}
JUDGED = BY_HAND | {
    "nDCG@10": (Q1 + 1 / math.log2(3) + 1) / 3,
    "MAP": ((1 / 1 + 2 / 3) / 2 + 1 / 2) / 2,
    "MRR": (1 + 1 / 2) / 2,
    "recall@10": 1.0,
    "recall@100": 1.0,
}


@pytest.mark.parametrize(("options", "expected"), [([], BY_HAND), (["--judged-only"], JUDGED)])
def test_evaluate_gives_what_was_worked_out_by_hand(options: list[str], expected: dict[str, Any], small: Path) -> None:
    result = run("evaluate", small, *options, "--json")
    found = json.loads(result.output)
    assert list(found) == list(expected)
    assert found == pytest.approx(expected)
    assert result.output == json.dumps(found) + "\n"


def test_evaluate_twice_prints_the_same_bytes(small: Path) -> None:
    assert run("evaluate", small, "--json").output == run("evaluate", small, "--json").output


def test_table_for_people_has_four_digits_and_a_dash_where_nothing_counts(tmp_path: Path) -> None:
    nothing = folder(tmp_path / "none", grades=["q3\tblack\t0"])
    assert run("evaluate", nothing).output == (
        "nDCG@10     –\nMAP         –\nMRR         –\nrecall@10   –\nrecall@100  –\nSpearman    –\nqueries     1\n"
    )
    one = folder(tmp_path / "one", grades=["q2\tcooling\t3"])
    assert run("evaluate", one).output.splitlines()[:2] == ["nDCG@10     1.0000", "MAP         1.0000"]


def test_a_judged_document_that_the_corpus_lacks_comes_last(tmp_path: Path) -> None:
    small = folder(tmp_path / "small", grades=["q2\tcooling\t0", "q2\tgone\t3"])
    found = json.loads(run("evaluate", small, "--judged-only", "--json").output)
    assert (found["MRR"], found["recall@10"]) == (0.5, 1.0)
    found = json.loads(run("evaluate", small, "--json").output)
    assert (found["MRR"], found["recall@10"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        (["q1\tblack"], "line 2"),
        (["q1\tblack\t3", "q1\ttwin-a\thigh"], "line 3"),
    ],
)
def test_evaluate_names_the_judgement_that_cannot_be_read(grades: list[str], said: str, tmp_path: Path) -> None:
    result = run("evaluate", folder(tmp_path / "small", grades=grades), "--json")
    assert (result.exit_code, said in result.output) == (1, True)


# ---- measures ---------------------------------------------------------------------------------------------------


def test_measures_of_two_queries_by_hand() -> None:
    run_of_two = {
        "one": [("a", 0.9), ("b", 0.8), ("c", 0.8), ("x", 0.1)],
        "two": [("f", 0.5), ("e", 0.5), ("d", 0.4)],
    }
    grades = {"one": {"a": 1, "b": 3, "c": 2}, "two": {"d": 3, "e": 0, "f": 2}}
    one = (1 + 7 / math.log2(3) + 3 / 2) / (7 + 3 / math.log2(3) + 1 / 2)
    two = (0 + 3 / math.log2(3) + 7 / 2) / (7 + 3 / math.log2(3))  # e before f: equal scores, by id
    found = measure(run_of_two, grades)
    assert found["nDCG@10"] == pytest.approx((one + two) / 2)
    assert found["MAP"] == pytest.approx(((1 / 2 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 2)
    assert found["MRR"] == 0.5
    assert found["recall@10"] == found["recall@100"] == 1.0
    # one: scores rank 3, 1.5, 1.5 and grades 1, 3, 2; two: scores rank (d, e, f) 1, 2.5, 2.5 and grades 3, 1, 2
    assert found["Spearman"] == pytest.approx((-1.5 / math.sqrt(1.5 * 2) + -1.5 / math.sqrt(1.5 * 2)) / 2)


def test_only_ten_count_for_ndcg_and_a_hundred_for_recall() -> None:
    ranked = [(f"d{place:03}", 1.0 - place / 1000) for place in range(120)]
    grades = {"q": {"d009": 3, "d010": 3, "d099": 3, "d100": 3}}
    found = measure({"q": ranked}, grades)
    ideal = sum(7 / math.log2(place + 2) for place in range(4))
    assert found["nDCG@10"] == pytest.approx(7 / math.log2(11) / ideal)
    assert found["recall@10"] == 0.25
    assert found["recall@100"] == 0.75
    assert found["MAP"] == pytest.approx((1 / 10 + 2 / 11 + 3 / 100 + 4 / 101) / 4)


# ---- specs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (
            "吸光率达到98%以上",
            '[{"name": "吸光率", "min": 98, "max": null, "unit": "%", "approx": false, "span": [0, 10]}]',
        ),
        ("-40℃~85℃", '[{"name": "", "min": -40, "max": 85, "unit": "degC", "approx": false, "span": [0, 8]}]'),
        ("PUE 1.04", '[{"name": "PUE", "min": 1.04, "max": 1.04, "unit": "", "approx": false, "span": [0, 8]}]'),
        (
            "预算300万元",
            '[{"name": "预算", "min": 3000000, "max": 3000000, "unit": "CNY", "approx": false, "span": [0, 7]}]',
        ),
        ("沸点约50℃", '[{"name": "沸点", "min": 50, "max": 50, "unit": "degC", "approx": true, "span": [0, 6]}]'),
        ("没有数字😀", "[]"),
        ("", "[]"),
    ],
)
def test_specs_prints_the_contract_to_the_byte(text: str, printed: str) -> None:
    assert CliRunner().invoke(specs_command, ["--text", text, "--json"]).output == printed + "\n"


def test_specs_reads_standard_input_of_any_length() -> None:
    result = CliRunner().invoke(specs_command, ["--text", "-", "--json"], input="吸光率≥98%。" * 3000)
    assert len(json.loads(result.output)) == 3000


def test_specs_without_a_text_says_what_is_missing() -> None:
    result = CliRunner().invoke(specs_command, ["--json"])
    assert (result.exit_code, "--text" in result.output) == (2, True)
