"""Two people at the same moment in matching: one of them wins, the other is told, nothing is done twice."""

from __future__ import annotations

import pytest

from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching.models import Grade, Proposal, Ranking, Shortlisted
from keqiao.matching.workflow import GRADES, PROPOSALS, RANKINGS, SHORTLIST
from keqiao.parties.models import Person
from tests.matching.conftest import Make
from tests.matching.rankings import make_ranking
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_expert_is_proposed_once(
    make_need: Make, professor: Person, manager: Person, operator: Person
) -> None:
    need = make_need(manager=manager)
    pair = {"need": need.pk, "person": professor.pk}
    outcomes = at_once(
        lambda: run(PROPOSALS, None, "create", actor=manager, data=pair),
        lambda: run(PROPOSALS, None, "create", actor=operator, data=pair),
    )
    assert outcomes[1] == "ok"
    assert outcomes[0] in {"Invalid", "NotNow"}
    assert (Proposal.objects.count(), Entry.objects.filter(object_type="proposal").count()) == (1, 1)


def test_the_same_achievement_is_proposed_once(
    make_need: Make, make_achievement: Make, manager: Person, operator: Person
) -> None:
    pair = {"need": make_need(manager=manager).pk, "achievement": make_achievement().pk}
    outcomes = at_once(
        lambda: run(PROPOSALS, None, "create", actor=manager, data=pair),
        lambda: run(PROPOSALS, None, "create", actor=operator, data=pair),
    )
    assert outcomes[1] == "ok"
    assert outcomes[0] in {"Invalid", "NotNow"}
    assert (Proposal.objects.count(), Entry.objects.filter(object_type="proposal").count()) == (1, 1)


@pytest.fixture
def proposal(make_need: Make, make_achievement: Make, manager: Person) -> Proposal:
    pair = {"need": make_need(manager=manager).pk, "achievement": make_achievement().pk}
    return Proposal.objects.get(pk=run(PROPOSALS, None, "create", actor=manager, data=pair).object_id)


def test_both_sides_accept(proposal: Proposal, owner: Person, professor: Person) -> None:
    outcomes = at_once(
        lambda: run(PROPOSALS, proposal.pk, "accept", actor=owner),
        lambda: run(PROPOSALS, proposal.pk, "accept", actor=professor),
    )
    proposal.refresh_from_db()
    assert outcomes == ["ok", "ok"]
    assert (proposal.state, proposal.agreed_at is not None) == ("agreed", True)
    assert Entry.objects.filter(verb="receive_answer").count() == 1


def test_one_side_accepts_while_the_other_declines(proposal: Proposal, owner: Person, professor: Person) -> None:
    """Whoever comes first: a refused proposal stays refused, and says by whom."""
    outcomes = at_once(
        lambda: run(PROPOSALS, proposal.pk, "accept", actor=owner),
        lambda: run(PROPOSALS, proposal.pk, "decline", actor=professor, data={"code": "other", "reason": "已排满两年"}),
    )
    proposal.refresh_from_db()
    assert outcomes in (["ok", "ok"], ["NotNow", "ok"])
    assert (proposal.state, proposal.agreed_at) == ("declined", None)
    states = list(Entry.objects.filter(object_type="proposal").order_by("seq").values_list("to_state", flat=True))
    assert states in (["proposed", "declined"], ["proposed", "accepted_by_need", "declined"])


def test_twice_the_same_click_keeps_and_grades_once(
    make_need: Make, make_achievement: Make, owner: Person, operator: Person
) -> None:
    need, achievement = make_need(), make_achievement()
    keep = {"achievement": achievement.pk}
    grade = {"need": need.pk, "achievement": achievement.pk, "grade": 3}
    kept = at_once(*[lambda: run(SHORTLIST, None, "create", actor=owner, data=keep, key="k")] * 2)
    graded = at_once(*[lambda: run(GRADES, None, "create", actor=operator, data=grade, key="g")] * 2)
    assert (kept, graded) == (["ok", "ok"], ["ok", "ok"])
    assert (Shortlisted.objects.count(), Grade.objects.count()) == (1, 1)


def test_of_two_rankings_switched_on_at_once_one_is_in_use(centre_operator: Person) -> None:
    first, second = make_ranking(), make_ranking("retired")
    outcomes = at_once(
        lambda: run(RANKINGS, first.pk, "use", actor=centre_operator),
        lambda: run(RANKINGS, second.pk, "use", actor=centre_operator),
    )
    assert "ok" in outcomes
    assert set(outcomes) <= {"ok", "NotNow"}
    assert Ranking.objects.filter(state="in_use").count() == 1
    assert Entry.objects.filter(verb="use").count() == outcomes.count("ok")
