"""Memberships: asked for, confirmed, declined with a reason, invited, left, handed on."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.kernel import clocks
from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.journal import history, words_of
from keqiao.kernel.workflow import run
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.workflow import MEMBERSHIP, confirmers
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory
from tests.personas import Personas, fresh

pytestmark = pytest.mark.django_db


def membership_of(person: Person) -> Membership:
    return Membership.objects.get(person=person)


@pytest.fixture
def asked(company_a: Organisation) -> Membership:
    """Somebody asked to join company A."""
    person = PersonFactory(name="申请人", email="asker@example.test")
    entry = run(MEMBERSHIP, None, "request", actor=person, data={"organisation": company_a.pk, "position": "工程师"})
    return Membership.objects.get(pk=entry.object_id)


@pytest.fixture
def invited(company_a: Organisation) -> Membership:
    return MembershipFactory(person=PersonFactory(name="受邀人"), organisation=company_a, state="invited")


def test_request_starts_a_clock_and_gives_no_standing(asked: Membership, company_a: Organisation) -> None:
    assert (asked.state, asked.role, asked.position) == ("requested", "member", "工程师")
    assert [run.name for run in clocks.running(asked)] == ["confirmation"]
    assert fresh(asked.person).standing.organisations == frozenset()


def test_request_twice_is_refused(asked: Membership, company_a: Organisation) -> None:
    with pytest.raises(Invalid) as refusal:
        run(MEMBERSHIP, None, "request", actor=asked.person, data={"organisation": company_a.pk})
    assert refusal.value.errors == {"organisation": ["您与“甲辰试验光电有限公司”的成员关系已经存在，状态是“待确认”。"]}
    assert Membership.objects.filter(person=asked.person).count() == 1


def test_request_to_unknown_or_rejected_organisation_is_refused(company_a: Organisation) -> None:
    Organisation.objects.update(state="rejected")
    for pk in (company_a.pk, 10**9, "x"):
        with pytest.raises(Invalid) as refusal:
            run(MEMBERSHIP, None, "request", actor=PersonFactory(), data={"organisation": pk})
        assert refusal.value.errors == {"organisation": ["没有找到这家单位，请重新搜索选择。"]}


def test_accept_makes_a_colleague(asked: Membership, owner: Person, company_a: Organisation) -> None:
    run(MEMBERSHIP, asked.pk, "accept", actor=owner)
    assert fresh(asked.person).standing.organisations == {company_a.pk}
    assert clocks.running(asked).count() == 0


def test_decline_keeps_the_reason_with_the_entry_and_lets_ask_again(asked: Membership, owner: Person) -> None:
    with pytest.raises(Invalid) as refusal:
        run(MEMBERSHIP, asked.pk, "decline", actor=owner, data={"reason": " "})
    assert "reason" in refusal.value.errors
    run(MEMBERSHIP, asked.pk, "decline", actor=owner, data={"reason": "请用单位邮箱"})
    assert words_of(history(asked).last()) == {"reason": "请用单位邮箱"}
    run(MEMBERSHIP, None, "request", actor=asked.person, data={"organisation": asked.organisation_id})
    assert Membership.objects.filter(person=asked.person).count() == 2


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_confirming_is_for_administrators_and_operators_and_a_refusal_changes_nothing(
    asked: Membership, personas: Personas, verb: str
) -> None:
    may = {"owner", "operator", "centre_operator"}
    for name, person in (personas | {"asker": asked.person}).items():
        if name in may:
            assert MEMBERSHIP.may(asked, verb, person)
            continue
        with pytest.raises((NotAllowed, NotVisible)):
            run(MEMBERSHIP, asked.pk, verb, actor=person, data={"reason": "x"})
    assert membership_of(asked.person).state == "requested"
    assert history(asked).count() == 1


def test_invited_person_joins_or_refuses_and_nobody_else_does_it_for_them(invited: Membership, owner: Person) -> None:
    for verb in ("join", "refuse"):
        with pytest.raises(NotAllowed):
            run(MEMBERSHIP, invited.pk, verb, actor=owner)
    with pytest.raises(NotNow):
        run(MEMBERSHIP, invited.pk, "accept", actor=owner)
    run(MEMBERSHIP, invited.pk, "join", actor=invited.person)
    assert membership_of(invited.person).state == "active"


def test_refused_invitation_is_over(invited: Membership) -> None:
    run(MEMBERSHIP, invited.pk, "refuse", actor=invited.person)
    assert membership_of(invited.person).state == "declined"


def test_only_administrator_cannot_leave_people_behind(owner: Person, colleague: Person) -> None:
    own = membership_of(owner)
    for verb, data in (("leave", None), ("make_member", None), ("remove", {"reason": "x"})):
        with pytest.raises(Invalid) as refusal:
            run(MEMBERSHIP, own.pk, verb, actor=owner, data=data)
        assert refusal.value.errors == {"role": ["您是唯一的单位管理员。请先把另一位成员设为管理员。"]}
    run(MEMBERSHIP, membership_of(colleague).pk, "make_admin", actor=owner)
    run(MEMBERSHIP, own.pk, "leave", actor=owner)
    assert fresh(owner).standing.organisations == frozenset()
    assert fresh(colleague).standing.administers == {own.organisation_id}


def test_last_person_may_leave(owner: Person) -> None:
    run(MEMBERSHIP, membership_of(owner).pk, "leave", actor=owner)
    assert membership_of(owner).state == "left"


def test_make_admin_twice_says_so(owner: Person, colleague: Person) -> None:
    pk = membership_of(colleague).pk
    run(MEMBERSHIP, pk, "make_admin", actor=owner)
    with pytest.raises(Invalid) as refusal:
        run(MEMBERSHIP, pk, "make_admin", actor=owner)
    assert refusal.value.errors == {"role": ["这位成员已经是管理员。"]}
    run(MEMBERSHIP, pk, "make_member", actor=owner)
    assert membership_of(colleague).role == "member"


@pytest.mark.parametrize("verb", ["make_admin", "remove"])
def test_members_are_managed_by_their_administrators_only(colleague: Person, personas: Personas, verb: str) -> None:
    row = membership_of(colleague)
    assert {name for name, person in personas.items() if MEMBERSHIP.may(row, verb, person)} == {"owner"}


def test_administrator_of_another_organisation_cannot_touch_members(colleague: Person, competitor: Person) -> None:
    row = membership_of(colleague)
    with pytest.raises(NotVisible):
        run(MEMBERSHIP, row.pk, "remove", actor=competitor, data={"reason": "x"})
    assert membership_of(colleague).state == "active"


def test_confirmers_are_administrators_else_operators(asked: Membership, personas: Personas, wuhan: Any) -> None:
    assert confirmers(asked, history(asked).get()) == [personas["owner"]]
    orphan = MembershipFactory(organisation=OrganisationFactory(node=wuhan), state="requested")
    assert confirmers(orphan, history(asked).get()) == [personas["operator"]]


def test_who_knows_of_memberships(personas: Personas, colleague: Person, professor: Person, asked: Membership) -> None:
    def knows(row: Membership) -> set[str]:
        return {name for name, who in personas.items() if Membership.objects.visible_to(who).filter(pk=row.pk)}

    staff = {"operator", "centre_operator", "auditor"}
    assert knows(membership_of(colleague)) == staff | {"owner", "colleague"}
    assert knows(asked) == staff | {"owner"}
    assert knows(membership_of(professor)) == set(personas)  # listed in the directory


def test_role_in_an_organisation_is_not_public(professor: Person, personas: Personas) -> None:
    seen = membership_of(professor).seen_by(personas["stranger"])
    assert (str(seen), bool(seen.role)) == ("沈教授 · 丙午试验大学", False)
