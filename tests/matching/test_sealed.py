"""Who is behind a sealed need: everybody who may not know tries every surface, and none of them says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.grading import training_data
from keqiao.matching.models import Proposal
from keqiao.matching.workflow import GRADES, PROPOSALS
from keqiao.notices.models import Mail, Notice
from tests.matching.conftest import Make, record
from tests.personas import Personas

TITLE = "耐铯蒸气的窗口镀膜"
SEALED = {"organisation": int(Level.NDA), "contact": int(Level.NDA)}
OUTSIDERS = ("professor", "competitor", "other_operator", "stranger")
INSIDERS = ("owner", "manager", "auditor")


@pytest.fixture
def sealed_pair(make_need: Make, make_achievement: Make, market, indexed, manager, operator, sealed) -> Proposal:
    """A proposal of a sealed need to the professor, told to everybody who is to be told."""
    need = make_need(title=TITLE, manager=manager, levels=SEALED)
    achievement = make_achievement()
    record(need, "publish", before="triage")
    indexed()
    pair = {"need": need.pk, "achievement": achievement.pk}
    entry = run(PROPOSALS, None, "create", actor=manager, data=pair)
    run(GRADES, None, "create", actor=operator, data=pair | {"grade": 4})
    sealed()
    return Proposal.objects.get(pk=entry.object_id)


def surfaces(proposal: Proposal) -> list[str]:
    """Every address on which the need, the proposal or those behind them could be shown."""
    need, achievement, asker = proposal.need_id, proposal.achievement_id, proposal.asker_organisation
    assert asker is not None
    return [
        "/", "/needs/", f"/needs/{need}/", f"/needs/{need}/candidates/", f"/needs/{need}/alike/",
        f"/search/?q={TITLE}", f"/search/?q={asker.name}", f"/search/?q={proposal.asker.name}", "/search/?kind=need",
        f"/compare/?a={achievement}&need={need}", f"/achievements/{achievement}/",
        f"/organisations/{asker.pk}/", "/organisations/", "/people/", f"/people/{proposal.asker_id}/",
        "/proposals/", f"/proposals/{proposal.pk}/", f"/proposals/{proposal.pk}/accept/",
        f"/proposals/{proposal.pk}/decline/", f"/proposals/{proposal.pk}/sign_nda/",
        "/desk/", "/notices/", "/shortlist/", "/outbox/",
        "/api/v1/feed", "/api/v1/stats", "/api/v1/needs", f"/api/v1/needs/{need}", f"/api/v1/needs/{need}/candidates",
        f"/api/v1/search?q={TITLE}", f"/api/v1/search?q={asker.name}", "/api/v1/proposals",
        f"/api/v1/proposals/{proposal.pk}", "/api/v1/matches", "/api/v1/grades", "/api/v1/organisations",
        f"/api/v1/organisations/{asker.pk}",
    ]  # fmt: skip


def tells(body: str, proposal: Proposal) -> bool:
    """Whether something says both what is asked and who asks."""
    asker = proposal.asker_organisation
    assert asker is not None
    behind = (asker.name, proposal.asker.name, proposal.asker.email)
    return TITLE in body and any(name in body for name in behind)


def telling(client: Client, proposal: Proposal, actor: Any) -> set[str]:
    """The surfaces that tell this person who is behind the need."""
    if actor.is_authenticated:
        client.force_login(actor)
    found = set()
    for address in surfaces(proposal):
        response = client.get(address)
        assert response.status_code < 500, address
        body = response.content.decode()
        if address.startswith("/api/"):
            body = json.dumps(response.json(), ensure_ascii=False)
        if tells(body, proposal):
            found.add(address)
    return found


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_outside_finds_out_who_is_behind_a_sealed_need(
    client: Client, name: str, personas: Personas, sealed_pair: Proposal
) -> None:
    assert telling(client, sealed_pair, personas[name]) == set()


@pytest.mark.parametrize("name", INSIDERS)
def test_its_own_people_and_its_staff_know(
    client: Client, name: str, personas: Personas, sealed_pair: Proposal
) -> None:
    assert f"/needs/{sealed_pair.need_id}/" in telling(client, sealed_pair, personas[name])


def test_provider_learns_who_asks_by_signing_and_not_before(
    client: Client, sealed_pair: Proposal, owner, professor, personas: Personas, sealed
) -> None:
    steps: list[tuple[str, Any, dict[str, Any]]] = [
        ("accept", owner, {}), ("accept", professor, {}), ("sign_nda", professor, {"agree": "on"}),
    ]  # fmt: skip
    for verb, actor, data in steps:
        assert telling(client, sealed_pair, professor) == set()
        run(PROPOSALS, sealed_pair.pk, verb, actor=actor, data=data)
        sealed()
    known = telling(client, sealed_pair, professor)
    need, proposal = sealed_pair.need_id, sealed_pair.pk
    assert {f"/needs/{need}/", f"/proposals/{proposal}/", f"/api/v1/proposals/{proposal}"} <= known
    assert telling(client, sealed_pair, personas["competitor"]) == set()


def test_what_was_told_names_nobody(sealed_pair: Proposal, professor) -> None:
    assert {notice.person_id for notice in Notice.objects.filter(resource="proposals")} == {
        professor.pk, sealed_pair.asker_id,
    }  # fmt: skip
    for mail in Mail.objects.filter(person=professor):
        assert TITLE in mail.text
        assert not tells(mail.subject + mail.text + mail.html, sealed_pair)
    for notice in Notice.objects.filter(person=professor):
        assert not tells(f"{notice.title}{notice.reason}{TITLE}", sealed_pair)


def test_what_is_frozen_and_exported_names_nobody(sealed_pair: Proposal) -> None:
    exported = json.dumps(list(training_data()), ensure_ascii=False)
    assert TITLE in exported
    assert not tells(exported, sealed_pair)
    assert not tells(repr(sealed_pair.evidence) + TITLE, sealed_pair)
    assert not tells(repr(sealed_pair.content()) + TITLE, sealed_pair)


def test_asker_does_not_find_the_provider_in_what_the_proposal_says(
    client: Client, sealed_pair: Proposal, owner, university, professor
) -> None:
    client.force_login(owner)
    for address in ("/proposals/", f"/proposals/{sealed_pair.pk}/", f"/api/v1/proposals/{sealed_pair.pk}", "/desk/"):
        response = client.get(address)
        is_api = address.startswith("/api/")
        body = json.dumps(response.json(), ensure_ascii=False) if is_api else response.content.decode()
        assert TITLE in body
        assert university.name not in body
        assert professor.name not in body


def test_sealing_a_need_later_hides_who_asks_at_once(client: Client, sealed_pair: Proposal, competitor) -> None:
    """The index may be a moment behind: pages read the row."""
    Need.objects.filter(pk=sealed_pair.need_id).update(levels={})
    need = f"/needs/{sealed_pair.need_id}/"
    assert need in telling(client, sealed_pair, competitor)
    Need.objects.filter(pk=sealed_pair.need_id).update(levels=SEALED)
    assert telling(client, sealed_pair, competitor) == set()
