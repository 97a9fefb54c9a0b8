"""Organisations: registered, corrected, verified, rejected; who may, and what a refusal leaves untouched."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from keqiao.kernel import clocks
from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.journal import history
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.workflow import ORGANISATION
from tests.factories import OrganisationFactory, PersonFactory, PostFactory, credit_code
from tests.personas import Personas, fresh

pytestmark = pytest.mark.django_db


def registration(**changes: Any) -> dict[str, Any]:
    data = {"name": "辛酉试验真空设备有限公司", "kind": "company", "credit_code": credit_code(501), "node": "wuhan"}
    return data | {"position": "总工程师"} | changes


def create(actor: Any, **changes: Any) -> Organisation:
    return Organisation.objects.get(
        pk=run(ORGANISATION, None, "create", actor=actor, data=registration(**changes)).object_id
    )


@pytest.fixture
def waiting(company_a: Organisation) -> Organisation:
    """Company A before it was verified."""
    Organisation.objects.filter(pk=company_a.pk).update(state="unverified")
    company_a.refresh_from_db()
    return company_a


def test_create_makes_the_person_administrator_and_starts_the_clock(wuhan: Any) -> None:
    person = PersonFactory()
    organisation = create(person)
    membership = Membership.objects.get()
    assert (membership.person, membership.organisation) == (person, organisation)
    assert (membership.role, membership.state, membership.position) == ("admin", "active", "总工程师")
    assert person.standing.administers == {organisation.pk}
    assert [run.name for run in clocks.running(organisation)] == ["verification"]
    assert [(e.object_type, e.verb, e.actor_id) for e in Entry.objects.order_by("seq")] == [
        ("membership", "admit", None),
        ("organisation", "create", person.pk),
    ]


def test_create_takes_the_code_as_typed(wuhan: Any) -> None:
    right = credit_code(501)
    typed = right.translate(str.maketrans("0123456789", "０１２３４５６７８９")).lower()
    organisation = create(PersonFactory(), credit_code=f" {typed[:6]} {typed[6:]} ")
    assert (organisation.credit_code, organisation.region) == (right, "990000")


def test_create_with_wrong_code_names_the_field_and_writes_nothing(wuhan: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        create(PersonFactory(), credit_code="9142010O")
    assert set(refusal.value.errors) == {"credit_code"}
    assert (Organisation.objects.count(), Membership.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_create_with_known_code_says_to_join_instead(company_a: Organisation) -> None:
    with pytest.raises(Invalid) as refusal:
        create(PersonFactory(), credit_code=company_a.credit_code)
    assert refusal.value.errors["credit_code"] == [
        "这个代码已经登记为“甲辰试验光电有限公司”。请找到这家单位，申请加入。"
    ]
    assert Organisation.objects.count() == 1


def test_create_with_code_of_rejected_organisation_does_not_name_it(company_a: Organisation) -> None:
    Organisation.objects.update(state="rejected")
    with pytest.raises(Invalid) as refusal:
        create(PersonFactory(), credit_code=company_a.credit_code)
    assert refusal.value.errors["credit_code"] == ["这个代码已经登记，但核验没有通过。请联系平台运营人员。"]


def test_create_with_look_alike_name_asks_once_and_keeps_the_answer(company_a: Organisation) -> None:
    person, name = PersonFactory(), "甲晨试验光电（武汉）有限公司"
    with pytest.raises(Invalid) as refusal:
        create(person, name=name)
    assert refusal.value.errors == {
        "is_different": ["与已登记的“甲辰试验光电有限公司”名称相近。如果就是它，请申请加入；确实不是，请勾选后再提交。"]
    }
    organisation = create(person, name=name, is_different="on")
    assert history(organisation).get().changes["extra"] == {"confirmed_different": True}


def test_create_without_code_is_possible(wuhan: Any) -> None:
    first, second = (
        create(PersonFactory(), credit_code=""),
        create(PersonFactory(), name="壬戌农业合作社", credit_code=""),
    )
    assert (first.credit_code, second.credit_code, first.state) == ("", "", "unverified")


def test_create_by_stranger_is_refused(wuhan: Any, personas: Personas) -> None:
    before = Organisation.objects.count()
    with pytest.raises(NotAllowed):
        create(personas["stranger"])
    assert Organisation.objects.count() == before


@pytest.mark.parametrize("length", [121, 10_000_000])
def test_create_with_endless_name_is_refused(wuhan: Any, length: int) -> None:
    with pytest.raises(Invalid) as refusal:
        create(PersonFactory(), name="长" * length)
    assert "name" in refusal.value.errors


def test_same_key_registers_once(wuhan: Any) -> None:
    person = PersonFactory()
    for _n in range(2):
        run(ORGANISATION, None, "create", actor=person, data=registration(), key="one")
    assert (Organisation.objects.count(), Membership.objects.count()) == (1, 1)


def test_verify_stops_the_clock(operator: Person, wuhan: Any) -> None:
    organisation = create(PersonFactory())
    run(ORGANISATION, organisation.pk, "verify", actor=operator, data={"note": "已与登记信息核对"})
    organisation.refresh_from_db()
    assert (organisation.state, organisation.verification_note) == ("verified", "已与登记信息核对")
    assert organisation.verified_at is not None
    assert clocks.running(organisation).count() == 0


def test_verify_without_code_needs_a_ground(waiting: Organisation, operator: Person) -> None:
    Organisation.objects.update(credit_code="")
    with pytest.raises(Invalid) as refusal:
        run(ORGANISATION, waiting.pk, "verify", actor=operator, data={})
    assert refusal.value.errors == {"note": ["这家单位没有填写统一社会信用代码，请写明凭什么核验通过。"]}
    run(ORGANISATION, waiting.pk, "verify", actor=operator, data={"note": "境外注册证书"})


@pytest.mark.parametrize("verb", ["verify", "reject"])
def test_verification_is_for_operators_of_the_node_and_its_refusal_changes_nothing(
    waiting: Organisation, personas: Personas, verb: str
) -> None:
    data = {"code": "other", "reason": "无法核实"}
    before = Organisation.objects.values().get(pk=waiting.pk)
    for name, person in personas.items():
        if name in {"operator", "centre_operator"}:
            assert ORGANISATION.may(waiting, verb, person)
            continue
        with pytest.raises(NotAllowed):
            run(ORGANISATION, waiting.pk, verb, actor=person, data=data)
    assert Organisation.objects.values().get(pk=waiting.pk) == before
    assert history(waiting).count() == 0


def test_rejected_organisation_is_corrected_and_waits_again(
    company_a: Organisation, owner: Person, operator: Person
) -> None:
    run(ORGANISATION, company_a.pk, "reject", actor=operator, data={"code": "name_mismatch", "reason": "少了两字"})
    company_a.refresh_from_db()
    assert company_a.seen_by(owner).verification_note == "少了两字"
    data = registration(name="甲辰试验光电技术有限公司", credit_code=company_a.credit_code)
    run(ORGANISATION, company_a.pk, "correct", actor=owner, data=data)
    company_a.refresh_from_db()
    assert (company_a.state, company_a.name_key) == ("unverified", "甲辰试验光电技术")
    assert [run.name for run in clocks.running(company_a)] == ["verification"]


def test_verify_twice_says_the_state(company_a: Organisation, operator: Person) -> None:
    with pytest.raises(NotNow) as refusal:
        run(ORGANISATION, company_a.pk, "verify", actor=operator, data={"note": "x"})
    assert refusal.value.detail == "当前状态是“已核验”，不能执行“核验通过”。"


@pytest.mark.parametrize(
    ("verb", "may"),
    [
        ("save", {"owner", "operator", "centre_operator"}),
        ("invite", {"owner"}),
        ("correct", {"owner"}),
        ("reject", {"operator", "centre_operator"}),
    ],
)
def test_who_may_change_an_organisation(company_a: Organisation, personas: Personas, verb: str, may: set[str]) -> None:
    assert {name for name, person in personas.items() if ORGANISATION.may(company_a, verb, person)} == may


def test_profile_is_saved_without_new_verification(company_a: Organisation, owner: Person) -> None:
    data = {
        "name_en": "Jiachen Optics",
        "industry": "C",
        "size": "small",
        "website": "jiachen.example",
        "introduction": "做红外镀膜 🙂",
    }
    run(ORGANISATION, company_a.pk, "save", actor=owner, data=data)
    company_a.refresh_from_db()
    assert (company_a.state, company_a.website) == ("verified", "https://jiachen.example")
    assert (company_a.industry_label, company_a.size_label) == ("制造业", "20–299 人")
    assert "jiachen optics" in company_a.search_text


def test_visibility_of_a_verified_organisation(company_a: Organisation, personas: Personas) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(verification_note="内部依据")
    seen = {name: company_a.seen_by(person) for name, person in personas.items()}
    company_a.refresh_from_db()
    sees_code = {name for name, person in personas.items() if company_a.seen_by(person).credit_code}
    sees_note = {name for name, person in personas.items() if company_a.seen_by(person).verification_note}
    assert sees_code == set(personas) - {"stranger"}
    assert sees_note == {"owner", "colleague", "operator", "centre_operator", "auditor"}
    assert {str(row.name) for row in seen.values()} == {"甲辰试验光电有限公司"}


def test_rejected_organisation_is_known_to_its_people_and_staff_only(
    company_a: Organisation, personas: Personas
) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(state="rejected")
    knows = {
        name for name, person in personas.items() if Organisation.objects.visible_to(person).filter(pk=company_a.pk)
    }
    assert knows == {"owner", "colleague", "operator", "centre_operator", "auditor"}
    with pytest.raises(NotVisible):
        run(ORGANISATION, company_a.pk, "save", actor=personas["competitor"], data={})


def test_invite_of_known_person_makes_an_invitation(company_a: Organisation, owner: Person) -> None:
    invited = PersonFactory(email="known@example.test")
    for _n in range(2):
        run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": "Known@Example.test", "position": "顾问"})
    membership = Membership.objects.get(person=invited)
    assert (membership.state, membership.role, membership.position) == ("invited", "member", "顾问")
    assert mail.outbox == []


def test_invite_of_unknown_address_answers_the_same_and_sends_a_link(
    company_a: Organisation, owner: Person, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://bridge.example.test"
    PersonFactory(email="known@example.test")
    known = run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": "known@example.test"})
    unknown = run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": "nobody@example.test"})
    assert known.changes == unknown.changes == {}
    (message,) = mail.outbox
    assert message.to == ["nobody@example.test"]
    assert message.subject == "林工邀请您加入甲辰试验光电有限公司"
    assert "https://bridge.example.test/invitations/" in message.body


def test_standing_follows_memberships_and_posts(company_a: Organisation, wuhan: Any) -> None:
    person = PersonFactory()
    assert not person.standing.is_staff
    PostFactory(person=person, node=wuhan)
    assert not person.standing.is_staff  # kept for the request
    assert fresh(person).standing.operates == {"wuhan"}
    assert fresh(person).standing.sees_node("wuhan")
    assert not fresh(person).standing.sees_node("yichang")


def test_derive_fills_what_bulk_loading_leaves_empty(wuhan: Any) -> None:
    row = Organisation(name="癸亥试验（宜昌）公司", kind="company", node=wuhan)
    row.derive()
    Organisation.objects.bulk_create([row])
    found = Organisation.objects.get()
    assert (found.name_key, found.sound_key) == ("癸亥试验", "guihaishiyan")
    assert OrganisationFactory(name="癸亥试验公司").name_key == found.name_key
