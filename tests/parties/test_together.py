"""Two people at the same moment among parties: one of them wins, the other is told, nobody is left out or doubled."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.workflow import MEMBERSHIP, ORGANISATION
from tests.factories import MembershipFactory, PersonFactory, credit_code
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_administrators(owner: Person, colleague: Person) -> list[Membership]:
    """The owner and the colleague administer company A together; somebody else works there too."""
    Membership.objects.filter(person=colleague).update(role="admin")
    MembershipFactory(person=PersonFactory(), organisation=owner.memberships.get().organisation)
    return [owner.memberships.get(), colleague.memberships.get()]


def administrators() -> int:
    return Membership.objects.filter(role="admin", state="active").count()


@pytest.mark.parametrize("verb", ["leave", "make_member"])
def test_two_administrators_who_go_at_once_leave_one(verb: str, two_administrators: list[Membership]) -> None:
    """An organisation with people in it keeps an administrator, or nobody could ever let anybody in again."""
    first, second = two_administrators
    outcomes = at_once(
        lambda: run(MEMBERSHIP, first.pk, verb, actor=first.person),
        lambda: run(MEMBERSHIP, second.pk, verb, actor=second.person),
    )
    assert outcomes == ["Invalid", "ok"]
    assert (administrators(), Entry.objects.filter(verb=verb).count()) == (1, 1)


def test_two_administrators_who_remove_each_other_leave_one(two_administrators: list[Membership]) -> None:
    first, second = two_administrators
    words = {"reason": "不再任职"}
    outcomes = at_once(
        lambda: run(MEMBERSHIP, second.pk, "remove", actor=Person.objects.get(pk=first.person_id), data=words),
        lambda: run(MEMBERSHIP, first.pk, "remove", actor=Person.objects.get(pk=second.person_id), data=words),
    )
    assert outcomes.count("ok") == 1
    assert (administrators(), Entry.objects.filter(verb="remove").count()) == (1, 1)


def test_asking_twice_at_once_asks_once(company_a: Organisation) -> None:
    person = PersonFactory()
    data = {"organisation": company_a.pk}
    outcomes = at_once(*[lambda: run(MEMBERSHIP, None, "request", actor=person, data=data)] * 2)
    assert outcomes[0] in {"Invalid", "NotNow"}
    assert outcomes[1] == "ok"
    counts = (Membership.objects.count(), ClockRun.objects.count(), Entry.objects.count())
    assert counts == (1, 1, 1)


@pytest.mark.parametrize("other", ["decline", "leave"])
def test_a_request_is_answered_once(other: str, owner: Person, operator: Person, company_a: Organisation) -> None:
    """Accepted by one while another declines it, or while the person takes it back: whoever comes first."""
    person = PersonFactory()
    row = Membership.objects.get(
        pk=run(MEMBERSHIP, None, "request", actor=person, data={"organisation": company_a.pk}).object_id
    )
    actor = operator if other == "decline" else person
    outcomes = at_once(
        lambda: run(MEMBERSHIP, row.pk, "accept", actor=owner),
        lambda: run(MEMBERSHIP, row.pk, other, actor=actor, data={"reason": "不认识"}),
    )
    row.refresh_from_db()
    states = list(Entry.objects.filter(object_type="membership").order_by("seq").values_list("to_state", flat=True))
    assert states[-1] == row.state
    assert len(states) == 1 + outcomes.count("ok")
    assert not ClockRun.objects.filter(stopped_at=None).exists()


def test_one_code_is_registered_once(wuhan: Any) -> None:
    """Two colleagues who both register their company in the same minute."""
    names = ("辛酉试验真空设备有限公司", "辛酉试验真空设备（武汉）有限公司")
    data = {"kind": "company", "credit_code": credit_code(77), "node": "wuhan", "is_different": "on"}
    people = [PersonFactory(), PersonFactory()]
    outcomes = at_once(
        lambda: run(ORGANISATION, None, "create", actor=people[0], data=data | {"name": names[0]}),
        lambda: run(ORGANISATION, None, "create", actor=people[1], data=data | {"name": names[1]}),
    )
    assert outcomes[0] in {"Invalid", "NotNow"}
    assert outcomes[1] == "ok"
    assert (Organisation.objects.count(), Membership.objects.count(), Entry.objects.count()) == (1, 1, 2)


def test_verified_by_one_and_rejected_by_another(
    company_a: Organisation, operator: Person, centre_operator: Person
) -> None:
    Organisation.objects.update(state="unverified")
    words = {"code": "other", "reason": "查无此单位"}
    outcomes = at_once(
        lambda: run(ORGANISATION, company_a.pk, "verify", actor=operator, data={"note": "已核对"}),
        lambda: run(ORGANISATION, company_a.pk, "reject", actor=centre_operator, data=words),
    )
    company_a.refresh_from_db()
    entries = list(Entry.objects.order_by("seq").values_list("to_state", flat=True))
    assert outcomes in (["ok", "ok"], ["NotNow", "ok"])
    assert company_a.state == "rejected"
    assert entries in (["verified", "rejected"], ["rejected"])


def test_invited_twice_at_once_is_invited_once(owner: Person, colleague: Person, company_a: Organisation) -> None:
    Membership.objects.filter(person=colleague).update(role="admin")
    guest = PersonFactory(email="guest@example.test")
    data = {"email": guest.email}
    outcomes = at_once(
        lambda: run(ORGANISATION, company_a.pk, "invite", actor=owner, data=data),
        lambda: run(ORGANISATION, company_a.pk, "invite", actor=colleague, data=data),
    )
    assert outcomes.count("ok") >= 1
    assert Membership.objects.filter(person=guest).count() == 1
