"""Grades of matches: by staff alone, once a person, and exported without names or secrets."""

from __future__ import annotations

import json

import pytest

from keqiao.kernel.access import Invalid, NotAllowed
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.grading import training_data
from keqiao.matching.models import Grade
from keqiao.matching.workflow import GRADES
from tests.matching.conftest import Make
from tests.personas import Personas


@pytest.fixture
def pair(make_need: Make, make_achievement: Make, market, indexed, manager) -> dict[str, int]:
    need, achievement = make_need(manager=manager), make_achievement()
    indexed()
    return {"need": need.pk, "achievement": achievement.pk}


@pytest.mark.parametrize("name", ["manager", "operator", "centre_operator"])
def test_staff_grade(name: str, pair, personas: Personas) -> None:
    run(GRADES, None, "create", actor=personas[name], data=pair | {"grade": 4})
    grade = Grade.objects.get()
    assert (grade.grade, grade.by, grade.get_grade_display()) == (4, personas[name], "强相关")
    assert {part["name"] for part in grade.features["parts"]} >= {"text", "figures"}


@pytest.mark.parametrize("name", ["owner", "colleague", "competitor", "professor", "other_operator", "auditor"])
def test_others_do_not_grade(name: str, pair, personas: Personas) -> None:
    with pytest.raises(NotAllowed):
        run(GRADES, None, "create", actor=personas[name], data=pair | {"grade": 4})
    assert (Grade.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.parametrize("value", ["", "0", "5", "强", "2.5"])
def test_grade_is_one_to_four(value: str, pair, operator) -> None:
    with pytest.raises(Invalid) as refusal:
        run(GRADES, None, "create", actor=operator, data=pair | {"grade": value})
    assert list(refusal.value.errors) == ["grade"]


def test_one_grade_a_person_and_it_can_be_revised(pair, operator, manager) -> None:
    entry = run(GRADES, None, "create", actor=operator, data=pair | {"grade": 2})
    with pytest.raises(Invalid, match="评过分"):
        run(GRADES, None, "create", actor=operator, data=pair | {"grade": 3})
    with pytest.raises(NotAllowed):
        run(GRADES, entry.object_id, "revise", actor=manager, data={"grade": 1})
    run(GRADES, entry.object_id, "revise", actor=operator, data={"grade": 3})
    assert Grade.objects.get().grade == 3


@pytest.mark.parametrize("name", ["owner", "professor", "competitor", "stranger"])
def test_the_sides_do_not_see_grades(name: str, pair, operator, personas: Personas) -> None:
    run(GRADES, None, "create", actor=operator, data=pair | {"grade": 2})
    assert not Grade.objects.visible_to(personas[name]).exists()


def test_training_data_has_texts_figures_and_no_names(pair, operator) -> None:
    run(GRADES, None, "create", actor=operator, data=pair | {"grade": 4})
    [line] = training_data()
    assert (line["grade"], line["grader"]) == (4, operator.pk)
    assert line["need"]["figures"][0]["name"] == "吸光率"
    assert line["achievement"]["figures"][0]["min"] == 98.68
    assert line["features"]["figures"] > 0
    assert operator.name not in json.dumps(line, ensure_ascii=False)


def test_training_data_keeps_hidden_words_in(make_need: Make, make_achievement: Make, indexed, operator) -> None:
    need = make_need(problem="铯蒸气腐蚀", levels={"problem": int(Level.NDA)}, staff_note="内部")
    achievement = make_achievement(details="秘方：铼")
    indexed()
    run(GRADES, None, "create", actor=operator, data={"need": need.pk, "achievement": achievement.pk, "grade": 1})
    text = json.dumps(list(training_data()), ensure_ascii=False)
    assert not {word for word in ("铯", "铼", "内部") if word in text}


def test_removed_grade_teaches_nothing(pair, operator) -> None:
    entry = run(GRADES, None, "create", actor=operator, data=pair | {"grade": 4})
    run(GRADES, entry.object_id, "remove", actor=operator)
    assert list(training_data()) == []
