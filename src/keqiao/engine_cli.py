"""Commands of the engine: `keqiao engine …` and `keqiao specs`. They need no database."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from keqiao.batch_cli import batch_command
from keqiao.engine import EdgeIndex, Engine, IndexUnavailable, figures
from keqiao.engine.beir import (
    BadFolder,
    Run,
    read_corpus,
    read_folder,
    read_judgements,
    read_queries,
    read_run,
    write_run,
)
from keqiao.engine.comparing import Compared, compare_runs
from keqiao.engine.encoders import ModelTrouble, open_encoder
from keqiao.engine.evaluate import measure, rank_folder, rank_one
from keqiao.engine.grades import BadGrades, read_pairs
from keqiao.engine.learn import Report, TooFew, learn
from keqiao.engine.learnt import BadModel, Model, NoLearning
from keqiao.engine.meaning import Meaning, embed
from keqiao.engine.statistics import Statistics

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TARGET = click.Path(path_type=Path)
BATCH = 1000
"""Documents that are read and written at once."""


@click.group("engine")
def engine_group() -> None:
    """Index, search and evaluate folders in BEIR form."""


engine_group.add_command(batch_command)


@engine_group.command("index")
@click.argument("folder", metavar="BEIR_DIR", type=_FOLDER)
@click.option("--out", required=True, type=_TARGET, help="Where the index goes; must not exist yet.")
def index_command(folder: Path, out: Path) -> None:
    """Index the corpus of BEIR_DIR."""
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise click.ClickException(f"{out} exists already: remove it or name another folder")
    try:
        with EdgeIndex(out) as index:
            count = _fill(index, folder)
    except (BadFolder, IndexUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} documents indexed in {out}")


def _fill(index: EdgeIndex, folder: Path) -> int:
    corpus = read_corpus(folder)
    while batch := list(islice(corpus, BATCH)):
        index.upsert(batch)
    return index.count()


@engine_group.command("search")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--queries", required=True, type=_FILE, help="queries.jsonl: _id, text, perhaps title.")
@click.option("--top", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Documents a query.")
@click.option("--run", "run_file", required=True, type=_TARGET, help="The TREC run file to write.")
def search_command(folder: Path, queries: Path, top: int, run_file: Path) -> None:
    """Search an index made by `keqiao engine index` and write a TREC run."""
    try:
        asked = read_queries(queries)
        if not (folder / "keqiao-index").exists():
            raise click.ClickException(
                f"{folder} is no index: make one with `keqiao engine index BEIR_DIR --out {folder}`"
            )
        with EdgeIndex(folder) as index:
            engine = Engine(index)
            run: Run = {name: rank_one(engine, query, top) for name, query in asked.items()}
    except (BadFolder, IndexUnavailable) as error:
        raise click.ClickException(str(error)) from error
    _write(run_file, run)
    click.echo(f"{len(run)} queries answered, {sum(map(len, run.values()))} lines in {run_file}")


@engine_group.command("learn")
@click.argument("grades", metavar="GRADES.jsonl", type=_FILE)
@click.option("--out", required=True, type=_TARGET, help="The file for the model; replaced if it is there.")
@click.option("--statistics", type=_FILE, help="statistics.npz of the index in which the model will rank.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def learn_command(grades: Path, out: Path, statistics: Path | None, as_json: bool) -> None:
    """Learn a ranking from GRADES.jsonl, which `keqiao grades export` writes, and measure it on needs held out."""
    try:
        pairs = read_pairs(grades)
        model, report = learn(pairs, Statistics.load(statistics) if statistics else None)
        out.write_text(model.as_text(), encoding="utf-8")
    except (BadGrades, TooFew, NoLearning, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        json.dumps({**model.made_of, **report.as_json()}) if as_json else "\n".join(_report_lines(model, report))
    )


def _report_lines(model: Model, report: Report) -> Iterator[str]:
    yield f"learnt from {model.made_of['pairs']} graded pairs of {model.made_of['needs']} needs"
    yield "on needs held out (cross-validation):"
    yield f"{'':<12}{'untrained':>10}{'learnt':>8}{'change':>9}{'p':>8}  better/worse of needs"
    for one in (report.ranking, report.error):
        means = f"{one.before:>10.4f}{one.after:>8.4f}{one.change:>+9.4f}{one.p:>8.4f}"
        better, worse = (one.better, one.worse) if one is report.ranking else (one.worse, one.better)
        yield f"{one.measure:<12}{means}  {better}/{worse} of {one.queries}"
    yield "1/(1+MAE)   " + ", ".join(f"{name} {value:.4f}" for name, value in report.closeness.items())
    yield "It ranks better than the untrained ranking." if report.wins else "It is not surely better: do not use it."


def _write(path: Path, run: Run) -> None:
    try:
        write_run(path, run)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


@engine_group.command("evaluate")
@click.argument("folder", metavar="BEIR_DIR", type=_FOLDER)
@click.option("--model", "model_file", type=_FILE, help="A model of `keqiao engine learn` to rank with.")
@click.option("--judged-only", is_flag=True, help="Rank for each query only the documents judged for it.")
@click.option("--run", "run_file", type=_TARGET, help="Also write the ranking as a TREC run file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--encoder", default="", help="A folder or https://host/v1#model: meaning counts too (key: KEQIAO_ENCODER_KEY)."
)
def evaluate_command(
    folder: Path, model_file: Path | None, judged_only: bool, run_file: Path | None, as_json: bool, encoder: str
) -> None:
    """Index BEIR_DIR in a temporary folder, rank, and measure."""
    try:
        model = Model.read(model_file) if model_file else None
        beir = read_folder(folder)
        meaning = _meaning(encoder)
        with tempfile.TemporaryDirectory(prefix="keqiao-evaluate-") as place, EdgeIndex(Path(place) / "index") as index:
            index.upsert(beir.documents)
            if meaning is not None:
                _embed(index, meaning)
            run = rank_folder(index, beir, judged_only=judged_only, model=model, meaning=meaning)
    except (BadFolder, BadModel, IndexUnavailable, ModelTrouble, NoLearning) as error:
        raise click.ClickException(str(error)) from error
    if run_file is not None:
        _write(run_file, run)
    measures = measure(run, beir.judgements)
    if as_json:
        click.echo(json.dumps(measures))
        return
    for name, value in measures.items():
        click.echo(f"{name:<12}{'–' if value is None else format(value, '.4f' if name != 'queries' else 'd')}")


def _meaning(spec: str) -> Meaning | None:
    encoder = open_encoder(spec, os.environ.get("KEQIAO_ENCODER_KEY", ""))
    return Meaning(encoder) if encoder is not None else None


def _embed(index: EdgeIndex, meaning: Meaning) -> None:
    with click.progressbar(length=index.count(), label="embedding", file=sys.stderr) as bar:
        embed(index, meaning, lambda done: bar.update(done - bar.pos))


@engine_group.command("compare")
@click.argument("folder", metavar="BEIR_DIR", type=_FOLDER)
@click.argument("before", metavar="BEFORE.trec", type=_FILE)
@click.argument("after", metavar="AFTER.trec", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a measure.")
def compare_command(folder: Path, before: Path, after: Path, as_json: bool) -> None:
    """Whether one ranking is better than another, by a paired test over the queries of BEIR_DIR."""
    try:
        compared = compare_runs(read_run(before), read_run(after), read_judgements(folder / "qrels" / "test.tsv"))
    except BadFolder as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([one.as_json() for one in compared]))
        return
    click.echo(f"{'':<12}{'before':>8}{'after':>8}{'change':>9}{'p':>8}  better/worse of queries")
    for one in compared:
        click.echo(_compared_line(one))


def _compared_line(one: Compared) -> str:
    means = f"{one.before:>8.4f}{one.after:>8.4f}{one.change:>+9.4f}{one.p:>8.4f}"
    return f"{one.measure:<12}{means}  {one.better}/{one.worse} of {one.queries}"


@click.command("specs")
@click.option("--text", required=True, help="The text to read; - reads standard input.")
@click.option("--json", "as_json", is_flag=True, help="A list of {name, min, max, unit, approx, span}.")
def specs_command(text: str, as_json: bool) -> None:
    """The figures with units in a text, as intervals."""
    content = sys.stdin.read() if text == "-" else text
    found = figures(content)
    if as_json:
        click.echo(json.dumps([figure.as_json() for figure in found], ensure_ascii=False))
        return
    for figure in found:
        click.echo(_line(figure.as_json()))


def _line(figure: dict[str, object]) -> str:
    low, high = figure["min"], figure["max"]
    about = "≈ " if figure["approx"] else ""
    span = (
        f"= {low}" if low == high else f"≥ {low}" if high is None else f"≤ {high}" if low is None else f"{low} … {high}"
    )
    return f"{figure['name'] or '–'}\t{about}{span} {figure['unit']}".rstrip()
