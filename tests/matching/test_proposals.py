"""Proposals: who may, what each side sees and when, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.exchange.models import Need, NonDisclosure, Solution
from keqiao.kernel import clocks, journal
from keqiao.kernel.access import SYSTEM, Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.board import track
from keqiao.matching.models import Proposal
from keqiao.matching.turn import turn_of
from keqiao.matching.workflow import PROPOSALS
from keqiao.parties.models import Person
from tests.matching.conftest import Make, record
from tests.personas import Personas

SEALED = {"organisation": int(Level.NDA), "contact": int(Level.NDA)}


@pytest.fixture
def propose(make_need: Make, make_achievement: Make, market, indexed, manager: Person) -> Make:
    """A proposal by the manager of a need."""

    def make(*, sealed: bool = False, by: Person = manager, **values: Any) -> Proposal:
        need = make_need(**{"manager": manager, "levels": SEALED if sealed else {}, **values})
        achievement = make_achievement()
        indexed()
        entry = run(PROPOSALS, None, "create", actor=by, data={"need": need.pk, "achievement": achievement.pk})
        return Proposal.objects.get(pk=entry.object_id)

    return make


def state(proposal: Proposal) -> str:
    return str(Proposal.objects.get(pk=proposal.pk).state)


def do(proposal: Proposal, verb: str, actor: Any, **data: Any) -> Entry:
    return run(PROPOSALS, proposal.pk, verb, actor=actor, data=data)


def test_a_proposal_keeps_its_evidence(propose: Make, manager, owner, professor, company_a, university) -> None:
    proposal = propose()
    assert (proposal.state, proposal.proposed_by, proposal.manager) == ("proposed", manager, manager)
    assert (proposal.asker, proposal.asker_organisation) == (owner, company_a)
    assert (proposal.provider, proposal.provider_organisation) == (professor, university)
    assert proposal.score == proposal.evidence["score"] > 0.2
    [check] = proposal.evidence["checks"]
    assert (check["target"]["name"], check["verdict"]) == ("吸光率", "met")
    assert versions_of(proposal).count() == 1
    assert [run.name for run in clocks.running(proposal)] == ["proposal_answer"]


@pytest.mark.parametrize("first", ["owner", "professor"])
def test_both_say_yes_in_any_order(first: str, propose: Make, personas: Personas) -> None:
    proposal = propose()
    second = "professor" if first == "owner" else "owner"
    do(proposal, "accept", personas[first])
    assert state(proposal) == {"owner": "accepted_by_need", "professor": "accepted_by_offer"}[first]
    with pytest.raises(NotNow):
        do(proposal, "accept", personas[first])
    do(proposal, "accept", personas[second])
    agreed = Proposal.objects.get(pk=proposal.pk)
    assert (agreed.state, agreed.agreed_at is not None, agreed.is_ready_for_project) == ("agreed", True, True)
    assert journal.history(agreed.need).get().verb == "receive_answer"
    assert not clocks.running(agreed).exists()


def test_the_side_that_asks_is_interested(make_need: Make, make_achievement: Make, indexed, owner, manager) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    pair = {"need": need.pk, "achievement": achievement.pk}
    entry = run(PROPOSALS, None, "interested", actor=owner, data=pair)
    proposal = Proposal.objects.get(pk=entry.object_id)
    assert (entry.from_state, proposal.state, proposal.asker_accepted_at is not None) == ("", "accepted_by_need", True)
    with pytest.raises(Invalid, match="已经在对接中"):
        run(PROPOSALS, None, "interested", actor=owner, data=pair)
    assert Proposal.objects.count() == 1


MAY_PROPOSE = {"owner": "create", "manager": "create", "operator": "create", "centre_operator": "create"}


@pytest.mark.parametrize("verb", ["create", "interested"])
@pytest.mark.parametrize("name", ["colleague", "competitor", "professor", "other_operator", "auditor", "stranger"])
def test_others_may_not_propose(
    name: str, verb: str, personas: Personas, make_need: Make, make_achievement: Make, indexed
) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    with pytest.raises(NotAllowed):
        run(PROPOSALS, None, verb, actor=personas[name], data={"need": need.pk, "achievement": achievement.pk})
    assert Proposal.objects.count() == 0
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("name", MAY_PROPOSE)
def test_who_may_propose(name: str, propose: Make, personas: Personas) -> None:
    assert propose(by=personas[name]).state == "proposed"


def test_staff_are_not_interested_for_others(make_need: Make, make_achievement: Make, indexed, operator) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    with pytest.raises(NotAllowed):
        run(PROPOSALS, None, "interested", actor=operator, data={"need": need.pk, "achievement": achievement.pk})
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"achievement": ""}, "achievement"),
        ({"achievement": "999999"}, "achievement"),
        ({"need": "999999"}, "need"),
        ({"need": "涂层"}, "need"),
        ({"need": ""}, "need"),
        ({"note": "长" * 2001}, "note"),
    ],
)
def test_bad_input_names_the_field(
    values: dict[str, str], field: str, make_need: Make, make_achievement: Make, indexed, operator
) -> None:
    pair = {"need": make_need().pk, "achievement": make_achievement().pk}
    with pytest.raises(Invalid) as refusal:
        run(PROPOSALS, None, "create", actor=operator, data=pair | values)
    assert list(refusal.value.errors) == [field]
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("closed", ["draft", "triage", "in_project", "withdrawn", "expired"])
def test_only_open_needs_are_proposed(closed: str, make_need: Make, make_achievement: Make, operator) -> None:
    pair = {"need": make_need(state=closed).pk, "achievement": make_achievement().pk}
    with pytest.raises(Invalid) as refusal:
        run(PROPOSALS, None, "create", actor=operator, data=pair)
    assert "need" in refusal.value.errors


def test_one_side_is_not_proposed_to_itself(
    make_need: Make, make_achievement: Make, owner, company_a, operator
) -> None:
    own = make_achievement(contact=owner, organisation=company_a)
    with pytest.raises(Invalid, match="同一方"):
        run(PROPOSALS, None, "create", actor=operator, data={"need": make_need().pk, "achievement": own.pk})
    assert Proposal.objects.count() == 0


def test_a_person_can_be_proposed(make_need: Make, professor, operator) -> None:
    entry = run(PROPOSALS, None, "create", actor=operator, data={"need": make_need().pk, "person": professor.pk})
    proposal = Proposal.objects.get(pk=entry.object_id)
    assert (proposal.person, proposal.provider, proposal.achievement) == (professor, professor, None)


# ---- what each side sees ----------------------------------------------------------------------------------------

SIDES = ("asker", "asker_organisation", "provider", "provider_organisation", "achievement", "proposed_by")


def known(proposal: Proposal, actor: Any) -> set[str]:
    """Which of the telling fields a person sees."""
    seen = Proposal.objects.visible_to(actor).get(pk=proposal.pk).seen_by(actor)
    assert set(seen.values()).isdisjoint(seen.hidden)
    return {name for name in SIDES if getattr(seen, name)}


EVERYTHING = set(SIDES)
ASKER, PROVIDER = {"asker", "asker_organisation"}, {"provider", "provider_organisation", "achievement"}


def test_double_blind_step_by_step(propose: Make, owner, colleague, professor, manager, operator, auditor) -> None:
    proposal = propose(sealed=True)

    def table() -> list[set[str]]:
        return [known(proposal, person) for person in (owner, colleague, professor)]

    assert table() == [ASKER, ASKER, PROVIDER]
    do(proposal, "accept", owner)
    assert table() == [ASKER, ASKER, PROVIDER]
    do(proposal, "accept", professor)
    assert table() == [EVERYTHING, EVERYTHING, PROVIDER]
    do(proposal, "sign_nda", professor, agree="on")
    assert table() == [EVERYTHING, EVERYTHING, EVERYTHING]
    for person in (manager, operator, auditor):
        assert known(proposal, person) == EVERYTHING


def test_staff_see_both_sides_from_the_start(propose: Make, manager, operator, centre_operator, auditor) -> None:
    proposal = propose(sealed=True)
    for person in (manager, operator, centre_operator, auditor):
        assert known(proposal, person) == EVERYTHING


def test_open_needs_hide_nobody(propose: Make, owner, professor) -> None:
    proposal = propose()
    assert known(proposal, owner) == known(proposal, professor) == EVERYTHING


@pytest.mark.parametrize("name", ["competitor", "other_operator", "stranger"])
def test_others_do_not_know_of_a_proposal(name: str, propose: Make, personas: Personas) -> None:
    proposal = propose()
    assert not Proposal.objects.visible_to(personas[name]).exists()
    with pytest.raises(NotVisible):
        proposal.seen_by(personas[name])
    with pytest.raises(NotVisible):
        do(proposal, "accept", personas[name])
    assert state(proposal) == "proposed"


def test_provider_reads_the_need_without_who_asks(propose: Make, professor, company_a, owner) -> None:
    propose(sealed=True)
    seen = Proposal.objects.visible_to(professor).get().seen_by(professor)
    assert (seen.title, seen.need.problem[:9]) == ("红外探测器用消光涂层", "我们生产红外探测器")
    everything = repr([seen.values(), seen.need.values(), seen.evidence])
    assert company_a.name not in everything
    assert owner.name not in everything
    assert str(seen.need.organisation) == str(seen.need.contact) == ""


def test_hidden_words_of_a_need_stay_out_of_the_evidence(
    make_need: Make, make_achievement: Make, market, indexed, operator
) -> None:
    hidden = {"problem": int(Level.NDA), "targets": int(Level.NDA)}
    need, achievement = make_need(levels=hidden, current_state=""), make_achievement()
    indexed()
    entry = run(PROPOSALS, None, "create", actor=operator, data={"need": need.pk, "achievement": achievement.pk})
    proposal = Proposal.objects.get(pk=entry.object_id)
    assert proposal.evidence["checks"] == []
    assert "喷涂" not in repr(proposal.evidence["ours"])


def test_asker_does_not_read_the_name_of_a_hidden_expert(make_need: Make, professor, owner, operator) -> None:
    need = make_need(levels=SEALED)
    run(PROPOSALS, None, "create", actor=operator, data={"need": need.pk, "person": professor.pk})
    blind, full = (Proposal.objects.get().seen_by(person) for person in (owner, operator))
    assert (blind.offer_title, full.offer_title) == ("一位专家", professor.name)


def test_journal_keeps_who_is_who_out_of_the_open(propose: Make) -> None:
    entry = journal.history(propose(sealed=True)).get()
    for name in ("asker", "provider", "need", "evidence", "note"):
        if name in entry.changes:
            assert set(entry.changes[name]) == {"digest"}


# ---- agreement on confidentiality, answers, the end --------------------------------------------------------------


def test_signing_opens_what_the_need_keeps_for_partners(propose: Make, professor, owner, university) -> None:
    proposal = propose(sealed=True)
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    with pytest.raises(Invalid) as refusal:
        run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM)
    assert "nda_signed_at" in refusal.value.errors
    with pytest.raises(Invalid):
        do(proposal, "sign_nda", professor)
    entry = do(proposal, "sign_nda", professor, agree="on")
    signed = NonDisclosure.objects.get()
    assert (signed.object_type, signed.object_id, signed.organisation) == ("need", proposal.need_id, university)
    assert len(entry.changes["extra"]["wording_sha256"]) == 64
    need = Need.objects.get(pk=proposal.need_id)
    assert need.seen_by(professor).organisation
    assert run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM).to_state == "in_project"


def test_open_need_needs_no_agreement(propose: Make, professor, owner) -> None:
    proposal = propose()
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    with pytest.raises(NotAllowed):
        do(proposal, "sign_nda", professor, agree="on")
    assert NonDisclosure.objects.count() == 0
    assert run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM).to_state == "in_project"


def test_what_an_open_need_keeps_back_opens_by_signing(propose: Make, professor, owner, stranger) -> None:
    proposal = propose(levels={"budget_maximum": int(Level.NDA)}, budget_maximum=800_000)
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    assert not Need.objects.get().seen_by(professor).budget_maximum
    assert [verb.name for verb in PROPOSALS.available(Proposal.objects.get(), owner)] == ["decline"]
    assert do(proposal, "sign_nda", professor, agree="on").to_state == "nda_signed"
    assert Need.objects.get().seen_by(professor).budget_maximum == 800_000
    assert not Need.objects.get().seen_by(stranger).budget_maximum
    assert [(str(step.label), step.stage) for step in track(Proposal.objects.get())][3:] == [
        ("供给方签署保密协议", "done"), ("进入合作", "now"),
    ]  # fmt: skip
    assert run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM).to_state == "in_project"


def test_open_need_with_something_kept_back_opens_a_project_unsigned(propose: Make, professor, owner) -> None:
    proposal = propose(levels={"background": int(Level.NDA)}, background="第二条量产线")
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    assert "sign_nda" in [verb.name for verb in PROPOSALS.available(Proposal.objects.get(), professor)]
    assert run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM).to_state == "in_project"
    assert NonDisclosure.objects.count() == 0


SAID_YES = {
    "proposed": (),
    "accepted_by_need": ("owner",),
    "accepted_by_offer": ("professor",),
    "agreed": ("owner", "professor"),
    "in_project": ("owner", "professor"),
}
TURNS = [
    ("proposed", "owner", True, "请您同意或谢绝"),
    ("proposed", "manager", False, "等双方答复"),
    ("accepted_by_need", "owner", False, "等供给方答复"),
    ("accepted_by_need", "professor", True, "请您同意或谢绝"),
    ("accepted_by_offer", "manager", False, "等需求方答复"),
    ("agreed", "owner", True, "立项"),
    ("agreed", "professor", False, "等需求方或技术经理人立项。"),
    ("in_project", "professor", False, "已经立项"),
]


@pytest.mark.parametrize(("at", "name", "mine", "words"), TURNS)
def test_the_page_says_what_comes_next(
    at: str, name: str, mine: bool, words: str, propose: Make, personas: Personas
) -> None:
    proposal = propose()
    for who in SAID_YES[at]:
        do(proposal, "accept", personas[who])
    if at == "in_project":
        run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM)
    assert state(proposal) == at
    turn = turn_of(Proposal.objects.get(), personas[name])
    assert turn is not None
    assert (turn.is_mine, words in turn.text) == (mine, True)


def test_a_blind_pair_is_told_who_learns_what(propose: Make, professor, owner) -> None:
    proposal = propose(sealed=True)
    said = turn_of(Proposal.objects.get(), professor)
    assert said is not None
    assert "现在双方互不知道对方是谁" in said.text
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    turns = [turn_of(Proposal.objects.get(), person) for person in (owner, professor)]
    assert [turn.is_mine for turn in turns if turn] == [False, True]
    do(proposal, "decline", owner, code="cost", reason="成本高于预期。")
    assert turn_of(Proposal.objects.get(), owner) is None


@pytest.mark.parametrize("name", ["owner", "professor"])
def test_either_side_declines_with_a_reason(name: str, propose: Make, personas: Personas) -> None:
    proposal = propose()
    for data in ({}, {"code": "cost"}, {"reason": "太贵"}, {"code": "nonsense", "reason": "太贵"}):
        with pytest.raises(Invalid):
            do(proposal, "decline", personas[name], **data)
    assert state(proposal) == "proposed"
    do(proposal, "decline", personas[name], code="cost", reason="成本高于预期。")
    declined = Proposal.objects.get()
    assert (declined.state, declined.decline_reason, declined.decline_text) == ("declined", "cost", "成本高于预期。")
    other = personas["professor" if name == "owner" else "owner"]
    assert declined.seen_by(other).decline_text == "成本高于预期。"


VERBS = ("accept", "decline", "withdraw", "sign_nda", "open_project")
DENIED = [(verb, name) for verb in VERBS for name in ("colleague", "auditor", "centre_operator")]
DENIED.remove(("withdraw", "centre_operator"))


@pytest.mark.parametrize(("verb", "name"), DENIED)
def test_those_who_see_but_may_not(verb: str, name: str, propose: Make, personas: Personas) -> None:
    proposal = propose()
    before = Proposal.objects.filter(pk=proposal.pk).values().get()
    entries = Entry.objects.count()
    with pytest.raises(NotAllowed):
        do(proposal, verb, personas[name], code="cost", reason="没有权限", agree="on")
    assert Proposal.objects.filter(pk=proposal.pk).values().get() == before
    assert Entry.objects.count() == entries


def test_whoever_proposed_takes_it_back(propose: Make, manager) -> None:
    proposal = propose()
    do(proposal, "withdraw", manager, reason="需求方已找到方案。")
    assert state(proposal) == "withdrawn"
    again = run(PROPOSALS, None, "create", actor=manager,
                data={"need": proposal.need_id, "achievement": proposal.achievement_id})  # fmt: skip
    assert again.to_state == "proposed"


# ---- accepted solutions -----------------------------------------------------------------------------------------


@pytest.fixture
def accepted_solution(make_need: Make, professor, university) -> Solution:
    need = make_need()
    return Solution.objects.create(
        need=need, contact=professor, organisation=university, node=need.node, state="accepted", approach="低温喷涂"
    )


def test_an_accepted_solution_becomes_an_agreed_proposal(accepted_solution: Solution, sealed, professor) -> None:
    journal.append(row=accepted_solution, verb="accept", actor=professor, before={}, from_state="submitted")
    sealed()
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.solution, proposal.provider) == ("agreed", accepted_solution, professor)
    assert proposal.agreed_at is not None
    sealed()
    from keqiao.kernel import projections

    projections.rebuild("matching")
    assert Proposal.objects.count() == 1


def test_a_declined_solution_becomes_nothing(accepted_solution: Solution, sealed, professor) -> None:
    Solution.objects.update(state="declined")
    accepted_solution.refresh_from_db()
    journal.append(row=accepted_solution, verb="decline", actor=professor, before={}, from_state="submitted")
    sealed()
    with pytest.raises(NotNow):
        run(PROPOSALS, None, "from_solution", actor=SYSTEM, data={"solution": accepted_solution.pk})
    assert Proposal.objects.count() == 0


# ---- when a record leaves the market ------------------------------------------------------------------------------

ENDS = [
    ("need", "in_project", "chosen_other"),
    ("need", "withdrawn", "other"),
    ("need", "expired", "other"),
    ("achievement", "withdrawn", "other"),
]


@pytest.mark.parametrize(("table", "to_state", "code"), ENDS)
def test_those_who_wait_get_an_answer(table: str, to_state: str, code: str, propose: Make, sealed) -> None:
    proposal = propose()
    row = getattr(proposal, table)
    before, row.state = row.state, to_state
    record(row, "leave", before=before)
    sealed()
    ended = Proposal.objects.get()
    assert (ended.state, ended.decline_reason) == ("declined", code)
    assert ended.decline_text
    assert not clocks.running(ended).exists()


def test_the_pair_that_became_a_project_stays(propose: Make, owner, professor, sealed) -> None:
    proposal = propose()
    do(proposal, "accept", owner)
    do(proposal, "accept", professor)
    run(PROPOSALS, proposal.pk, "open_project", actor=SYSTEM)
    need = Need.objects.get()
    need.state = "in_project"
    record(need, "start_project", before="open")
    sealed()
    assert state(proposal) == "in_project"


def test_nobody_but_the_platform_ends_a_proposal(propose: Make, operator) -> None:
    proposal = propose()
    with pytest.raises(NotAllowed):
        do(proposal, "close", operator, code="other", reason="不再需要。")
    assert state(proposal) == "proposed"
