"""Learnt rankings: learnt in the background, used only when better, switched by those who run the platform."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keqiao.engine import Query
from keqiao.kernel.access import SYSTEM, NotNow
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching import ranking
from keqiao.matching.documents import ACHIEVEMENT
from keqiao.matching.grading import training_data
from keqiao.matching.index import engine
from keqiao.matching.models import Grade, Ranking
from keqiao.matching.training import TrainingFailed, new_grades, train, train_when_due
from keqiao.matching.workflow import RANKINGS
from keqiao.parties.models import Person
from tests.engine.grading_world import lines, shuffled
from tests.matching.conftest import Make, Run
from tests.matching.rankings import MEASURES, give_grades, make_ranking
from tests.personas import Personas

pytestmark = pytest.mark.django_db

SHORT = {"title": "超黑消光涂层", "summary": "吸光率高。", "specifications": []}
LONG = {"title": "船用钢板", "summary": "消光" + "，焊接性能好，厚度均匀，可按图纸加工" * 6, "specifications": []}


@pytest.fixture
def pair(make_achievement: Make, market: Any, indexed: Callable[[], int]) -> list[str]:
    """A short text that fits and a long one that hardly does; by their documents' names."""
    rows = [make_achievement(**SHORT), make_achievement(**LONG)]
    indexed()
    return [f"achievement:{row.pk}" for row in rows]


def order(pair: list[str]) -> list[str]:
    """In which order the two are found."""
    found = engine().search(Query(text="消光涂层"), kinds=(ACHIEVEMENT,), audience=("public",))
    return [one.id for one in found if one.id in pair]


def states() -> dict[int, str]:
    return dict(Ranking.objects.values_list("pk", "state"))


# ---- switching --------------------------------------------------------------------------------------------------


def test_an_operator_of_the_centre_uses_a_ranking_and_goes_back(
    pair: list[str], client: Client, centre_operator: Person
) -> None:
    row = make_ranking()
    client.force_login(centre_operator)
    assert order(pair) == pair
    assert "随时可以换回" in client.get(f"/rankings/{row.pk}/use/").content.decode()
    assert order(pair) == pair
    assert client.post(f"/rankings/{row.pk}/use/").headers["Location"] == "/rankings/"
    assert order(pair) == pair[::-1]
    assert client.post(f"/rankings/{row.pk}/retire/").status_code == 302
    assert order(pair) == pair
    entries = Entry.objects.order_by("seq").values_list("verb", "from_state", "to_state", "actor")
    assert list(entries) == [
        ("use", "trained", "in_use", centre_operator.pk),
        ("retire", "in_use", "retired", centre_operator.pk),
    ]


def test_the_one_used_before_is_retired_in_the_same_moment(centre_operator: Person) -> None:
    old, new = make_ranking("in_use"), make_ranking()
    run(RANKINGS, new.pk, "use", actor=centre_operator)
    assert states() == {old.pk: "retired", new.pk: "in_use"}
    run(RANKINGS, old.pk, "use", actor=centre_operator)
    assert states() == {old.pk: "in_use", new.pk: "retired"}
    assert Entry.objects.count() == 4


def test_the_database_keeps_two_from_being_in_use() -> None:
    make_ranking("in_use")
    with pytest.raises(IntegrityError, match="ranking_one_in_use"):
        make_ranking("in_use")


def test_one_that_was_not_better_is_never_used(centre_operator: Person) -> None:
    row = make_ranking("not_better")
    with pytest.raises(NotNow, match="未胜过原有排序"):
        run(RANKINGS, row.pk, "use", actor=centre_operator)
    assert (states(), Entry.objects.count()) == ({row.pk: "not_better"}, 0)


def test_the_journal_keeps_figures_and_digest_but_not_the_model() -> None:
    data = {"content": make_ranking("retired").content, "measures": MEASURES, "counted_until": None}
    entry = run(RANKINGS, None, "train", actor=SYSTEM, data=data)
    row = Ranking.objects.get(pk=entry.object_id)
    assert (row.state, row.is_whole, row.measures) == ("trained", True, MEASURES)
    assert "content" not in entry.changes
    assert {"digest", "measures"} <= set(entry.changes)


def test_another_process_follows_within_seconds_and_asks_but_once(pair: list[str]) -> None:
    """What this process knows is a moment old at the most; until then it asks the database nothing."""
    with CaptureQueriesContext(connection) as asked:
        assert [ranking.in_use() for _time in range(3)] == [None, None, None]
    assert len(asked) == 1
    make_ranking("in_use")  # by another process
    assert order(pair) == pair
    ranking.cache.clear()  # the seconds have passed
    assert order(pair) == pair[::-1]
    with CaptureQueriesContext(connection) as asked:
        assert ranking.in_use() is ranking.in_use()
    assert len(asked) == 0


# ---- what cannot be read ----------------------------------------------------------------------------------------

BROKEN: dict[str, dict[str, Any]] = {
    "changed": {"digest": "0" * 64},
    "no model": {"content": "tree"},
    "another version": {"content": json.dumps({"kind": "keqiao ranking", "version": 0})},
    "empty": {"content": ""},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_in_use_breaks_no_match_and_is_told(
    name: str, pair: list[str], client: Client, centre_operator: Person, caplog: pytest.LogCaptureFixture
) -> None:
    row = make_ranking("in_use", **BROKEN[name])
    with caplog.at_level(logging.ERROR, "keqiao.matching"):
        assert order(pair) == pair
        assert order(pair) == pair
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"learnt ranking {row.pk} cannot be used, ranking goes on untrained: ")
    client.force_login(centre_operator)
    page = client.get("/rankings/").content.decode()
    assert f"排序模型第 {row.pk} 版无法读取，现在按原有排序" in page
    assert f"/rankings/{row.pk}/retire/" in page


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_is_not_put_to_use(name: str, client: Client, centre_operator: Person) -> None:
    old, row = make_ranking("in_use"), make_ranking("retired", **BROKEN[name])
    client.force_login(centre_operator)
    answer = client.post(f"/rankings/{row.pk}/use/")
    assert answer.status_code == 409
    assert "这个模型不能使用" in answer.content.decode()
    assert (states(), Entry.objects.count()) == ({old.pk: "in_use", row.pk: "retired"}, 0)


# ---- the page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "switches"),
    [
        ("centre_operator", 200, True),
        ("auditor", 200, False),
        ("operator", 403, False),
        ("manager", 403, False),
        ("owner", 403, False),
        ("stranger", 302, False),
    ],
)
def test_the_page_is_for_the_centre_and_its_operators_switch(
    name: str, status: int, switches: bool, client: Client, personas: Personas
) -> None:
    row = make_ranking()
    if personas[name].pk:
        client.force_login(personas[name])  # type: ignore[arg-type]
    answer = client.get("/rankings/")
    assert answer.status_code == status
    text = answer.content.decode()
    assert ("0.610 → 0.660" in text) == ("0.652 → 0.701" in text) == (status == 200)
    assert (f"/rankings/{row.pk}/use/" in text) == switches
    if not switches:
        assert client.post(f"/rankings/{row.pk}/use/").status_code in (302, 403, 404)
    assert (states()[row.pk], Entry.objects.count()) == ("trained", 0)


def test_the_desk_leads_operators_of_the_centre_there(client: Client, personas: Personas) -> None:
    seen = {}
    for name in ("centre_operator", "auditor", "operator"):
        client.force_login(personas[name])  # type: ignore[arg-type]
        seen[name] = 'href="/rankings/"' in client.get("/desk/").content.decode()
    assert seen == {"centre_operator": True, "auditor": False, "operator": False}


def test_an_empty_page_says_what_will_be_here_and_how_to_start(client: Client, centre_operator: Person) -> None:
    client.force_login(centre_operator)
    text = client.get("/rankings/").content.decode()
    assert "还没有训练过排序模型" in text
    assert "新评分满 200 个" in text
    assert "正在使用：未经学习的原有排序" in text


def test_more_versions_are_no_more_queries(client: Client, centre_operator: Person) -> None:
    client.force_login(centre_operator)
    counted = []
    for versions in (1, 2):
        for _number in range(versions):
            make_ranking("retired")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/rankings/").status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]


# ---- learning in the background ---------------------------------------------------------------------------------


def test_two_hundred_grades_are_learnt_from_and_what_wins_is_used(
    owner: Person, professor: Person, operator: Person, indexed: Callable[[], int]
) -> None:
    give_grades(lines(25, 8), owner, professor, operator)
    indexed()
    first = Grade.objects.order_by("pk")[0]
    Grade.objects.filter(pk=first.pk).update(state="removed")
    train_when_due()
    assert (new_grades(), Ranking.objects.count()) == (199, 0)
    Grade.objects.filter(pk=first.pk).update(state="given")
    train_when_due()
    row = Ranking.objects.get()
    assert (row.state, row.measures["pairs"], row.measures["needs"]) == ("in_use", 200, 25)
    assert row.measures["ranking"]["change"] > 0.02
    assert row.measures["ranking"]["p"] < 0.05
    assert row.counted_until == Grade.objects.latest("graded_at").graded_at
    assert list(Entry.objects.order_by("seq").values_list("verb", "actor")) == [("train", None), ("use", None)]
    assert ranking.in_use() is not None
    assert new_grades() == 0
    train_when_due()
    assert Ranking.objects.count() == 1


def test_one_that_an_upgrade_left_behind_is_learnt_anew_once(
    owner: Person, professor: Person, operator: Person, indexed: Callable[[], int]
) -> None:
    give_grades(lines(25, 8), owner, professor, operator)
    indexed()
    until = Grade.objects.latest("graded_at").graded_at
    old = make_ranking("in_use", json.dumps({"kind": "keqiao ranking", "version": 0}), counted_until=until)
    assert new_grades() == 0
    train_when_due()
    new = Ranking.objects.latest("pk")
    assert states() == {old.pk: "retired", new.pk: "in_use"}
    Ranking.objects.filter(pk=new.pk).update(state="retired")
    Ranking.objects.filter(pk=old.pk).update(state="in_use")
    train_when_due()  # a newer one has been tried: nothing more is to be learnt from the same grades
    assert Ranking.objects.count() == 2


def test_what_does_not_win_is_kept_with_its_figures_and_the_old_one_stays(
    owner: Person, professor: Person, operator: Person, indexed: Callable[[], int]
) -> None:
    give_grades(shuffled(lines(25, 8)), owner, professor, operator)
    indexed()
    old = make_ranking("in_use")
    train()
    new = Ranking.objects.latest("pk")
    assert states() == {old.pk: "in_use", new.pk: "not_better"}
    assert new.measures["wins"] is False
    assert new.is_whole
    assert [entry.verb for entry in Entry.objects.all()] == ["file"]


def test_what_cannot_be_learnt_leaves_nothing_and_is_logged(
    owner: Person, professor: Person, operator: Person, caplog: pytest.LogCaptureFixture
) -> None:
    give_grades(lines(2, 100), owner, professor, operator)
    with caplog.at_level(logging.WARNING, "keqiao.matching"):
        train_when_due()
    [record] = caplog.records
    assert record.getMessage().startswith("no ranking was learnt: 200 graded pairs of 2 needs are too few")
    assert (Ranking.objects.count(), Entry.objects.count()) == (0, 0)


def test_grades_teach_with_wishes_apart_from_targets(
    make_need: Make, make_achievement: Make, indexed: Callable[[], int], operator: Person
) -> None:
    wish = {"name": "厚度", "min": None, "max": 20, "unit": "um", "approx": False, "hard": False}
    need, achievement = make_need(targets=[wish]), make_achievement()
    indexed()
    Grade.objects.create(need=need, achievement=achievement, grade=2, by=operator, graded_at=need.published_at)
    [line] = training_data()
    assert (line["need"]["figures"], [one["name"] for one in line["need"]["wishes"]]) == ([], ["厚度"])


# ---- commands ---------------------------------------------------------------------------------------------------


def test_the_command_lists_uses_and_goes_back(cli: Run) -> None:
    assert "现在按未经学习的原有排序。上次训练以来有 0 个新评分。" in cli("ranking", "list").output
    old, new = make_ranking("in_use"), make_ranking()
    said = cli("ranking", "use", str(new.pk))
    assert (said.exit_code, said.output) == (0, f"第 {new.pk} 版排序模型已启用，几秒钟内生效。\n")
    assert states() == {old.pk: "retired", new.pk: "in_use"}
    first = cli("ranking", "list").output.splitlines()[0]
    assert first.split("\t")[:2] == [str(new.pk), "使用中"]
    assert first.endswith("nDCG@10 0.610 → 0.660")
    assert [row["state"] for row in json.loads(cli("ranking", "list", "--json").output)] == ["in_use", "retired"]
    assert cli("ranking", "retire").output == f"第 {new.pk} 版排序模型已停用，几秒钟内回到原有排序。\n"
    assert cli("ranking", "retire").output == "没有排序模型在使用，现在就是未经学习的原有排序。\n"
    assert states() == {old.pk: "retired", new.pk: "retired"}


def test_the_command_refuses_in_one_line_and_changes_nothing(cli: Run) -> None:
    row = make_ranking("not_better")
    unknown = cli("ranking", "use", "999999")
    assert (unknown.exit_code, "keqiao ranking list" in unknown.output) == (1, True)
    refused = cli("ranking", "use", str(row.pk))
    assert (refused.exit_code, refused.output) == (1, "Error: 当前状态是“未胜过原有排序”，不能执行“启用”。\n")
    few = cli("ranking", "learn")
    assert (few.exit_code, "0 graded pairs of 0 needs are too few" in few.output) == (1, True)
    assert (states(), Entry.objects.count()) == ({row.pk: "not_better"}, 0)


def test_training_that_fails_says_what_the_process_said() -> None:
    with pytest.raises(TrainingFailed, match=r"^0 graded pairs of 0 needs are too few"):
        train()
