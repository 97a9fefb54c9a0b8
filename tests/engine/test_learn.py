"""Learning from grades: better than the untrained ranking where there is something to learn, and honest where not."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from keqiao.engine import Document, EdgeIndex, Engine, Query, figures
from keqiao.engine.features import FEATURES, LEARNED
from keqiao.engine.grades import BadGrades, Pair, read_pairs
from keqiao.engine.learn import FOLDS, Report, TooFew, folds, learn
from keqiao.engine.learnt import BadModel, Model, NoLearning, lightgbm
from keqiao.engine.rank import SHARES, score_of
from keqiao.engine.weighting import count_documents
from keqiao.engine_cli import engine_group
from tests.engine.grading_world import lines, shuffled, written

Learnt = tuple[list[Pair], Model, Report]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    """What the made-up world teaches."""
    pairs = read_pairs(written(tmp_path_factory.mktemp("grades") / "grades.jsonl", lines()))
    return pairs, *learn(pairs)


@pytest.fixture
def cli() -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(engine_group, [str(one) for one in arguments])


# ---- what is learnt ---------------------------------------------------------------------------------------------


def test_the_rule_is_learnt_and_wins_on_needs_not_seen(learnt: Learnt) -> None:
    _pairs, model, report = learnt
    assert report.wins
    assert report.ranking.queries == 30
    assert report.ranking.after > report.ranking.before + 0.05
    assert report.ranking.p < 0.01
    assert report.closeness["learnt"] > report.closeness["untrained"] > report.closeness["constant"]
    assert model.made_of == {"pairs": 240, "needs": 30, "until": "2026-11-28T08:00:00+00:00"}


def test_the_constant_is_as_near_as_one_grade_can_be(learnt: Learnt) -> None:
    """Grades are 1 to 4, about as many of each: 2 or 3 for all is wrong by 1 on the average."""
    pairs, _model, report = learnt
    grades = np.array([pair.grade for pair in pairs])
    best = max(1 / (1 + float(np.abs(grades - one).mean())) for one in (2, 2.5, 3))
    assert report.closeness["constant"] == pytest.approx(best, abs=0.02)


def test_where_grades_are_chance_nothing_is_won(tmp_path: Path) -> None:
    _model, report = learn(read_pairs(written(tmp_path / "grades.jsonl", shuffled(lines()))))
    assert not report.wins
    assert report.closeness["learnt"] < report.closeness["constant"] + 0.03


def test_the_same_grades_give_the_same_model_in_whatever_order(tmp_path: Path, learnt: Learnt) -> None:
    _pairs, model, _report = learnt
    again = lines()
    random.Random(1).shuffle(again)
    assert learn(read_pairs(written(tmp_path / "grades.jsonl", again)))[0].as_text() == model.as_text()


def test_no_need_is_on_both_sides_of_a_split(learnt: Learnt) -> None:
    pairs, _model, _report = learnt
    held = list(folds(pairs))
    assert len(held) == FOLDS
    assert (np.sum(held, axis=0) == 1).all()
    for one in held:
        inside = {pair.need for pair, is_held in zip(pairs, one, strict=True) if is_held}
        outside = {pair.need for pair, is_held in zip(pairs, one, strict=True) if not is_held}
        assert len(inside) == 6
        assert not inside & outside


@pytest.mark.parametrize("name", [feature.name for feature in FEATURES if feature.direction])
def test_more_likeness_never_lowers_the_score(name: str, learnt: Learnt) -> None:
    """And more missed targets never raise it: over the whole range, from many places."""
    _pairs, model, _report = learnt
    place = next(i for i, feature in enumerate(FEATURES) if feature.name == name)
    chance = np.random.default_rng(3)
    for start in chance.uniform(0, 1, (20, len(FEATURES))):
        rows = np.tile(start, (11, 1))
        rows[:, place] = np.linspace(0, 1, 11)
        added = np.array([sum(parts.values()) for parts in model.contributions(rows)])
        assert (np.diff(added) * FEATURES[place].direction >= -1e-9).all()


def test_what_the_parts_get_adds_up_to_what_the_booster_says(learnt: Learnt) -> None:
    _pairs, model, _report = learnt
    rows = np.random.default_rng(4).uniform(0, 1, (50, len(FEATURES)))
    rows[::3, 7:9] = np.nan
    said = lightgbm().Booster(model_str=model.booster).predict(rows)
    added = [sum(parts.values()) for parts in model.contributions(rows)]
    assert np.allclose(np.array(added) * model.slope, said, atol=1e-9)
    assert {part for parts in model.contributions(rows) for part in parts} == {*SHARES, LEARNED}


def test_expected_grades_lie_between_one_and_four(learnt: Learnt) -> None:
    _pairs, model, _report = learnt
    expected = [model.grade(score) for score in (-5.0, 0.1, 0.3, 0.5, 5.0)]
    assert expected == sorted(expected)
    assert (expected[0], expected[-1]) == (1, 4)


# ---- ranking with it --------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> Any:
    """Documents of the made-up world's kind and others, with figures."""
    offer = "吸光率为98.68%"
    documents = [
        Document(
            "a", title="钢铁，铜铝，锌镍", text=offer, fields=("C26",), region="42", figures=tuple(figures(offer))
        ),
        Document("b", title="钢铁，金银，砷汞", text="铜铝，锌镍", fields=("C39",)),
        Document("c", title="碘溴，金银，砷汞", text="钢铁，铜铝，锌镍"),
    ]
    with EdgeIndex(tmp_path / "index") as index:
        index.upsert(documents)
        yield index


QUERY = Query("钢铁，铜铝，锌镍", "吸光率≥98%", fields=("C26",), region="4201", targets=tuple(figures("吸光率≥98%")))


def test_parts_add_up_to_the_score_and_say_what_was_learnt(shelf: EdgeIndex, learnt: Learnt) -> None:
    untrained = Engine(shelf).search(QUERY)
    ranked = Engine(shelf, model=learnt[1]).search(QUERY)
    assert {one.id for one in ranked} == {one.id for one in untrained} == {"a", "b", "c"}
    for one in ranked:
        assert sum(part.value for part in one.parts) == pytest.approx(one.score, abs=1e-6)
        assert 0 <= one.score <= 1
        assert LEARNED in {part.name for part in one.parts}
    before = {one.id: one.score for one in untrained}
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert all(one.score != before[one.id] for one in ranked)
    assert ranked[0].evidence.checks == untrained[0].evidence.checks


def test_a_search_that_finds_nothing_finds_nothing_with_a_model_either(shelf: EdgeIndex, learnt: Learnt) -> None:
    assert Engine(shelf, model=learnt[1]).search(Query(text="🙂")) == []


def test_nearness_of_meaning_stays_a_part_and_changes_nothing_of_what_was_learnt(shelf: EdgeIndex) -> None:
    """By a model that looks at the untrained score alone, as finely as it can."""
    rows = np.random.default_rng(2).uniform(0, 1, (400, len(FEATURES)))
    settings = {"min_data_in_leaf": 1, "num_threads": 1, "verbosity": -1}
    booster = lightgbm().train(settings, lightgbm().Dataset(rows, rows[:, 0] / 9), 20)
    model = Model({}, 1.0, 1.0, booster.model_to_string())
    asked = Engine(shelf).ask(QUERY)
    documents = shelf.retrieve(["a", "b", "c"])
    counted = count_documents(documents)
    alike = list(zip(documents, asked.likeness(counted), strict=True))
    added = []
    for near in (None, 0.1, 0.9):
        scored = [score_of(asked.query, document, *likeness, near) for document, likeness in alike]
        ranked = model.rescored(asked, scored, counted)
        assert all(("meaning" in {part.name for part in one.parts}) == (near is not None) for one in ranked)
        assert all(0 < one.score < 1 for one in ranked)
        added.append([after.score - before.score for before, after in zip(scored, ranked, strict=True)])
    assert added[1] == pytest.approx(added[0], abs=5e-6)
    assert added[2] == pytest.approx(added[0], abs=5e-6)


def test_a_score_that_would_leave_its_bounds_is_taken_back(shelf: EdgeIndex, learnt: Learnt) -> None:
    _pairs, model, _report = learnt
    steep = Model(model.made_of, model.base, model.slope / 100, model.booster)
    for one in Engine(shelf, model=steep).search(QUERY):
        assert one.score in (0.0, 1.0)
        assert sum(part.value for part in one.parts) == pytest.approx(one.score, abs=1e-6)


# ---- what it is learnt from -------------------------------------------------------------------------------------


def test_several_grades_of_a_pair_are_one_with_their_mean(tmp_path: Path) -> None:
    first = lines(needs=1, each=1)[0]
    later = first | {"grade": 4, "at": "2026-12-01T00:00:00+00:00", "need": first["need"] | {"title": "改过的题目"}}
    [pair] = read_pairs(written(tmp_path / "grades.jsonl", [later, first | {"grade": 1}]))
    assert (pair.grade, pair.gain, pair.query.title, pair.at) == (2.5, 2, "改过的题目", "2026-12-01T00:00:00+00:00")


def test_figures_wishes_fields_and_region_are_read(tmp_path: Path) -> None:
    line = lines(needs=1, each=1)[0]
    figure = figures("吸光率≥98%")[0]
    given = {"figures": [figure.as_json()], "fields": ["C39"], "region": "420100"}
    line["need"] |= given | {"wishes": [figure.as_json()]}
    line["achievement"] |= given
    [pair] = read_pairs(written(tmp_path / "grades.jsonl", [line]))
    assert (pair.query.targets, pair.query.wishes, pair.query.fields) == ((figure,), (figure,), ("C39",))
    assert (pair.document.figures, pair.document.fields, pair.document.region) == ((figure,), ("C39",), "420100")


def test_a_line_separator_within_a_text_parts_no_line(tmp_path: Path) -> None:
    line = lines(needs=1, each=1)[0]
    line["need"]["text"] = "第一段\u2028第二段"
    assert read_pairs(written(tmp_path / "grades.jsonl", [line]))[0].query.text == "第一段\u2028第二段"


BAD = {
    "not json": ("{", "Expecting property name"),
    "a list": ("[]", "not an object with need, achievement and grade"),
    "no grade": ('{"need": {}}', "grade is missing"),
    "grade 5": ({"grade": 5}, "grade is 5, not a whole number from 1 to 4"),
    "grade 0": ({"grade": 0}, "grade is 0, not a whole number from 1 to 4"),
    "grade in words": ({"grade": "强"}, "grade is '强', not a whole number from 1 to 4"),
    "grade 2.5": ({"grade": 2.5}, "grade is 2.5, not a whole number from 1 to 4"),
    "grade true": ({"grade": True}, "grade is True, not a whole number from 1 to 4"),
    "need is a number": ({"need": 3}, "need is not an object"),
    "need without text": ({"need": {"id": 1, "title": "涂层"}}, "need.text is missing"),
    "achievement without id": ({"achievement": {"title": "", "text": ""}}, "achievement.id is missing"),
    "half a figure": ({"need": {"id": 1, "title": "", "text": "", "figures": [{"name": "x"}]}}, "min is missing"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_with_what_to_do(name: str, tmp_path: Path, cli: Callable[..., Result]) -> None:
    bad, why = BAD[name]
    good = lines(needs=1, each=1)[0]
    text = bad if isinstance(bad, str) else json.dumps(good | bad, ensure_ascii=False)
    place = tmp_path / "grades.jsonl"
    place.write_text(f"{json.dumps(good)}\n\n{text}\n", encoding="utf-8")
    with pytest.raises(BadGrades, match=r"grades\.jsonl, line 3: ") as refusal:
        read_pairs(place)
    assert why in str(refusal.value)
    assert "correct the line or take it out" in str(refusal.value)
    result = cli("learn", place, "--out", tmp_path / "model.json")
    assert (result.exit_code, result.output) == (1, f"Error: {refusal.value}\n")
    assert not (tmp_path / "model.json").exists()


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "grades.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadGrades, match=r"grades\.jsonl cannot be read .*keqiao grades export"):
        read_pairs(tmp_path / "grades.jsonl")


@pytest.mark.parametrize(
    ("needs", "each", "words"),
    [
        (30, 3, "90 graded pairs of 30 needs are too few"),
        (10, 20, "200 graded pairs of 10 needs are too few"),
        (0, 0, "0 graded pairs of 0 needs are too few"),
    ],
)
def test_too_few_grades_are_refused_with_how_many_are_needed(
    needs: int, each: int, words: str, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    place = written(tmp_path / "grades.jsonl", lines(needs, each))
    result = cli("learn", place, "--out", tmp_path / "model.json")
    assert result.exit_code == 1
    assert words in result.output
    assert "at least 100 pairs of 20 needs" in result.output
    assert not (tmp_path / "model.json").exists()


@pytest.mark.parametrize(("grade", "words"), [(1, "the same grade"), (3, "the same grade")])
def test_grades_that_are_all_alike_teach_nothing(grade: int, words: str, tmp_path: Path) -> None:
    alike = [line | {"grade": grade} for line in lines(20, 5)]
    with pytest.raises(TooFew, match=words):
        learn(read_pairs(written(tmp_path / "grades.jsonl", alike)))


# ---- the file ---------------------------------------------------------------------------------------------------


def test_a_model_is_read_as_it_was_written(tmp_path: Path, learnt: Learnt) -> None:
    _pairs, model, report = learnt
    (tmp_path / "model.json").write_text(model.as_text(), encoding="utf-8")
    read = Model.read(tmp_path / "model.json")
    assert read.as_text() == model.as_text()
    assert read.measures == json.loads(json.dumps(report.as_json()))


FOREIGN = {
    "no json": lambda kept: "tree\nversion=v4\n",
    "another kind": lambda kept: json.dumps({"kind": "recipe"}),
    "a list": lambda kept: "[]",
}
OTHER_VERSION: dict[str, dict[str, Any]] = {
    "a later form": {"version": 99},
    "other features": {"features": ["colour"]},
    "another score": {"shares": {"text": 1.0}},
}
BROKEN: dict[str, dict[str, Any]] = {
    "no booster": {"booster": None},
    "half a booster": {"booster": "tree\nversion=v4\n"},
    "an empty booster": {"booster": ""},
    "slope in words": {"slope": "steep"},
    "a falling line": {"slope": -1.0},
    "no number": {"base": float("nan")},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_no_model_is_refused(name: str, learnt: Learnt) -> None:
    with pytest.raises(BadModel, match="no learnt ranking: make one with `keqiao engine learn`"):
        Model.from_text(FOREIGN[name](None))


@pytest.mark.parametrize("name", OTHER_VERSION)
def test_a_model_of_another_version_says_learn_again(name: str, learnt: Learnt) -> None:
    kept = json.loads(learnt[1].as_text()) | OTHER_VERSION[name]
    with pytest.raises(BadModel, match="another version, which scored otherwise: learn it again"):
        Model.from_text(json.dumps(kept))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_is_refused_before_it_ranks(name: str, learnt: Learnt) -> None:
    kept = json.loads(learnt[1].as_text()) | BROKEN[name]
    with pytest.raises(BadModel, match="learn it again"):
        Model.from_text(json.dumps(kept))


def test_a_file_without_one_of_its_parts_names_it(learnt: Learnt) -> None:
    kept = json.loads(learnt[1].as_text())
    del kept["slope"]
    with pytest.raises(BadModel, match=r"not whole .*slope"):
        Model.from_text(json.dumps(kept))


def test_without_lightgbm_or_what_it_needs_of_the_system_the_remedy_is_told(
    tmp_path: Path, learnt: Learnt, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, model, _report = learnt
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(NoLearning, match="libgomp1"):
        learn(pairs)
    with pytest.raises(NoLearning, match="libgomp1"):
        Model.from_text(model.as_text().replace("end of trees", "end of trees\\n"))  # not the one that is loaded
    result = cli("learn", written(tmp_path / "grades.jsonl", lines()), "--out", tmp_path / "model.json")
    assert (result.exit_code, "LightGBM cannot be loaded" in result.output) == (1, True)


# ---- commands ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve needs of another made-up world of the same rule, as a BEIR folder."""
    (tmp_path / "beir" / "qrels").mkdir(parents=True)
    grades = lines(needs=12, seed=99)
    needs = {line["need"]["id"]: line["need"] for line in grades}.values()
    for name, rows in (("queries", needs), ("corpus", [line["achievement"] for line in grades])):
        texts = [json.dumps({"_id": str(row["id"]), "title": row["title"], "text": row["text"]}) for row in rows]
        (tmp_path / "beir" / f"{name}.jsonl").write_text("\n".join(texts))
    judged = [f"{line['need']['id']}\t{line['achievement']['id']}\t{line['grade'] - 1}" for line in grades]
    (tmp_path / "beir" / "qrels" / "test.tsv").write_text("\n".join(["query\tdocument\tgrade", *judged]))
    return tmp_path / "beir"


def test_learn_and_evaluate_from_the_command_line(tmp_path: Path, folder: Path, cli: Callable[..., Result]) -> None:
    grades = written(tmp_path / "grades.jsonl", lines())
    said = cli("learn", grades, "--out", tmp_path / "model.json")
    assert said.exit_code == 0
    assert said.output.startswith("learnt from 240 graded pairs of 30 needs\n")
    assert said.output.endswith("It ranks better than the untrained ranking.\n")
    with_model = cli("evaluate", folder, "--judged-only", "--json", "--model", tmp_path / "model.json")
    without = cli("evaluate", folder, "--judged-only", "--json")
    assert json.loads(with_model.output)["queries"] == json.loads(without.output)["queries"] == 12
    assert json.loads(with_model.output)["nDCG@10"] > json.loads(without.output)["nDCG@10"] + 0.03


def test_learn_says_for_programs_what_it_found(tmp_path: Path, cli: Callable[..., Result]) -> None:
    grades = written(tmp_path / "grades.jsonl", shuffled(lines(20, 5)))
    found = json.loads(cli("learn", grades, "--out", tmp_path / "model.json", "--json").output)
    assert (found["pairs"], found["needs"], found["wins"]) == (100, 20, False)
    assert set(found["closeness"]) == {"learnt", "untrained", "constant"}
    assert "not surely better" in cli("learn", grades, "--out", tmp_path / "model.json").output


def test_statistics_of_an_index_say_how_rare_words_are(
    tmp_path: Path, shelf: EdgeIndex, cli: Callable[..., Result]
) -> None:
    grades = written(tmp_path / "grades.jsonl", lines())
    shelf.flush()
    counted = shelf.path / "statistics.npz"
    assert cli("learn", grades, "--out", tmp_path / "other.json", "--statistics", counted).exit_code == 0
    assert cli("learn", grades, "--out", tmp_path / "own.json").exit_code == 0
    assert (tmp_path / "other.json").read_text() != (tmp_path / "own.json").read_text()


def test_evaluate_names_a_model_file_that_is_none(tmp_path: Path, folder: Path, cli: Callable[..., Result]) -> None:
    (tmp_path / "model.json").write_text("nothing")
    result = cli("evaluate", folder, "--model", tmp_path / "model.json")
    assert (result.exit_code, "model.json: no learnt ranking" in result.output) == (1, True)
