"""Somebody leaves the organisation in whose name they published: who sees, acts and is told from then on."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import NONE, OWNER, Level
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.parties.enums import MembershipRole
from keqiao.parties.models import Membership, Person
from tests.personas import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def successor(colleague: Person) -> Person:
    """A colleague who has become administrator, so that the owner can go."""
    Membership.objects.filter(person=colleague).update(role=MembershipRole.ADMIN)
    return fresh(colleague)


def leave(person: Person) -> Person:
    run(REGISTRY["memberships"], person.memberships.get().pk, "leave", actor=fresh(person))
    return fresh(person)


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_draft_of_somebody_who_left_is_closed_to_them(draft_need: Need, owner: Person, successor: Person) -> None:
    assert draft_need.clearance(owner) == OWNER
    gone = leave(owner)
    assert (draft_need.clearance(gone), draft_need.clearance(successor)) == (NONE, OWNER)
    assert logged_in(gone).get(f"/needs/{draft_need.pk}/").status_code == 404
    assert draft_need.title not in logged_in(gone).get("/needs/?mine=1").text
    assert draft_need.title in logged_in(successor).get("/needs/?mine=1").text


def test_published_need_shows_them_what_any_registered_person_sees(
    open_need: Need, owner: Person, successor: Person
) -> None:
    gone = leave(owner)
    assert open_need.clearance(gone) == Level.REGISTERED
    before = Entry.objects.count()
    client = logged_in(gone)
    for verb, data in (
        ("withdraw", {"reason": "我走了"}),
        ("edit", {"title": "别的"}),
        ("share", {"nodes": ["yichang"]}),
    ):
        assert client.get(f"/needs/{open_need.pk}/{verb}/").status_code == 403, verb
        assert client.post(f"/needs/{open_need.pk}/{verb}/", data).status_code == 403, verb
    open_need.refresh_from_db()
    assert (open_need.state, Entry.objects.count()) == ("open", before)


def test_administrator_acts_in_their_place(open_need: Need, owner: Person, successor: Person) -> None:
    leave(owner)
    run(NEED, open_need.pk, "withdraw", actor=successor, data={"reason": "改由其他部门负责"})
    open_need.refresh_from_db()
    assert open_need.state == "withdrawn"


def test_administrator_is_told_in_their_place(triage_need: Need, owner: Person, successor: Person) -> None:
    audience = NEED.audiences["owner"]
    entry = Entry.objects.latest("seq")
    assert audience(triage_need, entry) == [owner]
    leave(owner)
    assert audience(Need.objects.get(pk=triage_need.pk), entry) == [successor]


def test_contact_without_an_organisation_stays_the_owner(open_need: Need, owner: Person) -> None:
    Need.objects.filter(pk=open_need.pk).update(organisation=None)
    alone = Need.objects.get(pk=open_need.pk)
    assert (alone.clearance(fresh(owner)), NEED.audiences["owner"](alone, Entry.objects.latest("seq"))) == (
        OWNER,
        [owner],
    )


def test_achievement_stays_with_the_university(published_achievement: Achievement, professor: Person) -> None:
    Membership.objects.filter(person=professor).update(role=MembershipRole.MEMBER)
    gone = leave(professor)
    with pytest.raises(NotAllowed):
        run(ACHIEVEMENT, published_achievement.pk, "withdraw", actor=gone, data={"reason": "带走"})
    assert "details" in published_achievement.seen_by(gone).hidden
    published_achievement.refresh_from_db()
    assert published_achievement.state == "published"


def test_answers_stay_with_both_sides(solution: Solution, owner: Person, professor: Person, successor: Person) -> None:
    Membership.objects.filter(person=professor).update(role=MembershipRole.MEMBER)
    before = Entry.objects.filter(object_type="solution").count()
    for person, verb, data in (
        (owner, "decline", {"code": "other", "reason": "我走了"}),
        (professor, "withdraw", {"reason": "我走了"}),
    ):
        gone = leave(person)
        assert solution.clearance(gone) == NONE
        with pytest.raises(NotVisible):
            run(SOLUTION, solution.pk, verb, actor=gone, data=data)
    assert (solution.clearance(successor), Entry.objects.filter(object_type="solution").count()) == (
        Level.STAFF,
        before,
    )
