"""Everybody who is declined gets a coded reason and a text, and reads them; also when the need goes away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.exchange.enums import DeclineReason, RejectReason
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel import clocks, deadlines, journal
from keqiao.kernel.access import SYSTEM, Invalid, NotNow
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person
from tests.exchange.conftest import ANSWER
from tests.exchange.test_pages import text_of
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db

CLOSED = "这项需求已经解决，或者由需求方撤回、修改或关闭，您的方案不再评估。感谢您的应答。"


@pytest.fixture
def shortlisted(open_need: Need, owner: Person, company_b: Organisation) -> Solution:
    """A second answer, by company B, on the short list."""
    person = PersonFactory(name="乙方工程师")
    MembershipFactory(person=person, organisation=company_b)
    pk = run(SOLUTION, None, "create", actor=person, data=ANSWER | {"need": open_need.pk}).object_id
    run(SOLUTION, pk, "submit", actor=person)
    run(SOLUTION, pk, "shortlist", actor=owner)
    return Solution.objects.get(pk=pk)


def close(how: str, need: Need, owner: Person, operator: Person) -> None:
    """The need goes away, in one of the ways there are."""
    if how == "withdraw":
        run(NEED, need.pk, "withdraw", actor=owner, data={"reason": "计划取消。"})
    elif how == "take_down":
        run(NEED, need.pk, "take_down", actor=operator, data={"code": "not_genuine", "reason": "单位否认发布。"})
    elif how == "solve":
        run(NEED, need.pk, "start_project", actor=SYSTEM)
        run(NEED, need.pk, "solve", actor=SYSTEM)
    else:
        run(NEED, need.pk, "expire", actor=SYSTEM)
        run(NEED, need.pk, "revise", actor=owner)


@pytest.mark.parametrize("how", ["withdraw", "take_down", "solve", "revise"])
def test_who_answered_a_need_that_went_away_reads_why(
    how: str, solution: Solution, shortlisted: Solution, owner: Person, operator: Person, professor: Person, browse: Any
) -> None:
    close(how, solution.need, owner, operator)
    for row in (solution, shortlisted):
        row.refresh_from_db()
        assert (row.state, row.decline_reason, row.decline_text) == ("declined", "need_closed", CLOSED)
        assert not clocks.running(row).exists()
        entry = journal.history(row).latest("seq")
        assert (entry.verb, entry.actor, entry.changes["extra"]) == ("close", None, {"code": "need_closed"})
    page = text_of(browse(professor).get(f"/solutions/{solution.pk}/"))
    assert "未采纳：需求已关闭" in page
    assert CLOSED in page
    assert ("应答：红外探测器用消光涂层" if how == "solve" else "应答：已不再公开的需求") in page
    listed = browse(professor).get("/solutions/")
    assert (listed.status_code, f'href="/solutions/{solution.pk}/"' in text_of(listed)) == (200, True)
    answer = browse(professor).get(f"/api/v1/solutions/{solution.pk}").json()
    assert (answer["fields"]["decline_reason"], answer["fields"]["decline_text"]) == ("need_closed", CLOSED)


@pytest.mark.parametrize("how", ["withdraw", "take_down", "solve", "revise"])
def test_the_authors_of_answers_are_told(
    how: str, solution: Solution, owner: Person, operator: Person, professor: Person
) -> None:
    close(how, solution.need, owner, operator)
    entry = journal.history(solution).latest("seq")
    line = SOLUTION.verb(entry.verb)
    told = [person for name in line.tells for person in SOLUTION.audiences[name](solution, entry)]
    assert told == [professor]


@pytest.mark.parametrize("how", ["withdraw", "take_down", "solve", "revise"])
def test_an_answer_that_was_decided_stays_as_it_was_decided(
    how: str, solution: Solution, owner: Person, operator: Person
) -> None:
    words = {"code": "cost", "reason": "报价超出预算两倍。"}
    run(SOLUTION, solution.pk, "decline", actor=owner, data=words)
    close(how, solution.need, owner, operator)
    solution.refresh_from_db()
    assert (solution.decline_reason, solution.decline_text) == ("cost", "报价超出预算两倍。")


@pytest.mark.parametrize("how", ["withdraw", "take_down", "solve"])
def test_a_draft_of_an_answer_cannot_be_handed_in_any_more_and_is_not_lost(
    how: str, draft_solution: Solution, owner: Person, operator: Person, professor: Person, browse: Any
) -> None:
    close(how, draft_solution.need, owner, operator)
    with pytest.raises(Invalid) as refused:
        run(SOLUTION, draft_solution.pk, "submit", actor=professor)
    assert refused.value.errors == {"need": ["这项需求现在不接受应答。"]}
    draft_solution.refresh_from_db()
    assert (draft_solution.state, draft_solution.approach) == ("draft", ANSWER["approach"])
    for path in (f"/solutions/{draft_solution.pk}/", f"/solutions/{draft_solution.pk}/save/"):
        page = browse(professor).get(path)
        assert (page.status_code, ANSWER["approach"] in text_of(page)) == (200, True)


def test_an_expired_need_can_still_answer_who_answered_it(solution: Solution, owner: Person) -> None:
    run(NEED, solution.need_id, "expire", actor=SYSTEM)
    solution.refresh_from_db()
    assert solution.state == "submitted"
    run(SOLUTION, solution.pk, "decline", actor=owner, data={"code": "other", "reason": "需求已经到期。"})
    solution.refresh_from_db()
    assert (solution.state, solution.decline_text) == ("declined", "需求已经到期。")


@pytest.mark.parametrize("code", RejectReason.values)
def test_every_reason_of_triage_reaches_the_author(
    code: str, triage_need: Need, owner: Person, operator: Person, browse: Any
) -> None:
    answer = browse(operator).post(f"/needs/{triage_need.pk}/reject/", {"code": code, "reason": "写给发布人的说明。"})
    assert answer.status_code == 302
    page = text_of(browse(owner).get(f"/needs/{triage_need.pk}/"))
    assert "写给发布人的说明。" in page
    assert f"<dd>{RejectReason(code).label}</dd>" in page
    assert "没有通过初审" in page


@pytest.mark.parametrize("code", [code for code in DeclineReason.values if code != "need_closed"])
def test_every_reason_of_the_asker_reaches_who_answered(
    code: str, solution: Solution, owner: Person, professor: Person, browse: Any
) -> None:
    answer = browse(owner).post(f"/solutions/{solution.pk}/decline/", {"code": code, "reason": "写给对方的说明。"})
    assert answer.status_code == 302
    page = text_of(browse(professor).get(f"/solutions/{solution.pk}/"))
    assert f"未采纳：{DeclineReason(code).label}" in page
    assert "写给对方的说明。" in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"code": "cost"}, "说明"),
        ({"code": "cost", "reason": " \n "}, "说明"),
        ({"reason": "太贵"}, "原因类别"),
        ({"code": "need_closed", "reason": "x"}, "原因类别"),
        ({"code": "nonsense", "reason": "x"}, "原因类别"),
        ({"code": "cost", "reason": "长" * 2001}, "说明"),
    ],
)
def test_nobody_is_declined_without_a_code_and_words(
    data: dict[str, str], field: str, solution: Solution, owner: Person, browse: Any
) -> None:
    before = Entry.objects.count()
    answer = browse(owner).post(f"/solutions/{solution.pk}/decline/", data)
    assert answer.status_code == 422
    assert f">{field}</a>" in text_of(answer)
    solution.refresh_from_db()
    assert (solution.state, Entry.objects.count()) == ("submitted", before)


@pytest.mark.parametrize("verb", ["reject", "take_down"])
@pytest.mark.parametrize("data", [{"code": "duplicate"}, {"reason": "重复"}, {"code": "cost", "reason": "x"}])
def test_no_achievement_is_declined_without_a_code_and_words(
    verb: str, data: dict[str, str], draft_achievement: Achievement, professor: Person, operator: Person, browse: Any
) -> None:
    run(ACHIEVEMENT, draft_achievement.pk, "submit", actor=professor)
    if verb == "take_down":
        run(ACHIEVEMENT, draft_achievement.pk, "publish", actor=operator)
    before = (Achievement.objects.get().state, Entry.objects.count())
    answer = browse(operator).post(f"/achievements/{draft_achievement.pk}/{verb}/", data)
    assert answer.status_code == 422
    assert (Achievement.objects.get().state, Entry.objects.count()) == before


def test_a_declined_achievement_reads_why(
    draft_achievement: Achievement, professor: Person, operator: Person, browse: Any
) -> None:
    run(ACHIEVEMENT, draft_achievement.pk, "submit", actor=professor)
    words = {"code": "duplicate", "reason": "与编号 12 的成果相同。"}
    browse(operator).post(f"/achievements/{draft_achievement.pk}/reject/", words)
    page = text_of(browse(professor).get(f"/achievements/{draft_achievement.pk}/"))
    assert "与编号 12 的成果相同。" in page
    assert "<dd>与已发布内容重复</dd>" in page
    run(ACHIEVEMENT, draft_achievement.pk, "revise", actor=professor)
    assert "<dd>与已发布内容重复</dd>" not in text_of(browse(professor).get(f"/achievements/{draft_achievement.pk}/"))


def test_others_do_not_read_why_somebody_was_declined(
    solution: Solution, owner: Person, competitor: Person, browse: Any
) -> None:
    run(SOLUTION, solution.pk, "decline", actor=owner, data={"code": "cost", "reason": "报价超出预算两倍。"})
    assert browse(competitor).get(f"/solutions/{solution.pk}/").status_code == 404
    assert "报价超出预算两倍。" not in text_of(browse(competitor).get(f"/needs/{solution.need_id}/"))
    assert "报价超出预算两倍。" not in text_of(Client().get(f"/needs/{solution.need_id}/"))


def test_a_declined_answer_is_not_declined_again(solution: Solution, owner: Person) -> None:
    run(SOLUTION, solution.pk, "decline", actor=owner, data={"code": "cost", "reason": "太贵。"})
    with pytest.raises(NotNow):
        run(SOLUTION, solution.pk, "decline", actor=owner, data={"code": "other", "reason": "还是太贵。"})
    solution.refresh_from_db()
    assert solution.decline_text == "太贵。"


def test_a_need_past_its_deadline_goes_by_itself_and_its_owner_is_told(open_need: Need, owner: Person) -> None:
    Need.objects.filter(pk=open_need.pk).update(deadline=timezone.now() - timedelta(minutes=1))
    deadlines.run_due()
    need = Need.objects.get()
    entry = journal.history(need).latest("seq")
    assert (need.state, entry.verb, not clocks.running(need).exists()) == ("expired", "expire", True)
    assert [p for name in NEED.verb("expire").tells for p in NEED.audiences[name](need, entry)] == [owner]
