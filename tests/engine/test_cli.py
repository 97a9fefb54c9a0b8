from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keqiao.engine import EdgeIndex
from keqiao.engine_cli import engine_group, specs_command
from tests.engine.test_evaluate import write_folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(engine_group, [str(argument) for argument in arguments])


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "beir")


def test_index_then_search_writes_a_run(beir: Path, tmp_path: Path) -> None:
    made = run("index", beir, "--out", tmp_path / "index")
    assert (made.exit_code, made.output) == (0, f"3 documents indexed in {tmp_path / 'index'}\n")
    out = tmp_path / "run.trec"
    searched = run("search", tmp_path / "index", "--queries", beir / "queries.jsonl", "--top", "2", "--run", out)
    assert searched.exit_code == 0, searched.output
    [line] = out.read_text().splitlines()
    assert line.split()[:4] == ["q", "Q0", "a", "1"]


def test_index_does_not_write_over_a_folder(beir: Path) -> None:
    result = run("index", beir, "--out", beir)
    assert (result.exit_code, "exists already" in result.output) == (1, True)


def test_index_of_a_bad_folder_names_the_line(beir: Path, tmp_path: Path) -> None:
    (beir / "corpus.jsonl").write_text("{}\n")
    result = run("index", beir, "--out", tmp_path / "index")
    assert (result.exit_code, "line 1: _id, text missing" in result.output) == (1, True)


def test_search_of_a_folder_that_is_no_index(beir: Path, tmp_path: Path) -> None:
    result = run("search", beir, "--queries", beir / "queries.jsonl", "--run", tmp_path / "run")
    assert (result.exit_code, "is no index" in result.output) == (1, True)


def test_search_of_a_locked_index_says_so(beir: Path, tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "index"):
        result = run("search", tmp_path / "index", "--queries", beir / "queries.jsonl", "--run", tmp_path / "run")
    assert (result.exit_code, "open in another process" in result.output) == (1, True)


@pytest.mark.parametrize("judged", [[], ["--judged-only"]])
def test_evaluate_prints_one_json_object(beir: Path, judged: list[str]) -> None:
    result = run("evaluate", beir, *judged, "--json")
    measures = {
        "nDCG@10": 1.0,
        "MAP": 1.0,
        "MRR": 1.0,
        "recall@10": 1.0,
        "recall@100": 1.0,
        "Spearman": 1.0,
        "queries": 1,
    }
    assert json.loads(result.output) == pytest.approx(measures)


def test_evaluate_prints_a_table(beir: Path) -> None:
    assert run("evaluate", beir).output.splitlines()[0] == "nDCG@10     1.0000"


def test_specs_prints_the_contract() -> None:
    result = CliRunner().invoke(specs_command, ["--text", "吸光率达到98%以上", "--json"])
    assert json.loads(result.output) == [
        {"name": "吸光率", "min": 98, "max": None, "unit": "%", "approx": False, "span": [0, 10]}
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("吸光率≥98%", "吸光率\t≥ 98 %"),
        ("厚度≤50μm", "厚度\t≤ 50 um"),
        ("沸点约50℃", "沸点\t≈ = 50 degC"),
        ("工作温度-40℃~85℃", "工作温度\t-40 … 85 degC"),
        ("PUE 1.04", "PUE\t= 1.04"),
    ],
)
def test_specs_prints_lines_for_people(text: str, line: str) -> None:
    assert CliRunner().invoke(specs_command, ["--text", "-"], input=text).output == f"{line}\n"


def test_specs_of_a_text_without_figures() -> None:
    assert CliRunner().invoke(specs_command, ["--text", "没有", "--json"]).output == "[]\n"
