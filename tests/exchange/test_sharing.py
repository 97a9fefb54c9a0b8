"""Sharing a record with other nodes: only with the owner's consent, which can be taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel.access import Invalid
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.parties.models import Consent, Person
from tests.factories import NodeFactory
from tests.personas import Personas


def clearance(need: Need, person: Person) -> int:
    return Need.objects.get(pk=need.pk).clearance(person)


def test_another_node_sees_staff_fields_only_after_consent(
    open_need: Need, owner: Person, other_operator: Person
) -> None:
    assert clearance(open_need, other_operator) == Level.REGISTERED
    run(NEED, open_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    assert clearance(open_need, other_operator) == Level.STAFF
    consent = Consent.objects.get()
    assert (consent.person_id, consent.purpose, consent.object_id) == (owner.pk, "share", open_need.pk)
    assert "yichang" in consent.wording
    assert "随时收回" in consent.wording


@pytest.mark.parametrize(
    "data",
    [
        {"nodes": ["yichang"]},
        {"consent": True},
        {"nodes": ["no-such"], "consent": True},
        {"nodes": ["wuhan"], "consent": True},
    ],
)
def test_sharing_without_consent_or_nodes_changes_nothing(
    open_need: Need, owner: Person, other_operator: Person, data: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        run(NEED, open_need.pk, "share", actor=owner, data=data)
    assert clearance(open_need, other_operator) == Level.REGISTERED
    assert not Consent.objects.exists()


def test_staff_asks_and_the_owner_agrees(
    open_need: Need, owner: Person, operator: Person, other_operator: Person
) -> None:
    asked = {"nodes": ["yichang"], "reason": "宜昌有对口的涂层团队。"}
    run(NEED, open_need.pk, "ask_to_share", actor=operator, data=asked)
    row = Need.objects.get(pk=open_need.pk)
    assert (row.share_asked, row.shared_with) == (["yichang"], [])
    assert clearance(open_need, other_operator) == Level.REGISTERED
    run(NEED, open_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    row.refresh_from_db()
    assert (row.share_asked, row.shared_with) == ([], ["yichang"])


def test_the_owner_may_say_no(open_need: Need, owner: Person, operator: Person) -> None:
    with pytest.raises(Invalid, match="缺少必要内容"):
        run(NEED, open_need.pk, "refuse_share", actor=owner)
    run(NEED, open_need.pk, "ask_to_share", actor=operator, data={"nodes": ["hubei"], "reason": "省级专题"})
    run(NEED, open_need.pk, "refuse_share", actor=owner)
    assert Need.objects.get(pk=open_need.pk).share_asked == []


def test_consent_can_be_taken_back(open_need: Need, owner: Person, other_operator: Person) -> None:
    run(NEED, open_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    run(NEED, open_need.pk, "unshare", actor=owner)
    assert clearance(open_need, other_operator) == Level.REGISTERED
    assert Consent.objects.get().withdrawn_at is not None


def test_a_sealed_need_in_triage_can_be_shared_before_it_is_public(
    triage_need: Need, owner: Person, other_operator: Person
) -> None:
    assert clearance(triage_need, other_operator) == -1
    run(NEED, triage_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    assert clearance(triage_need, other_operator) == Level.STAFF


@pytest.mark.parametrize("name", ["other_operator", "auditor"])
def test_who_sees_all_of_a_need_sees_its_candidates_without_buttons(
    client: Client, open_need: Need, owner: Person, personas: Personas, name: str
) -> None:
    run(NEED, open_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    client.force_login(personas[name])  # type: ignore[arg-type]
    panel = f"{open_need.get_absolute_url()}candidates/"
    assert panel in client.get(open_need.get_absolute_url()).content.decode()
    shown = client.get(panel)
    assert (shown.status_code, "<form" in shown.content.decode()) == (200, False)
    entries = Entry.objects.count()
    for verb in ("propose", "set-aside", "grade"):
        assert client.post(f"{open_need.get_absolute_url()}{verb}/", {"achievement": "1"}).status_code in (403, 404)
    assert Entry.objects.count() == entries


def test_candidates_close_again_when_the_consent_is_taken_back(
    client: Client, open_need: Need, owner: Person, other_operator: Person
) -> None:
    run(NEED, open_need.pk, "share", actor=owner, data={"nodes": ["yichang"], "consent": True})
    run(NEED, open_need.pk, "unshare", actor=owner)
    client.force_login(other_operator)
    panel = f"{open_need.get_absolute_url()}candidates/"
    assert panel not in client.get(open_need.get_absolute_url()).content.decode()
    assert client.get(panel).status_code == 403


def test_the_form_offers_other_nodes_than_the_own_that_are_open(
    client: Client, open_need: Need, owner: Person, other_operator: Person
) -> None:
    NodeFactory(code="enshi", state="closed")
    client.force_login(owner)
    form = client.get(f"{open_need.get_absolute_url()}share/").context["form"]
    assert [node.code for node in form.fields["nodes"].queryset] == ["hubei", "yichang"]
