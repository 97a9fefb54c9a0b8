"""The ledger: lives told verb by verb, and what the workflow tables make of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from keqiao.demo.loading.ledger import ImpossibleLife, Ledger, line_of
from keqiao.exchange import clocks
from keqiao.exchange.models import Need, Solution
from keqiao.kernel import bulk, calendar, journal
from keqiao.kernel.models import ClockRun, Entry
from keqiao.matching.models import Proposal
from keqiao.parties.models import Node, Organisation, Person
from keqiao.projects.models import Contract

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 10, 11, 0, tzinfo=ZONE)  # a Wednesday
MONDAY = datetime(2026, 6, 8, 10, 0, tzinfo=ZONE)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(NOW)


@pytest.fixture
def need(ledger: Ledger, owner: Person, company_a: Organisation, wuhan: Node) -> Need:
    row = Need(title="消光涂层", contact=owner, organisation=company_a, node=wuhan)
    ledger.enter(Need, [row])
    return row


def told(ledger: Ledger, need: Need, *verbs: str, at: datetime = MONDAY) -> None:
    for place, verb in enumerate(verbs):
        ledger.did(need, verb, by=need.contact_id, at=at + timedelta(hours=place))


def written(ledger: Ledger) -> list[Entry]:
    seen: list[Entry] = []
    ledger.write(see=seen.extend)
    return seen


def test_states_come_from_the_table(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create", "submit", "publish")
    entries = [(entry.verb, entry.from_state, entry.to_state) for entry in written(ledger)]
    assert entries == [("create", "", "draft"), ("submit", "draft", "triage"), ("publish", "triage", "open")]
    need.refresh_from_db()
    assert need.state == "open"


def test_verb_that_the_state_does_not_allow_is_refused(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create")
    with pytest.raises(ImpossibleLife, match=r"needs: no “publish” in state “draft”"):
        told(ledger, need, "publish")
    assert ledger.state_of(need) == "draft"
    assert [event.verb for event in ledger.events] == ["create"]


def test_first_verb_must_make_the_row(ledger: Ledger, need: Need) -> None:
    with pytest.raises(ImpossibleLife):
        told(ledger, need, "submit")
    assert ledger.state_of(need) == ""


def test_line_is_chosen_by_its_target_where_several_fit() -> None:
    assert line_of(Proposal, "accept", "proposed", "accepted_by_offer").target == "accepted_by_offer"
    assert line_of(Proposal, "accept", "proposed").target == "accepted_by_need"
    with pytest.raises(ImpossibleLife, match="to “agreed”"):
        line_of(Proposal, "accept", "proposed", "agreed")


def test_row_carries_the_moments_of_its_life(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create", "submit")
    written(ledger)
    need.refresh_from_db()
    assert (need.created_at, need.updated_at) == (MONDAY, MONDAY + timedelta(hours=1))


def test_nothing_happens_after_now_or_before_what_was_told_last(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create")
    assert ledger.did(need, "submit", by=None, at=MONDAY - timedelta(days=9)) == MONDAY
    assert ledger.did(need, "publish", by=None, at=NOW + timedelta(days=1)) == NOW
    assert [entry.at for entry in written(ledger)] == [MONDAY, MONDAY, NOW]


def test_clock_runs_from_the_verb_that_starts_it_to_the_one_that_stops_it(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create", "submit", "publish")
    written(ledger)
    run = ClockRun.objects.get(name=clocks.TRIAGE.name)
    assert (run.object_type, run.object_id, run.node) == ("need", need.pk, "wuhan")
    assert (run.started_at, run.stopped_at) == (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2))
    assert (run.worked_seconds, run.due_at) == (3600, MONDAY + timedelta(days=1, hours=1))


def test_clock_that_nothing_stops_goes_on_running(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create", "submit", "publish")
    written(ledger)
    run = ClockRun.objects.get(name=clocks.FIRST_ANSWER.name)
    assert (run.started_at, run.stopped_at, run.worked_seconds) == (MONDAY + timedelta(hours=2), None, 0)


def test_overdue_clock_counts_as_reminded_and_a_fresh_one_does_not(ledger: Ledger, need: Need) -> None:
    told(ledger, need, "create", "submit", at=NOW - timedelta(days=20))
    written(ledger)
    assert ClockRun.objects.get().reminded_at == NOW
    fresh = Need(title="新需求", contact=need.contact, node=need.node)
    ledger.enter(Need, [fresh])
    told(ledger, fresh, "create", "submit", at=NOW - timedelta(hours=2))
    written(ledger)
    assert ClockRun.objects.get(object_id=fresh.pk).reminded_at is None


def test_promise_is_not_older_than_it_is_said_to_be(need: Need) -> None:
    young = Ledger(NOW, younger={clocks.FIRST_ANSWER.name: NOW - timedelta(days=1)})
    young.enter(Need, [need])
    told(young, need, "create", "submit", "publish")
    written(young)
    assert list(ClockRun.objects.values_list("name", flat=True)) == [clocks.TRIAGE.name]


def test_question_pauses_the_clock_of_the_answer(ledger: Ledger, need: Need, professor: Person) -> None:
    told(ledger, need, "create", "submit", "publish")
    row = Solution(need=need, contact=professor, node=need.node)
    ledger.enter(Solution, [row])
    for place, verb in enumerate(("create", "submit", "ask")):
        ledger.did(row, verb, by=professor.pk, at=MONDAY + timedelta(hours=3 + place))
    written(ledger)
    run = ClockRun.objects.get(name=clocks.SOLUTION_ANSWER.name)
    assert (run.started_at, run.paused_at, run.stopped_at) == (
        MONDAY + timedelta(hours=4), MONDAY + timedelta(hours=5), None,
    )  # fmt: skip


def test_row_made_by_another_begins_in_its_first_state_without_an_entry(ledger: Ledger) -> None:
    row = Contract(pk=77)
    ledger.born(row, MONDAY)
    assert (ledger.state_of(row), row.state, row.created_at, ledger.events) == ("draft", "draft", MONDAY, [])


def test_entries_are_written_in_the_order_of_time(ledger: Ledger, need: Need) -> None:
    earlier = Need(title="更早的需求", contact=need.contact, node=need.node)
    ledger.enter(Need, [earlier])
    told(ledger, need, "create")
    told(ledger, earlier, "create", at=MONDAY - timedelta(days=3))
    assert [entry.object_id for entry in written(ledger)] == [earlier.pk, need.pk]


def test_creation_keeps_what_later_verbs_set_out_of_its_entry(ledger: Ledger, need: Need) -> None:
    need.published_at = NOW
    ledger.did(need, "create", by=need.contact_id, at=MONDAY, published_at=None)
    written(ledger)
    assert "published_at" not in journal.history(need).get().changes
    need.refresh_from_db()
    assert need.published_at == NOW


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0, 1.35, 4.0])
def test_moment_since_which_a_share_of_the_day_has_passed(ledger: Ledger, share: float) -> None:
    wanted = share * calendar.DAY_SECONDS
    worked = calendar.working_seconds(ledger.began(wanted), NOW, own={})
    assert wanted <= worked <= wanted + 60


def test_copy_sets_moments_only_where_the_row_has_none(need: Need) -> None:
    known, unknown = need, Need(title="没有日期", contact=need.contact, node=need.node)
    known.created_at = MONDAY
    bulk.copy_in(Need, [known, unknown])
    known.refresh_from_db()
    unknown.refresh_from_db()
    assert known.created_at == MONDAY
    assert unknown.created_at > MONDAY
