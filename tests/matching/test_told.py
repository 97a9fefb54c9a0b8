"""Who is told of a step of a proposal, on the site and by mail, and who is not; answers that come late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from keqiao.exchange.models import Achievement, Need, NonDisclosure
from keqiao.kernel import clocks, deadlines
from keqiao.kernel.access import SYSTEM, Invalid, NotAllowed, NotVisible
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.models import Match, Proposal
from keqiao.matching.reverse import match_achievement
from keqiao.matching.workflow import MATCHES, PROPOSALS
from keqiao.notices import reminders
from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Membership, Organisation, Person
from tests.factories import MembershipFactory, PersonFactory
from tests.matching.conftest import Make, record
from tests.personas import Personas, fresh

SEALED = {"organisation": int(Level.NDA), "contact": int(Level.NDA)}


@pytest.fixture
def pair(make_need: Make, make_achievement: Make, market: Any, indexed: Any, manager: Person) -> dict[str, int]:
    need, achievement = make_need(manager=manager), make_achievement()
    indexed()
    return {"need": need.pk, "achievement": achievement.pk}


@pytest.fixture
def proposal(pair: dict[str, int], manager: Person) -> Proposal:
    return Proposal.objects.get(pk=run(PROPOSALS, None, "create", actor=manager, data=pair).object_id)


def told(verb: str, personas: Personas) -> set[str]:
    """Who has a notice of the verb; each has exactly one, and a mail with it."""
    names = {person.pk: name for name, person in personas.items()}
    rows = list(Notice.objects.filter(verb=verb, resource="proposals").values_list("person", flat=True))
    mails = Mail.objects.filter(entry__verb=verb, entry__object_type="proposal")
    assert sorted(mails.values_list("person", flat=True)) == sorted(rows)
    assert len(rows) == len(set(rows))
    return {names[pk] for pk in rows}


WAY: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("create", "manager", {}, {"owner", "professor"}),
    ("create", "operator", {}, {"owner", "professor"}),
    ("create", "owner", {}, {"professor"}),
    ("interested", "owner", {}, {"professor", "manager"}),
]


@pytest.mark.parametrize(("verb", "by", "data", "who"), WAY, ids=[f"{verb}-{by}" for verb, by, _d, _w in WAY])
def test_beginning_tells_the_sides(
    verb: str, by: str, data: dict[str, Any], who: set[str], pair: dict[str, int], personas: Personas, sealed: Any
) -> None:
    run(PROPOSALS, None, verb, actor=personas[by], data=pair | data)
    sealed()
    assert told(verb, personas) == who


STEPS: list[tuple[list[str], str, str, dict[str, Any], set[str]]] = [
    ([], "accept", "owner", {}, {"professor", "manager"}),
    ([], "accept", "professor", {}, {"owner", "manager"}),
    ([], "decline", "owner", {"code": "cost", "reason": "超出预算。"}, {"professor", "manager"}),
    ([], "decline", "professor", {"code": "cost", "reason": "排满了。"}, {"owner", "manager"}),
    (["owner", "professor"], "decline", "owner", {"code": "cost", "reason": "计划取消。"}, {"professor", "manager"}),
    ([], "withdraw", "manager", {"reason": "提错了。"}, {"owner", "professor"}),
    ([], "withdraw", "operator", {"reason": "重复了。"}, {"owner", "professor", "manager"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "verb", "by", "data", "who"), STEPS, ids=[f"{len(b)}-{verb}-{by}" for b, verb, by, _d, _w in STEPS]
)
def test_each_step_tells_the_others(
    before: list[str], verb: str, by: str, data: dict[str, Any], who: set[str],
    proposal: Proposal, personas: Personas, sealed: Any,
) -> None:  # fmt: skip
    for name in before:
        run(PROPOSALS, proposal.pk, "accept", actor=personas[name])
    sealed()
    Notice.objects.all().delete()
    run(PROPOSALS, proposal.pk, verb, actor=personas[by], data=data)
    sealed()
    assert told(verb, personas) == who
    for notice in Notice.objects.all():
        assert notice.reason == data.get("reason", "")
        assert notice.url == f"/proposals/{proposal.pk}/"


def test_for_a_contact_who_left_the_administrator_is_told(
    proposal: Proposal, professor: Person, university: Organisation, owner: Person, sealed: Any
) -> None:
    dean = PersonFactory(name="院长")
    MembershipFactory(person=dean, organisation=university, role="admin")
    Membership.objects.filter(person=professor).update(state="left")
    sealed()
    Notice.objects.all().delete()
    run(PROPOSALS, proposal.pk, "accept", actor=owner)
    sealed()
    people = set(Notice.objects.filter(verb="accept").values_list("person", flat=True))
    assert (dean.pk in people, professor.pk in people) == (True, False)
    with pytest.raises((NotAllowed, NotVisible)):
        run(PROPOSALS, proposal.pk, "accept", actor=fresh(professor))
    assert run(PROPOSALS, proposal.pk, "accept", actor=dean).to_state == "agreed"


@pytest.mark.parametrize(
    ("table", "state"), [("need", "withdrawn"), ("need", "taken_down"), ("achievement", "taken_down")]
)
def test_the_end_by_itself_tells_everybody(
    table: str, state: str, proposal: Proposal, personas: Personas, sealed: Any
) -> None:
    row = getattr(proposal, table)
    before, row.state = row.state, state
    record(row, "leave", before=before)
    sealed()
    sealed()
    assert told("close", personas) == {"owner", "professor", "manager"}
    assert all(notice.reason for notice in Notice.objects.filter(verb="close"))


def test_a_deadline_that_passes_answers_those_who_wait(
    pair: dict[str, int], proposal: Proposal, personas: Personas, sealed: Any
) -> None:
    """The need expires by itself; who was proposed for it reads so, and no clock goes on."""
    Need.objects.update(deadline=timezone.now() - timedelta(hours=1))
    assert deadlines.run_due() == 1
    sealed()
    sealed()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decline_text) == ("declined", "这项需求已到截止时间。")
    assert not ClockRun.objects.filter(stopped_at=None).exists()
    assert told("close", personas) == {"owner", "professor", "manager"}


# ---- late -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_yes", "reminded"),
    [([], {"owner", "professor", "manager"}), (["owner"], {"professor", "manager"}),
     (["professor"], {"owner", "manager"})],
)  # fmt: skip
def test_those_who_have_not_answered_are_reminded_once(
    said_yes: list[str], reminded: set[str], proposal: Proposal, personas: Personas
) -> None:
    for name in said_yes:
        run(PROPOSALS, proposal.pk, "accept", actor=personas[name])
    clock = clocks.running(proposal).get()
    assert reminders.remind_all(clock.due_at - timedelta(minutes=30)) == 1
    assert reminders.remind_all(clock.due_at + timedelta(days=3)) == 0
    pks = {personas[name].pk for name in reminded}
    assert set(Notice.objects.filter(clock="proposal_answer").values_list("person", flat=True)) == pks
    assert Mail.objects.count() == len(pks)


def test_a_late_answer_stands_out_and_still_counts(client: Client, proposal: Proposal, owner: Person) -> None:
    client.force_login(owner)
    on_time = client.get("/proposals/").content.decode()
    ClockRun.objects.update(due_at=timezone.now() - timedelta(days=2))
    late = client.get("/proposals/").content.decode()
    assert ("超" in late, on_time == late) == (True, False)
    client.post(f"/proposals/{proposal.pk}/accept/")
    proposal.refresh_from_db()
    assert proposal.state == "accepted_by_need"


def test_the_clock_runs_on_until_both_have_answered(proposal: Proposal, owner: Person, professor: Person) -> None:
    due = clocks.running(proposal).get().due_at
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        run(PROPOSALS, proposal.pk, "accept", actor=owner)
        assert clocks.running(proposal).get().due_at == due
        run(PROPOSALS, proposal.pk, "accept", actor=professor)
        assert not clocks.running(proposal).exists()


# ---- experts ----------------------------------------------------------------------------------------------------


def propose_person(need: Need, person: Person, actor: Any) -> Proposal:
    pair = {"need": need.pk, "person": person.pk}
    return Proposal.objects.get(pk=run(PROPOSALS, None, "create", actor=actor, data=pair).object_id)


def test_an_expert_signs_for_themselves(
    make_need: Make, owner: Person, operator: Person, professor: Person, university: Organisation
) -> None:
    """The agreement binds the person: it opens the need to nobody else of the house."""
    neighbour = PersonFactory(name="隔壁教授")
    MembershipFactory(person=neighbour, organisation=university)
    proposal = propose_person(make_need(levels=SEALED), professor, operator)
    for person in (owner, professor):
        run(PROPOSALS, proposal.pk, "accept", actor=person)
    run(PROPOSALS, proposal.pk, "sign_nda", actor=professor, data={"agree": "on"})
    signed = NonDisclosure.objects.get()
    assert (signed.person, signed.organisation) == (professor, None)
    need = Need.objects.get()
    assert str(need.seen_by(fresh(professor)).organisation) == "甲辰试验光电有限公司"
    assert not need.seen_by(neighbour).organisation
    assert not Proposal.objects.visible_to(neighbour).exists()


def test_a_colleague_of_the_asker_is_no_expert_from_outside(
    make_need: Make, colleague: Person, operator: Person, owner: Person
) -> None:
    """The same house on both sides needs nobody to bring it together."""
    Person.objects.filter(pk=colleague.pk).update(is_listed=True)
    need = make_need()
    for verb, actor in (("create", operator), ("interested", owner)):
        with pytest.raises(Invalid) as refusal:
            run(PROPOSALS, None, verb, actor=actor, data={"need": need.pk, "person": colleague.pk})
        assert refusal.value.errors == {"person": ["请选择其他单位的成果或人才。"]}
    assert (Proposal.objects.count(), Entry.objects.count()) == (0, 0)


def test_the_asker_is_not_proposed_to_themselves(make_need: Make, owner: Person, operator: Person) -> None:
    Person.objects.filter(pk=owner.pk).update(is_listed=True)
    with pytest.raises(Invalid) as refusal:
        propose_person(make_need(), owner, operator)
    assert list(refusal.value.errors) == ["person"]


def test_an_expert_who_is_talked_to_already_is_named_as_such(
    make_need: Make, professor: Person, operator: Person
) -> None:
    need = make_need()
    propose_person(need, professor, operator)
    with pytest.raises(Invalid) as refusal:
        propose_person(need, professor, operator)
    assert list(refusal.value.errors) == ["person"]
    assert Proposal.objects.count() == 1
    assert propose_person(make_need(title="另一项"), professor, operator).state == "proposed"


@pytest.mark.parametrize("how", ["unlisted", "closed"])
def test_only_listed_people_are_proposed(how: str, make_need: Make, professor: Person, operator: Person) -> None:
    Person.objects.filter(pk=professor.pk).update(**{"is_listed": False} if how == "unlisted" else {"is_active": False})
    with pytest.raises(Invalid) as refusal:
        propose_person(make_need(), professor, operator)
    assert refusal.value.errors == {"person": ["没有这个人，或者没有在人才目录中公开。"]}
    assert Proposal.objects.count() == 0


def test_one_of_both_is_offered_and_only_one(
    make_need: Make, make_achievement: Make, professor: Person, operator: Person
) -> None:
    need, achievement = make_need(), make_achievement()
    for offer in ({}, {"achievement": achievement.pk, "person": professor.pk}):
        with pytest.raises(Invalid) as refusal:
            run(PROPOSALS, None, "create", actor=operator, data={"need": need.pk, **offer})
        assert refusal.value.errors == {"achievement": ["请在成果和人才中选择一项，而且只选一项。"]}
    assert Proposal.objects.count() == 0


# ---- a match that came too late -----------------------------------------------------------------------------------


@pytest.fixture
def match(pair: dict[str, int]) -> Match:
    match_achievement(pair["achievement"])
    return Match.objects.get()


@pytest.mark.parametrize(
    ("table", "state"), [("need", "withdrawn"), ("need", "in_project"), ("achievement", "withdrawn")]
)
@pytest.mark.parametrize("name", ["owner", "manager"])
def test_a_match_whose_other_half_is_gone_is_not_taken(
    name: str, table: str, state: str, match: Match, personas: Personas
) -> None:
    model = Need if table == "need" else Achievement
    model.objects.filter(pk=getattr(match, f"{table}_id")).update(state=state)
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as refusal:
        run(MATCHES, match.pk, "take", actor=personas[name])
    assert list(refusal.value.errors) == [table]
    match.refresh_from_db()
    assert (match.state, Proposal.objects.count(), Entry.objects.count()) == ("found", 0, entries)


def test_a_match_already_talked_about_is_not_taken_again(
    match: Match, pair: dict[str, int], owner: Person, manager: Person
) -> None:
    run(PROPOSALS, None, "create", actor=manager, data=pair)
    with pytest.raises(Invalid):
        run(MATCHES, match.pk, "take", actor=owner)
    assert (Match.objects.get().state, Proposal.objects.count()) == ("found", 1)


def test_what_was_set_aside_is_not_found_again(match: Match, owner: Person, sealed: Any) -> None:
    run(MATCHES, match.pk, "dismiss", actor=owner, data={"code": "cost", "reason": "太贵"})
    assert match_achievement(match.achievement_id) == 0
    assert (Match.objects.count(), Match.objects.get().state) == (1, "dismissed")


@pytest.mark.parametrize("code", ["", "nonsense"])
def test_setting_aside_wants_a_reason_from_the_list(
    code: str, client: Client, pair: dict[str, int], owner: Person
) -> None:
    client.force_login(owner)
    answer = client.post(f"/needs/{pair['need']}/set-aside/", {"achievement": pair["achievement"], "code": code})
    assert answer.status_code == 422
    assert (Match.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("name", "status"),
    [("competitor", 403), ("professor", 403), ("other_operator", 403), ("auditor", 403), ("stranger", 302)],
)
def test_the_buttons_of_the_panel_refuse_others(
    name: str, status: int, client: Client, pair: dict[str, int], personas: Personas
) -> None:
    if personas[name].is_authenticated:
        client.force_login(personas[name])  # type: ignore[arg-type]
    data = {"achievement": pair["achievement"], "code": "cost", "grade": "4"}
    for path in ("propose", "set-aside", "grade"):
        assert client.post(f"/needs/{pair['need']}/{path}/", data).status_code == status
    assert (Proposal.objects.count(), Match.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_project_is_opened_by_the_platform_alone(proposal: Proposal, personas: Personas) -> None:
    for name in ("owner", "professor"):
        run(PROPOSALS, proposal.pk, "accept", actor=personas[name])
    for name, person in personas.items():
        if name != "stranger":
            with pytest.raises((NotAllowed, NotVisible)):
                run(PROPOSALS, proposal.pk, "open_project", actor=person)
    assert Proposal.objects.get().state == "agreed"
    assert run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM).to_state == "in_project"
