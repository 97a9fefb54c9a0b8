"""Answers to a need: given by people with standing, asked about, shortlisted, taken or declined with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.exchange.models import Need, Solution
from keqiao.exchange.workflow import NEED, SOLUTION
from keqiao.kernel import clocks
from keqiao.kernel.access import Invalid, NotNow
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.exchange.conftest import ANSWER

pytestmark = pytest.mark.django_db


def refusal(actor: Person, pk: int | None, verb: str, data: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        run(SOLUTION, pk, verb, actor=actor, data=data)
    return refused.value.errors


@pytest.fixture
def second(open_need: Need, competitor: Person, solution: Solution) -> Solution:
    """The answer of company B to the same need."""
    pk = run(SOLUTION, None, "create", actor=competitor, data=ANSWER | {"need": open_need.pk}).object_id
    run(SOLUTION, pk, "submit", actor=competitor)
    return Solution.objects.get(pk=pk)


def test_an_answer_is_filed_at_the_node_of_the_need(draft_solution: Solution, university: Any) -> None:
    assert (draft_solution.organisation_id, draft_solution.node_id, draft_solution.state) == (
        university.pk, "wuhan", "draft",
    )  # fmt: skip


def test_ones_own_need_is_not_answered(open_need: Need, owner: Person, colleague: Person) -> None:
    for person in (owner, colleague):
        errors = refusal(person, None, "create", ANSWER | {"need": open_need.pk})
        assert errors == {"need": ["这是您自己单位的需求，不能由自己应答。"]}
    assert not Solution.objects.exists()


@pytest.mark.parametrize("need_state", ["draft", "triage", "solved", "withdrawn"])
def test_only_open_needs_are_answered(open_need: Need, professor: Person, university: Any, need_state: str) -> None:
    Need.objects.filter(pk=open_need.pk).update(state=need_state)
    errors = refusal(professor, None, "create", ANSWER | {"need": open_need.pk})
    assert errors == {"need": ["这项需求不存在，或者现在不接受应答。"]}


def test_a_draft_may_be_thin_but_an_answer_may_not(open_need: Need, professor: Person, university: Any) -> None:
    pk = run(SOLUTION, None, "create", actor=professor, data={"need": open_need.pk, "approach": "喷涂"}).object_id
    assert set(refusal(professor, pk, "submit", {})) == {"approach", "evidence"}


def test_a_need_that_closed_meanwhile_takes_no_answer(draft_solution: Solution, professor: Person) -> None:
    Need.objects.filter(pk=draft_solution.need_id).update(state="expired")
    assert set(refusal(professor, draft_solution.pk, "submit", {})) == {"need"}


def test_handing_in_starts_the_clock_of_the_reply(solution: Solution) -> None:
    assert [run.name for run in clocks.running(solution)] == ["solution_answer"]
    assert versions_of(solution).count() == 1
    assert solution.submitted_at is not None


def test_maturity_of_an_answer_needs_its_ground(open_need: Need, professor: Person, university: Any) -> None:
    errors = refusal(professor, None, "create", ANSWER | {"need": open_need.pk, "maturity": "6"})
    assert set(errors) == {"maturity_evidence"}


def test_questions_pause_the_clock_and_replies_resume_it(solution: Solution, owner: Person, professor: Person) -> None:
    errors = refusal(professor, solution.pk, "reply", {"reply": "没有人问"})
    assert errors == {"reply": ["现在没有待回复的提问。"]}
    run(SOLUTION, solution.pk, "ask", actor=owner, data={"question": "能否先寄 10 片？"})
    assert clocks.running(solution).get().paused_at is not None
    run(SOLUTION, solution.pk, "reply", actor=professor, data={"reply": "可以，两周内。"})
    assert clocks.running(solution).get().paused_at is None
    solution.refresh_from_db()
    assert [(said["side"], said["person"], said["text"]) for said in solution.dialogue] == [
        ("asker", owner.pk, "能否先寄 10 片？"),
        ("answerer", professor.pk, "可以，两周内。"),
    ]


def test_the_manager_may_ask_and_shortlist_but_not_decide(
    solution: Solution, operator: Person, manager: Person
) -> None:
    run(NEED, solution.need_id, "assign_manager", actor=operator, data={"manager": manager.pk})
    run(SOLUTION, solution.pk, "ask", actor=manager, data={"question": "是否可以现场测试？"})
    run(SOLUTION, solution.pk, "shortlist", actor=manager)
    assert Solution.objects.get(pk=solution.pk).state == "shortlisted"
    assert not SOLUTION.may(Solution.objects.get(pk=solution.pk), "accept", manager)


@pytest.mark.parametrize("data", [{}, {"code": "cost"}, {"reason": "太贵"}, {"code": "need_closed", "reason": "x"}])
def test_declining_asks_for_a_code_and_words(solution: Solution, owner: Person, data: dict[str, str]) -> None:
    assert refusal(owner, solution.pk, "decline", data)
    assert Solution.objects.get(pk=solution.pk).state == "submitted"


def test_who_is_declined_reads_why(solution: Solution, owner: Person, professor: Person) -> None:
    run(SOLUTION, solution.pk, "decline", actor=owner, data={"code": "cost", "reason": "报价超出预算一倍。"})
    seen = Solution.objects.get(pk=solution.pk).seen_by(professor)
    assert (seen.decline_reason, seen.decline_text) == ("cost", "报价超出预算一倍。")
    assert not clocks.running(solution).exists()


def test_accepting_leaves_the_others_open(solution: Solution, second: Solution, owner: Person) -> None:
    run(SOLUTION, solution.pk, "accept", actor=owner, data={"note": "请联系我们。"})
    assert dict(Solution.objects.values_list("pk", "state")) == {solution.pk: "accepted", second.pk: "submitted"}
    assert Solution.objects.get(pk=solution.pk).dialogue[-1]["text"] == "请联系我们。"


def test_accepting_declines_the_others_when_asked_to(solution: Solution, second: Solution, owner: Person) -> None:
    run(SOLUTION, solution.pk, "accept", actor=owner, data={"decline_others": True})
    second.refresh_from_db()
    assert (second.state, second.decline_reason) == ("declined", "chosen_other")
    assert second.decline_text == "感谢您的方案。需求方已经选择了其他方案。"


def test_an_accepted_answer_is_not_withdrawn(solution: Solution, owner: Person, professor: Person) -> None:
    run(SOLUTION, solution.pk, "accept", actor=owner, data={})
    with pytest.raises(NotNow):
        run(SOLUTION, solution.pk, "withdraw", actor=professor, data={"reason": "x"})


def test_withdrawing_an_answer_stops_its_clock(solution: Solution, professor: Person) -> None:
    run(SOLUTION, solution.pk, "withdraw", actor=professor, data={"reason": "团队调整"})
    assert Solution.objects.get(pk=solution.pk).state == "withdrawn"
    assert not clocks.running(solution).exists()
