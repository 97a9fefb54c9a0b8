"""The made-up world in the database: what was written in bulk is what the verbs would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from pytest_django import DjangoDbBlocker

from keqiao.demo.accounts import ACCOUNTS, BY_KEY, Account
from keqiao.demo.load import NotEmpty, load
from keqiao.demo.world import build
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel import deadlines, freeze, journal, projections, verification
from keqiao.kernel.jobs import next_waiting
from keqiao.kernel.models import ClockRun, Cursor, Entry, Seal, Version
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.matching import index, projection
from keqiao.matching.models import Match, Proposal
from keqiao.matching.reverse import FLOOR
from keqiao.notices.models import Mail, Notice
from keqiao.notices.reminders import remind_all
from keqiao.observatory import counters
from keqiao.parties.models import Consent, Node, Organisation, Person
from keqiao.projects.models import Contract, Project
from keqiao.web import desk

FILLED = (
    "organisations", "memberships", "people", "needs", "achievements", "solutions", "proposals", "grades", "projects",
    "contracts", "milestones", "incomes",
)  # fmt: skip
"""Workflows of which the small world has rows."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with an index of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DATA", folder)
        patch.setattr(settings, "INDEX_PATH", folder / "index")
        index.HOLDER.close()
        yield folder
        index.HOLDER.close()


@pytest.fixture(scope="module")
def loaded(folder: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The small world, loaded once and rolled back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        load("small")
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def undone(loaded: Path) -> Iterator[None]:
    """What a test writes goes away with it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def table(name: str) -> Workflow[Any]:
    return REGISTRY[name]


def entries_of(workflow: Workflow[Any]) -> Iterator[Entry]:
    yield from Entry.objects.filter(object_type=workflow.model._meta.model_name).order_by("seq")


# ---- the records ------------------------------------------------------------------------------------------------


def test_load_writes_every_record(loaded: Path) -> None:
    world = build("small")
    assert Node.objects.count() == len(world.nodes)
    assert Organisation.objects.count() == world.cast.organisations
    assert Need.objects.count() == world.counts.needs
    assert Achievement.objects.count() == world.counts.achievements
    assert Solution.objects.count() == world.counts.solutions
    assert Proposal.objects.count() == world.counts.matches


def test_load_fills_what_rows_are_found_by(loaded: Path) -> None:
    assert not Organisation.objects.filter(name_key="").exists()
    need = Need.objects.exclude(fields=[]).first()
    assert need is not None
    assert set(need.fields) <= set(need.field_path)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
def test_account_can_log_in(account: Account, undone: None) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": account.email, "password": account.password})
    assert (answer.status_code, answer["Location"]) == (302, settings.LOGIN_REDIRECT_URL)
    assert client.session["_auth_user_id"] == str(Person.objects.get(email=account.email).pk)


def test_people_without_a_demo_account_cannot_log_in(loaded: Path) -> None:
    others = Person.objects.exclude(email__in=[account.email for account in ACCOUNTS])
    assert others.count() > 100
    assert not others.exclude(password__startswith="!").exists()


# ---- the journal ------------------------------------------------------------------------------------------------


def test_journal_is_sealed_and_valid(loaded: Path) -> None:
    found = verification.verify()
    assert (found.valid, found.unsealed, found.sealed) == (True, 0, Entry.objects.count())


def test_journal_is_in_the_order_of_time(loaded: Path) -> None:
    moments = list(Seal.objects.order_by("position").values_list("entry__at", flat=True))
    assert moments == sorted(moments)


def test_everything_that_a_project_decided_on_is_frozen_under_its_hash(loaded: Path) -> None:
    frozen = {entry.pk for name in FROZEN for entry in entries_of(table(name)) if freezes(table(name), entry)}
    kept = Version.objects.select_related("entry")
    assert set(kept.values_list("entry", flat=True)) == frozen
    assert len(frozen) > 100
    for version in kept:
        assert version.sha256 == version.entry.changes["frozen"] == freeze.sha256_of(version.content)


def test_signed_contract_is_frozen_under_the_hash_that_was_signed(loaded: Path) -> None:
    texts = Version.objects.filter(object_type="contract").values_list("object_id", "sha256", "content__title")
    contracts = Contract.objects.exclude(digest="")
    assert sorted(texts) == sorted(contracts.values_list("pk", "digest", "title"))
    assert all(row.digest == freeze.sha256_of(freeze.content_of(row)) for row in contracts)


def test_closed_project_is_frozen_as_it_is_read_from_the_database(loaded: Path) -> None:
    closed = list(Version.objects.filter(entry__verb="close"))
    assert len(closed) == Project.objects.filter(state="closed").count() > 0
    for version in closed:
        assert version.content == freeze.content_of(Project.objects.get(pk=version.object_id))


def test_project_frozen_at_a_measurement_knows_nothing_of_what_came_later(loaded: Path) -> None:
    project = Project.objects.filter(state="closed").order_by("pk")[0]
    first = freeze.versions_of(project)[0]
    said = first.content
    assert (first.entry.verb, [each["number"] for each in said["rounds"]]) == ("measure", [1])
    assert (said["asker_score"], said["acceptance"], said["rewards"]) == (None, None, [])
    delivered = [each["delivered_at"] for each in said["milestones"] if each["delivered_at"]]
    assert all(parse_datetime(moment) <= first.entry.at for moment in delivered)


def test_frozen_texts_of_a_project_are_there_to_read(undone: None) -> None:
    project = Contract.objects.filter(state="registered").order_by("pk")[0].project
    client = Client()
    client.force_login(project.asker)
    page = client.get(reverse("frozen", args=[project.pk]))
    assert "还没有存档" not in page.content.decode()
    assert Contract.objects.get(project=project).digest[:12] in page.content.decode()


FROZEN = ("projects", "contracts", "milestones", "incomes")


def freezes(workflow: Workflow[Any], entry: Entry) -> bool:
    return any(line.freezes for line in workflow.verbs if line.name == entry.verb)


@pytest.mark.parametrize("name", FILLED)
def test_state_of_every_row_is_the_one_its_last_entry_led_to(name: str, loaded: Path) -> None:
    last = {entry.object_id: entry.to_state for entry in entries_of(table(name))}
    states = dict(table(name).model._default_manager.values_list("pk", "state"))
    assert last
    assert states == dict.fromkeys(states, first_state(table(name))) | last


@pytest.mark.parametrize("name", FILLED)
def test_every_entry_begins_where_the_one_before_ended(name: str, loaded: Path) -> None:
    now: dict[int, str] = {}
    born = "" if any("" in verb.sources for verb in table(name).verbs) else first_state(table(name))
    """A part of a project is made by a verb of the project, in its first state."""
    for entry in entries_of(table(name)):
        assert entry.from_state == now.get(entry.object_id, born), (entry, entry.from_state)
        now[entry.object_id] = entry.to_state


def first_state(workflow: Workflow[Any]) -> str:
    return str(workflow.model._meta.get_field("state").default)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", FILLED)
def test_every_move_stands_in_the_table(name: str, loaded: Path) -> None:
    allowed = {
        (verb.name, source, str(verb.target) if verb.target else source)
        for verb in table(name).verbs
        for source in map(str, verb.sources)
    }
    moves = Counter((entry.verb, entry.from_state, entry.to_state) for entry in entries_of(table(name)))
    assert set(moves) <= allowed


def test_confidential_values_stand_beside_the_journal(loaded: Path) -> None:
    person = Person.objects.get(email=BY_KEY["owner"].email)
    entry = journal.history(person).get()
    assert set(entry.changes["email"]) == {"digest"}
    assert entry.secrets.get(field="email").value == person.email


# ---- what follows the journal -----------------------------------------------------------------------------------


def test_counters_equal_the_tables(loaded: Path) -> None:
    assert counters.totals() == counters.recount()
    assert counters.totals()["needs"] > 0


def test_projections_are_at_the_end_of_the_journal(loaded: Path) -> None:
    end = Seal.objects.count()
    assert {name: Cursor.objects.get(name=name).position for name in projections.REGISTRY} == dict.fromkeys(
        projections.REGISTRY, end
    )


def test_index_holds_every_published_record(loaded: Path) -> None:
    wanted = {document.id for document in projection.everything()}
    assert {document.id for document in index.HOLDER.get().documents()} == wanted
    assert len(wanted) > 500


def test_nobody_is_told_of_history(undone: None) -> None:
    assert projections.catch_up_all() == 0
    assert deadlines.run_due() == 0
    assert remind_all() == 0
    assert (Notice.objects.count(), Mail.objects.count(), next_waiting()) == (0, 0, None)


# ---- what people find -------------------------------------------------------------------------------------------

WAITING = {
    "owner": {"proposals", "projects", "needs", "matches"},
    "colleague": {"needs"},
    "professor": {"solutions"},
    "manager": {"matches", "proposals"},
}
"""Of which tables something waits for an account; operators and the auditor have queues."""


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
def test_desk_of_every_account_has_something_to_do(account: Account, undone: None) -> None:
    person = Person.objects.get(email=account.email)
    waiting = {task.workflow.name for task in desk.tasks(person)}
    queues = desk.queues(person)
    in_queues = (queues.triage or 0) + (queues.verification or 0) if queues else 0
    assert waiting or in_queues
    assert WAITING.get(account.key, waiting) <= waiting
    client = Client()
    client.force_login(person)
    page = client.get("/desk/").content.decode()
    assert account.name in page
    assert ("现在没有要您处理的事" in page) == (not waiting and not queues)


def test_colleague_finds_the_draft_and_what_is_missing(undone: None) -> None:
    client = Client()
    client.force_login(Person.objects.get(email=BY_KEY["colleague"].email))
    draft = Need.objects.get(title="冷屏涂层膜厚在线检测")
    assert (draft.state, draft.targets, draft.contact.email) == ("draft", [], BY_KEY["colleague"].email)
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert Client().get(draft.get_absolute_url()).status_code in (302, 404)


@pytest.mark.parametrize(
    "key", ["owner", "colleague", "professor", "manager", "operator", "centre_operator", "auditor"]
)
def test_story_is_seen_to_its_end_by_all_who_were_in_it(key: str, undone: None) -> None:
    client = Client()
    client.force_login(Person.objects.get(email=BY_KEY[key].email))
    page = client.get(story_project().get_absolute_url()).content.decode()
    for said in ("93.1", "97.2", "98.68", "DEMO-000001"):
        assert said in page, said


@pytest.mark.parametrize("key", ["competitor", "other_operator", "stranger"])
def test_others_see_the_case_and_nothing_more_of_the_story_project(key: str, undone: None) -> None:
    client, project = Client(), story_project()
    if key != "stranger":
        client.force_login(Person.objects.get(email=BY_KEY[key].email))
    page = client.get(project.get_absolute_url()).content.decode()
    assert project.case_summary in page
    assert [word for word in ("DEMO-000001", "97.2", "98.68", "980,000", project.asker.name) if word in page] == []


def test_a_visitor_finds_the_case_among_the_cases(undone: None) -> None:
    assert story_project().title in Client().get("/projects/").content.decode()


def test_both_sides_of_the_case_agreed_before_it_was_shown(undone: None) -> None:
    project = story_project()
    given = Consent.objects.filter(object_type="project", object_id=project.pk, purpose="case").order_by("given_at")
    assert [consent.person for consent in given] == [project.asker, project.provider]
    assert [consent.given_at for consent in given] == [project.asker_case_at, project.provider_case_at]
    assert project.published_at > project.provider_case_at > project.asker_case_at > project.closed_at


def story_project() -> Project:
    return Project.objects.get(asker__email=BY_KEY["owner"].email, proposal__need__title__startswith="红外探测器冷屏用")


def test_a_researcher_answers_for_their_own_work_and_not_for_the_university(loaded: Path) -> None:
    professor = Person.objects.get(email=BY_KEY["professor"].email)
    assert professor.standing.administers == frozenset()
    own = {professor.pk}
    solutions = {task.row.contact.pk for task in desk.tasks(professor) if task.workflow.name == "solutions"}
    assert solutions == own


def test_matches_that_were_found_fit_and_are_of_open_needs(loaded: Path) -> None:
    matches = list(Match.objects.select_related("need", "achievement"))
    assert len(matches) >= 10
    for match in matches:
        assert (match.state, match.need.state, match.achievement.state) == ("found", "open", "published")
        assert match.score >= FLOOR
        assert [check for check in match.evidence["checks"] if check["verdict"] == "missed"] == []
        assert match.need.contact_id != match.achievement.contact_id


def test_nothing_is_dated_where_it_cannot_be(loaded: Path) -> None:
    now = timezone.now()
    assert not Need.objects.filter(published_at__gt=now).exists()
    assert not Achievement.objects.filter(published_at__gt=now).exists()
    assert not Need.objects.filter(state__in=["draft", "triage", "open"], deadline__lt=now).exists()
    assert not Need.objects.filter(state="expired", deadline__gt=now).exists()
    assert not Entry.objects.filter(at__gt=timezone.now()).exists()
    running = ClockRun.objects.filter(stopped_at=None, paused_at=None)
    assert running.count() > 20
    assert not running.filter(due_at__lt=now - timedelta(days=30)).exists()
    assert not running.filter(name="acceptance_answer", due_at__lt=now - timedelta(days=7)).exists()
    assert not running.filter(due_at__gt=now + timedelta(days=120)).exists()


# ---- once -------------------------------------------------------------------------------------------------------


def test_load_does_nothing_when_it_was_done(undone: None, loaded: Path) -> None:
    before = Entry.objects.count()
    load("small")
    assert ((loaded / "demo").read_text(), Entry.objects.count()) == ("small", before)


def test_load_finishes_what_was_cut_off_after_the_commit(undone: None, loaded: Path) -> None:
    before = (Entry.objects.count(), Need.objects.count())
    index.HOLDER.close()
    projection.index.mark().unlink()
    (loaded / "demo").unlink()
    load("small")
    assert (Entry.objects.count(), Need.objects.count()) == before
    assert (loaded / "demo").exists()
    assert projection.index.is_filled()


@pytest.mark.django_db
def test_load_among_real_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    Node.objects.create(code="real", name="真实节点")
    with pytest.raises(NotEmpty, match="--data"):
        load("small")
    assert (Node.objects.count(), Organisation.objects.count(), Entry.objects.count()) == (1, 0, 0)
    assert not (tmp_path / "demo").exists()
