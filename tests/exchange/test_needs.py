"""A need's life: drafted, handed in, asked about, returned, published, edited, closed; everybody concerned is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from keqiao.exchange.models import Need, Solution
from keqiao.exchange.workflow import NEED
from keqiao.kernel import clocks, deadlines, journal
from keqiao.kernel.access import SYSTEM, Invalid, NotNow
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person
from tests.exchange.conftest import NEED_CARD
from tests.factories import PersonFactory, PostFactory

pytestmark = pytest.mark.django_db


def state(need: Need) -> str:
    return Need.objects.values_list("state", flat=True).get(pk=need.pk)


def verbs_of(row: Any) -> list[str]:
    return [entry.verb for entry in journal.history(row)]


def told(row: Any, verb: str) -> set[str]:
    """The addresses of those whom the last entry of this verb is told to."""
    entry = journal.history(row).filter(verb=verb).latest("seq")
    line = next(line for line in NEED.verbs if line.name == verb)
    row = Need.objects.get(pk=row.pk)
    return {person.email for name in line.tells for person in NEED.audiences[name](row, entry)}


def test_a_draft_may_be_empty(owner: Person, company_a: Organisation) -> None:
    entry = run(NEED, None, "create", actor=owner, data={})
    need = Need.objects.get(pk=entry.object_id)
    assert (need.state, need.title, need.kind, need.organisation_id, need.node_id) == (
        "draft", "", "technology", company_a.pk, "wuhan",
    )  # fmt: skip
    assert need.contact_id == owner.pk


def test_a_person_without_an_organisation_belongs_to_the_centre(centre: Any) -> None:
    loner = Person.objects.create_user("loner@example.test")
    need = Need.objects.get(pk=run(NEED, None, "create", actor=loner, data={}).object_id)
    assert (need.organisation_id, need.node_id) == (None, "hubei")


def test_the_card_keeps_what_was_typed(draft_need: Need) -> None:
    assert draft_need.fields == ["C3983"]
    assert draft_need.field_path == ["C", "C39", "C398", "C3983"]
    assert draft_need.budget_maximum == 800_000
    assert [(t["name"], t["hard"]) for t in draft_need.targets] == [("吸光率", True), ("耐温", False)]


def test_an_organisation_of_others_cannot_be_chosen(owner: Person, company_a: Any, company_b: Organisation) -> None:
    with pytest.raises(Invalid) as refused:
        run(NEED, None, "create", actor=owner, data={"organisation": company_b.pk})
    assert set(refused.value.errors) == {"organisation"}
    assert not Need.objects.exists()


def test_an_incomplete_need_is_not_handed_in(owner: Person, company_a: Organisation) -> None:
    need = Need.objects.get(pk=run(NEED, None, "create", actor=owner, data={"title": "涂层"}).object_id)
    with pytest.raises(Invalid) as refused:
        run(NEED, need.pk, "submit", actor=owner)
    assert set(refused.value.errors) == {"problem", "fields", "targets"}
    assert state(need) == "draft"
    assert verbs_of(need) == ["create"]


def test_talent_needs_no_figure(owner: Person, company_a: Organisation) -> None:
    card = NEED_CARD | {"kind": "talent", "targets": []}
    need = Need.objects.get(pk=run(NEED, None, "create", actor=owner, data=card).object_id)
    run(NEED, need.pk, "submit", actor=owner)
    assert state(need) == "triage"


@pytest.mark.parametrize("field", ["title", "problem", "current_state"])
def test_a_sealed_need_must_not_name_its_organisation(owner: Person, company_a: Organisation, field: str) -> None:
    card = NEED_CARD | {"sealed": True, field: f"{company_a.name}希望找到吸光率更高的消光涂层和可以量产的工艺路线"}
    need = Need.objects.get(pk=run(NEED, None, "create", actor=owner, data=card).object_id)
    with pytest.raises(Invalid) as refused:
        run(NEED, need.pk, "submit", actor=owner)
    assert set(refused.value.errors) == {field}


def test_handing_in_starts_the_clock_and_freezes_the_text(triage_need: Need, operator: Person) -> None:
    assert [run.name for run in clocks.running(triage_need)] == ["triage"]
    assert versions_of(triage_need).count() == 1
    assert told(triage_need, "submit") == {operator.email}


def test_without_operators_at_the_node_those_of_the_centre_are_told(
    draft_need: Need, owner: Person, centre_operator: Person
) -> None:
    run(NEED, draft_need.pk, "submit", actor=owner)
    assert told(draft_need, "submit") == {centre_operator.email}


def test_publishing_stops_one_clock_and_starts_the_next(open_need: Need, owner: Person) -> None:
    assert [run.name for run in clocks.running(open_need)] == ["first_answer"]
    assert open_need.published_at is not None
    assert told(open_need, "publish") == {owner.email}


def test_a_question_pauses_the_clock_until_it_is_answered(triage_need: Need, owner: Person, operator: Person) -> None:
    run(NEED, triage_need.pk, "request_information", actor=operator, data={"question": "年用量多少？"})
    clock = clocks.running(triage_need).get()
    assert (state(triage_need), clock.paused_at is not None) == ("information", True)
    run(NEED, triage_need.pk, "answer", actor=owner, data={"answer": "约 2 万件。"})
    clock.refresh_from_db()
    assert (state(triage_need), clock.paused_at) == ("triage", None)
    words = [journal.words_of(entry) for entry in journal.history(triage_need)][-2:]
    assert words == [{"question": "年用量多少？"}, {"answer": "约 2 万件。"}]


def test_a_returned_need_can_be_mended_and_handed_in_again(triage_need: Need, owner: Person, operator: Person) -> None:
    run(NEED, triage_need.pk, "return", actor=operator, data={"reason": "请补充年用量。"})
    assert state(triage_need) == "returned"
    assert not clocks.running(triage_need).exists()
    run(NEED, triage_need.pk, "save", actor=owner, data=NEED_CARD | {"background": "年用量 2 万件"})
    run(NEED, triage_need.pk, "submit", actor=owner)
    assert state(triage_need) == "triage"


@pytest.mark.parametrize("data", [{}, {"reason": "重复"}, {"code": "duplicate"}, {"code": "no_such", "reason": "重复"}])
def test_rejecting_asks_for_a_coded_reason_and_words(triage_need: Need, operator: Person, data: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        run(NEED, triage_need.pk, "reject", actor=operator, data=data)
    assert state(triage_need) == "triage"


def test_a_rejected_need_tells_why_and_can_be_revised(triage_need: Need, owner: Person, operator: Person) -> None:
    run(NEED, triage_need.pk, "reject", actor=operator, data={"code": "duplicate", "reason": "与另一项相同。"})
    triage_need.refresh_from_db()
    assert (triage_need.state, triage_need.reject_reason) == ("rejected", "duplicate")
    assert told(triage_need, "reject") == {owner.email}
    run(NEED, triage_need.pk, "revise", actor=owner)
    triage_need.refresh_from_db()
    assert (triage_need.state, triage_need.reject_reason) == ("draft", "")


def test_an_edit_must_leave_the_need_complete(open_need: Need, owner: Person) -> None:
    with pytest.raises(Invalid) as refused:
        run(NEED, open_need.pk, "edit", actor=owner, data=NEED_CARD | {"targets": []})
    assert set(refused.value.errors) == {"targets"}
    assert len(Need.objects.get(pk=open_need.pk).targets) == 2
    run(NEED, open_need.pk, "edit", actor=owner, data=NEED_CARD | {"title": "更好的消光涂层"})
    assert versions_of(open_need).count() == 3
    assert Need.objects.get(pk=open_need.pk).title == "更好的消光涂层"


def test_an_edit_tells_the_manager_and_those_who_answered(
    solution: Solution, owner: Person, operator: Person, manager: Person, professor: Person
) -> None:
    run(NEED, solution.need_id, "assign_manager", actor=operator, data={"manager": manager.pk})
    run(NEED, solution.need_id, "edit", actor=owner, data=NEED_CARD)
    assert told(solution.need, "edit") == {manager.email, professor.email}


def test_the_first_solution_stops_the_clock_of_the_first_answer(solution: Solution) -> None:
    clock = clocks.of(solution.need).get(name="first_answer")
    assert clock.stopped_at is not None
    assert verbs_of(solution.need) == ["create", "submit", "publish", "receive_answer"]


def test_withdrawing_answers_everybody_who_answered(solution: Solution, owner: Person) -> None:
    run(NEED, solution.need_id, "withdraw", actor=owner, data={"reason": "已自行解决"})
    solution.refresh_from_db()
    assert (solution.state, solution.decline_reason) == ("declined", "need_closed")
    assert "不再评估" in solution.decline_text
    assert not clocks.running(solution).exists()


def test_taking_down_and_restoring(open_need: Need, operator: Person, owner: Person, stranger: Any) -> None:
    run(NEED, open_need.pk, "take_down", actor=operator, data={"code": "not_genuine", "reason": "单位否认发布。"})
    assert (state(open_need), open_need.clearance(stranger)) == ("taken_down", -1)
    assert told(open_need, "take_down") == {owner.email}
    run(NEED, open_need.pk, "restore", actor=operator)
    assert (state(open_need), open_need.clearance(stranger)) == ("open", 0)


def test_a_need_past_its_deadline_expires_by_itself(open_need: Need) -> None:
    Need.objects.filter(pk=open_need.pk).update(deadline=timezone.now() + timedelta(days=2))
    assert deadlines.run_due() == 0
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        assert deadlines.run_due() == 1
    assert state(open_need) == "expired"
    assert Entry.objects.filter(verb="expire").get().actor_id is None


def test_solutions_of_an_expired_need_can_still_be_accepted(solution: Solution, owner: Person) -> None:
    from keqiao.exchange.workflow import SOLUTION

    run(NEED, solution.need_id, "expire", actor=SYSTEM)
    run(SOLUTION, solution.pk, "accept", actor=owner, data={})
    run(NEED, solution.need_id, "start_project", actor=SYSTEM)
    assert state(solution.need) == "in_project"


def test_a_manager_at_the_limit_takes_no_more(open_need: Need, operator: Person, manager: Person) -> None:
    manager.posts.update(caseload_limit=0)
    with pytest.raises(Invalid) as refused:
        run(NEED, open_need.pk, "assign_manager", actor=operator, data={"manager": manager.pk})
    assert "达到上限" in refused.value.errors["manager"][0]
    manager.posts.update(caseload_limit=1)
    run(NEED, open_need.pk, "assign_manager", actor=operator, data={"manager": manager.pk})
    assert Need.objects.get(pk=open_need.pk).manager_id == manager.pk


def test_a_manager_of_another_node_is_not_offered(open_need: Need, operator: Person, yichang: Any) -> None:
    elsewhere = PostFactory(node=yichang, role="manager").person
    with pytest.raises(Invalid):
        run(NEED, open_need.pk, "assign_manager", actor=operator, data={"manager": elsewhere.pk})


def test_a_past_deadline_is_refused_and_nothing_is_written(owner: Person, company_a: Organisation) -> None:
    with pytest.raises(Invalid) as refused:
        run(NEED, None, "create", actor=owner, data=NEED_CARD | {"deadline": "2020-01-01"})
    assert refused.value.errors == {"deadline": ["截止时间已经过去。请选择将来的时间。"]}
    assert not Need.objects.exists()


def test_budget_the_wrong_way_round_is_refused(owner: Person, company_a: Organisation) -> None:
    with pytest.raises(Invalid) as refused:
        run(NEED, None, "create", actor=owner, data={"budget_minimum": "100万", "budget_maximum": "50万"})
    assert refused.value.errors == {"budget_minimum": ["预算下限大于上限，请对调。"]}


def test_the_same_key_makes_one_need(owner: Person, company_a: Organisation) -> None:
    first = run(NEED, None, "create", actor=owner, data=NEED_CARD, key="k1")
    again = run(NEED, None, "create", actor=owner, data=NEED_CARD, key="k1")
    assert (first.pk, Need.objects.count()) == (again.pk, 1)


def test_a_solved_need_is_not_withdrawn(open_need: Need, owner: Person) -> None:
    run(NEED, open_need.pk, "start_project", actor=SYSTEM)
    with pytest.raises(NotNow):
        run(NEED, open_need.pk, "withdraw", actor=owner, data={"reason": "x"})


def test_a_platform_without_a_centre_says_so() -> None:
    stranger = PersonFactory()
    with pytest.raises(Invalid, match="还没有建立中心节点"):
        run(NEED, None, "create", actor=stranger, data={"kind": "technology", "title": "消光涂层"})
    assert not Need.objects.exists()
