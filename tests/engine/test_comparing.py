"""Comparing two rankings: means, counts, and a p-value that is right where it is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from keqiao.engine.beir import BadFolder, read_run, write_run
from keqiao.engine.comparing import DRAWS, compare_runs, compared, randomisation
from keqiao.engine_cli import engine_group

JUDGED = {"q1": {"a": 3, "b": 0}, "q2": {"a": 0, "b": 2}, "q3": {"a": 0, "b": 0}}
RIGHT = {"q1": [("a", 2.0), ("b", 1.0)], "q2": [("b", 2.0), ("a", 1.0)]}
WRONG = {"q1": [("b", 2.0), ("a", 1.0)], "q2": [("a", 2.0), ("b", 1.0)]}


def test_a_ranking_against_itself_changes_nothing() -> None:
    for one in compare_runs(RIGHT, RIGHT, JUDGED):
        assert (one.change, one.p, one.better, one.worse) == (0.0, 1.0, 0, 0)


def test_queries_that_do_not_count_for_a_measure_are_left_out() -> None:
    [ndcg, *_others] = compare_runs(WRONG, RIGHT, JUDGED)
    assert (ndcg.measure, ndcg.queries, ndcg.better, ndcg.worse) == ("nDCG@10", 2, 2, 0)
    assert ndcg.after == 1.0
    assert ndcg.before == pytest.approx(1 / np.log2(3))
    assert ndcg.change == pytest.approx(1 - 1 / np.log2(3))


def test_a_measure_without_a_query_is_not_compared() -> None:
    assert compared("nDCG@10", {"q1": 1.0}, {"q2": 1.0}) is None
    assert compare_runs(RIGHT, WRONG, {}) == []


@pytest.mark.parametrize("queries", [1, 2, 3, 5, 8])
def test_where_all_queries_gain_the_same_p_is_that_of_all_signs_alike(queries: int) -> None:
    assert randomisation(np.full(queries, 0.1)) == pytest.approx(2 ** (1 - queries), abs=0.01)


def test_p_does_not_depend_on_the_order_of_queries_or_on_the_direction() -> None:
    change = np.array([0.3, -0.1, 0.2, 0.05, -0.02, 0.4])
    assert randomisation(change) == randomisation(-change)
    assert randomisation(change) == pytest.approx(randomisation(change[::-1]), abs=0.01)


def test_p_is_small_but_never_zero_for_a_sure_gain() -> None:
    assert randomisation(np.full(60, 0.1)) == 1 / (DRAWS + 1)


def test_noise_is_found_significant_about_as_often_as_it_should() -> None:
    generator = np.random.default_rng(7)
    found = sum(randomisation(generator.normal(size=40)) < 0.1 for _trial in range(60))
    assert 1 <= found <= 14


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_run(tmp_path / "run.trec", RIGHT)
    assert read_run(tmp_path / "run.trec") == RIGHT


@pytest.mark.parametrize("line", ["q1 Q0 a 1 high keqiao", "q1 Q0 a 1 0.5", "q1 a", "{}"])
def test_a_line_that_is_none_of_a_run_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "run.trec").write_text(f"q1 Q0 a 1 0.5 keqiao\n{line}\n")
    with pytest.raises(BadFolder, match=r"run\.trec, line 2: not query, Q0, document, rank, score and tag"):
        read_run(tmp_path / "run.trec")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "beir"
    (place / "qrels").mkdir(parents=True)
    lines = [f"{query}\t{document}\t{grade}" for query, of in JUDGED.items() for document, grade in of.items()]
    (place / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines]))
    write_run(place / "before.trec", WRONG)
    write_run(place / "after.trec", RIGHT)
    return place


def test_the_command_prints_a_line_for_each_measure(folder: Path) -> None:
    arguments = ["compare", str(folder), str(folder / "before.trec"), str(folder / "after.trec")]
    result = CliRunner().invoke(engine_group, arguments)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[1].split() == ["nDCG@10", "0.6309", "1.0000", "+0.3691", lines[1].split()[4], "2/0", "of", "2"]
    assert [line.split()[0] for line in lines[1:]] == ["nDCG@10", "MAP", "MRR", "recall@10", "recall@100", "Spearman"]


def test_the_command_says_it_for_programs_too(folder: Path) -> None:
    arguments = ["compare", str(folder), str(folder / "before.trec"), str(folder / "after.trec"), "--json"]
    found = json.loads(CliRunner().invoke(engine_group, arguments).output)
    assert found[0]["measure"] == "nDCG@10"
    assert (found[0]["after"], found[0]["better"], found[0]["queries"]) == (1.0, 2, 2)


def test_the_command_names_a_file_that_is_no_run(folder: Path) -> None:
    (folder / "before.trec").write_text("nothing")
    arguments = ["compare", str(folder), str(folder / "before.trec"), str(folder / "after.trec")]
    result = CliRunner().invoke(engine_group, arguments)
    assert result.exit_code == 1
    assert "before.trec, line 1" in result.output
