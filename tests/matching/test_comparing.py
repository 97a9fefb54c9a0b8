"""Achievements side by side: which, in what order, what each row says, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from keqiao.kernel.visibility import Level
from keqiao.matching.comparing import Comparison, comparison
from keqiao.matching.models import Proposal
from keqiao.parties.models import Organisation, Person
from tests.matching.conftest import ABSORPTION, Make
from tests.personas import Personas

GOOD = {"name": "吸光率", "min": 98.68, "max": 98.68, "unit": "%"}
WEAK = {"name": "吸光率", "min": 95, "max": 95, "unit": "%"}
THICK = {"name": "厚度", "min": None, "max": 50, "unit": "um"}


def rows_of(found: Comparison) -> dict[str, list[str]]:
    """What the rows say, by their labels; what is hidden by its level."""
    return {
        row.label: [f"<{cell.level.name}>" if cell.level is not None else cell.text for cell in row.cells]
        for _label, rows in found.groups
        for row in rows
    }


@pytest.fixture
def pair(make_achievement: Make) -> list[Any]:
    good = make_achievement(
        title="甲", specifications=[GOOD, THICK], summary="", price_idea="面议", advantages="少三道工序"
    )
    weak = make_achievement(
        title="乙", specifications=[WEAK], summary="", maturity=None, intellectual_property="know_how",
        cooperation_modes=["licence", "transfer"],
    )  # fmt: skip
    return [good, weak]


def test_columns_stand_in_the_order_asked_for_each_once(pair: list[Any], owner: Person) -> None:
    good, weak = pair
    found = comparison([weak.pk, good.pk, weak.pk, 0, 999_999], owner)
    assert [str(column) for column in found.columns] == ["乙", "甲"]


def test_the_fifth_is_left_out(make_achievement: Make, owner: Person) -> None:
    rows = [make_achievement(title=f"第 {number}") for number in range(5)]
    found = comparison([row.pk for row in rows], owner)
    assert [str(column) for column in found.columns] == ["第 0", "第 1", "第 2", "第 3"]


def test_targets_come_first_and_every_figure_has_one_row(pair: list[Any], make_need: Make, owner: Person) -> None:
    found = comparison([row.pk for row in pair], owner, make_need())
    (label, figures), *_rest = found.groups
    assert label == "指标"
    assert [(row.label, row.wanted) for row in figures] == [("吸光率", "≥ 98 %"), ("厚度", "")]
    assert [(cell.text, cell.verdict) for cell in figures[0].cells] == [("98.68 %", "met"), ("95 %", "missed")]
    assert [(cell.text, cell.verdict) for cell in figures[1].cells] == [("≤ 50 μm", ""), ("", "")]


def test_what_nobody_states_is_said_so(make_achievement: Make, make_need: Make, owner: Person, client: Client) -> None:
    silent = make_achievement(specifications=[], summary="一步喷涂成膜。")
    need = make_need()
    [check] = comparison([silent.pk], owner, need).groups[0][1]
    assert (check.label, check.cells[0].text) == ("吸光率", "")
    assert check.cells[0].verdict not in {"met", "missed"}
    client.force_login(owner)
    page = client.get("/compare/", {"a": silent.pk, "need": need.pk}).content.decode()
    assert "未说明" in page


def test_conditions_and_track_record(pair: list[Any], owner: Person, university: Organisation) -> None:
    said = rows_of(comparison([row.pk for row in pair], owner))
    assert said["技术就绪度"] == ["TRL 6", ""]
    assert said["知识产权"][0] != said["知识产权"][1]
    assert said["合作方式"] == ["技术许可", "技术许可、技术转让"]
    assert said["价格设想"] == ["面议", ""]
    assert said["单位"] == [university.name] * 2
    assert said["在本平台解决的需求"] == ["0 项", "0 项"]


def test_a_solved_need_counts_for_what_solved_it(
    pair: list[Any], make_need: Make, owner: Person, professor: Person
) -> None:
    """Only solved needs count, each once, and only those that went into a project with this achievement."""
    for state, proposal in (("solved", "in_project"), ("in_project", "in_project"), ("solved", "declined")):
        need = make_need(state=state)
        Proposal.objects.create(
            need=need, achievement=pair[0], asker=owner, provider=professor, node=need.node, state=proposal
        )
    assert rows_of(comparison([row.pk for row in pair], owner))["在本平台解决的需求"] == ["1 项", "0 项"]


DIFFERENT = [
    ("吸光率", True),
    ("厚度", False),
    ("技术就绪度", False),
    ("知识产权", True),
    ("合作方式", True),
    ("节点", False),
]


@pytest.mark.parametrize(("label", "differs"), DIFFERENT)
def test_silence_is_no_difference(label: str, differs: bool, pair: list[Any], owner: Person) -> None:
    found = comparison([row.pk for row in pair], owner)
    rows = {row.label: row for _group, lines in found.groups for row in lines}
    assert rows[label].differs is differs


HIDDEN = {
    "价格设想": {"stranger": "<REGISTERED>"},
    "单位": dict.fromkeys(("owner", "colleague", "competitor", "manager", "other_operator", "stranger"), "<NDA>"),
    "联系人": dict.fromkeys(("owner", "colleague", "competitor", "manager", "other_operator", "stranger"), "<NDA>"),
}


@pytest.mark.parametrize(
    "name", ["owner", "competitor", "professor", "operator", "other_operator", "auditor", "stranger"]
)
def test_what_is_hidden_says_what_it_takes(name: str, make_achievement: Make, personas: Personas) -> None:
    anonymous = make_achievement(
        price_idea="一百万元", levels={"organisation": int(Level.NDA), "contact": int(Level.NDA)}
    )
    said = rows_of(comparison([anonymous.pk], personas[name]))
    shown = {"价格设想": "一百万元", "单位": "丙午试验大学", "联系人": "沈教授"}
    assert {label: said[label] for label in shown} == {
        label: [HIDDEN[label].get(name, text)] for label, text in shown.items()
    }


def test_the_targets_that_a_need_keeps_back_are_not_checked_for_others(
    pair: list[Any], make_need: Make, owner: Person, competitor: Person, stranger: Any
) -> None:
    need = make_need(targets=[ABSORPTION], problem="要更黑。", levels={"targets": int(Level.NDA)})
    pks = [row.pk for row in pair]
    for actor, wanted in ((owner, "≥ 98 %"), (competitor, ""), (stranger, "")):
        first = comparison(pks, actor, need).groups[0][1][0]
        assert (first.label, first.wanted) == ("吸光率", wanted)
        assert bool(first.cells[0].verdict) == bool(wanted)


@pytest.mark.parametrize(("name", "sees"), [("owner", True), ("competitor", False), ("stranger", False)])
def test_a_draft_need_is_no_ground_for_others(
    name: str, sees: bool, client: Client, pair: list[Any], make_need: Make, personas: Personas
) -> None:
    need = make_need(title="机密草稿", state="draft")
    if personas[name].is_authenticated:
        client.force_login(personas[name])  # type: ignore[arg-type]
    page = client.get("/compare/", {"a": pair[0].pk, "need": need.pk}).content.decode()
    assert ("机密草稿" in page) is sees
    assert "98.68 %" in page


def test_taking_one_out_keeps_the_others_and_the_need(
    client: Client, pair: list[Any], make_need: Make, owner: Person
) -> None:
    need = make_need()
    client.force_login(owner)
    good, weak = pair
    page = client.get("/compare/", {"a": [good.pk, weak.pk], "need": need.pk}).content.decode()
    addresses = [part.split('"')[0].replace("&amp;", "&") for part in page.split('compare-drop no-print" href="')[1:]]
    asked = [address.partition("?")[2] for address in addresses]
    assert asked == [f"a={weak.pk}&need={need.pk}", f"a={good.pk}&need={need.pk}"]
    alone = client.get("/compare/", {"a": good.pk}).content.decode()
    assert "compare-drop" not in alone


@pytest.mark.parametrize("count", [1, 3])
def test_three_columns_ask_as_often_as_one(
    count: int, make_achievement: Make, make_need: Make, owner: Person, django_assert_num_queries: Any
) -> None:
    pks = [make_achievement(title=f"第 {number}").pk for number in range(count)]
    need = make_need()
    comparison(pks, owner, need)
    with django_assert_num_queries(3):
        assert len(comparison(pks, owner, need).columns) == count
