"""The triage page: what waits, the most urgent first; duplicates and the machine's suggestion with its reason."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from keqiao.exchange import triage
from keqiao.exchange.duplicates import alike
from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import ACHIEVEMENT, NEED
from keqiao.kernel.models import ClockRun
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.exchange.conftest import NEED_CARD

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def waiting_achievement(draft_achievement: Achievement, professor: Person) -> Achievement:
    run(ACHIEVEMENT, draft_achievement.pk, "submit", actor=professor)
    return Achievement.objects.get(pk=draft_achievement.pk)


@pytest.fixture
def copy(open_need: Need, competitor: Person) -> Need:
    """The same text by another company, handed in."""
    pk = run(NEED, None, "create", actor=competitor, data=NEED_CARD).object_id
    run(NEED, pk, "submit", actor=competitor)
    return Need.objects.get(pk=pk)


def test_both_kinds_wait_the_most_urgent_first(
    triage_need: Need, waiting_achievement: Achievement, operator: Person
) -> None:
    clock = ClockRun.objects.get(object_type="achievement", name="triage")
    ClockRun.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(hours=1))
    lines = [(line.resource, line.row.pk) for line in triage.queue(operator)]
    assert lines == [("needs", triage_need.pk), ("achievements", waiting_achievement.pk)]
    assert [line.resource for line in triage.queue(operator, "achievements")] == ["achievements"]


def test_what_waits_for_an_answer_stands_last(
    triage_need: Need, waiting_achievement: Achievement, operator: Person
) -> None:
    run(NEED, triage_need.pk, "request_information", actor=operator, data={"question": "年用量？"})
    assert [line.resource for line in triage.queue(operator)] == ["achievements", "needs"]


def test_each_operator_has_the_queue_of_their_nodes(triage_need: Need, personas: Any) -> None:
    waiting = {name: triage.count_waiting(personas[name]) for name in ("operator", "other_operator", "centre_operator")}
    assert waiting == {"operator": 1, "other_operator": 0, "centre_operator": 1}


def test_the_page_is_for_operators(triage_need: Need, personas: Any, browse: Any) -> None:
    seen = {name: browse(person).get("/triage/").status_code for name, person in personas.items()}
    allowed = dict.fromkeys(("operator", "other_operator", "centre_operator"), 200)
    assert seen == dict.fromkeys(personas, 403) | allowed | {"stranger": 302}


def test_the_page_has_the_card_its_keys_and_the_suggestion(triage_need: Need, operator: Person, browse: Any) -> None:
    page = text_of(browse(operator).get("/triage/"))
    assert triage_need.problem in page
    assert set(re.findall(r'data-key="(\w)"', page)) == {"a", "r", "x"}
    assert "系统建议：通过并发布" in page
    assert "没有写截止时间。" in page


def test_an_empty_queue_says_so(operator: Person, browse: Any) -> None:
    assert "全部处理完了" in text_of(browse(operator).get("/triage/"))


def test_a_decision_leads_back_to_the_queue(triage_need: Need, operator: Person, browse: Any) -> None:
    form = text_of(browse(operator).get(f"/needs/{triage_need.pk}/return/"))
    assert 'name="next" value="/triage/"' in form
    done = browse(operator).post(f"/needs/{triage_need.pk}/return/", {"reason": "请补充", "next": "/triage/"})
    assert done["Location"] == "/triage/"


def test_the_same_text_is_found_as_a_duplicate(copy: Need, open_need: Need, operator: Person) -> None:
    found = alike(copy, operator)
    assert [(one.row.pk, one.likeness, one.is_same) for one in found] == [(open_need.pk, 100, True)]
    suggestion = triage.suggest(copy, found)
    assert (suggestion.verb, suggestion.reason) == ("reject", "与“红外探测器用消光涂层”几乎相同（100 %）。")


def test_a_nearly_same_text_is_shown_to_its_author_before_handing_in(
    open_need: Need, competitor: Person, browse: Any
) -> None:
    data = NEED_CARD | {"title": "用于红外探测器的消光涂层", "problem": NEED_CARD["problem"] + "欢迎各类团队联系。"}
    draft = Need.objects.get(pk=run(NEED, None, "create", actor=competitor, data=data).object_id)
    page = text_of(browse(competitor).get(f"/needs/{draft.pk}/"))
    assert f"/needs/{draft.pk}/alike/" in page
    fragment = text_of(browse(competitor).get(f"/needs/{draft.pk}/alike/"))
    assert open_need.title in fragment
    assert "平台上已有相近的内容" in fragment


def test_another_text_of_the_same_field_is_no_duplicate(open_need: Need, competitor: Person, operator: Person) -> None:
    data = NEED_CARD | {
        "title": "热成像镜头防雾",
        "problem": "低温环境下镜头结雾，希望开机三秒内清晰，寻找加热膜或疏水膜层方案。",
    }
    row = Need.objects.get(pk=run(NEED, None, "create", actor=competitor, data=data).object_id)
    assert alike(row, competitor) == []


def test_drafts_of_others_are_no_duplicates(draft_need: Need, competitor: Person) -> None:
    row = Need.objects.get(pk=run(NEED, None, "create", actor=competitor, data=NEED_CARD).object_id)
    assert alike(row, competitor) == []


def test_an_incomplete_record_is_suggested_for_return(triage_need: Need) -> None:
    triage_need.targets = []
    suggestion = triage.suggest(triage_need, [])
    assert (suggestion.verb, suggestion.points) == ("return", ["请至少写一个可以测量的指标，例如“吸光率 ≥ 98 %”。"])


def test_a_thin_record_is_suggested_for_a_question(triage_need: Need) -> None:
    triage_need.current_state, triage_need.budget_maximum, triage_need.region = "", None, ""
    suggestion = triage.suggest(triage_need, [])
    assert suggestion.verb == "request_information"
    assert 0 < suggestion.completeness < 0.7


def test_completeness_falls_with_every_missing_point(triage_need: Need) -> None:
    full = triage.suggest(triage_need, []).completeness
    triage_need.region = ""
    thinner = triage.suggest(triage_need, []).completeness
    triage_need.targets = []
    assert 1 >= full > thinner > triage.suggest(triage_need, []).completeness >= 0
