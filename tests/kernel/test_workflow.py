"""The executor: lock, check, write, journal; all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.exchange.models import Need
from keqiao.kernel import journal
from keqiao.kernel.access import SYSTEM, Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.models import Entry, Version
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person
from tests.personas import Personas, fresh
from tests.together import at_once, in_threads


def test_create_makes_the_row_and_one_entry(table: Workflow[Need], owner: Person) -> None:
    entry = run(table, None, "create", actor=owner, data={"title": "防结剂", "problem": "受潮结块"})
    row = Need.objects.get()
    assert (row.title, row.state, row.contact) == ("防结剂", "draft", owner)
    assert Entry.objects.get() == entry
    assert (entry.object_type, entry.object_id, entry.verb) == ("need", row.pk, "create")
    assert (entry.from_state, entry.to_state, entry.node, entry.actor) == ("", "draft", "wuhan", owner)
    assert entry.changes["title"] == [None, "防结剂"]
    assert entry.changes["extra"] == {"told": "kept with the entry"}


def test_save_keeps_old_and_new_values(table: Workflow[Need], need: Need, owner: Person) -> None:
    entry = run(table, need.pk, "save", actor=owner, data={"title": "消光涂层二", "problem": need.problem})
    assert entry.changes["title"] == ["消光涂层", "消光涂层二"]
    assert "problem" not in entry.changes


def test_budget_never_stands_in_clear_when_it_is_after_nda(table: Workflow[Need], need: Need, owner: Person) -> None:
    need.levels = {"problem": 2}
    need.save()
    entry = run(table, need.pk, "save", actor=owner, data={"title": need.title, "problem": "秘密配方失效"})
    assert list(entry.changes["problem"]) == ["digest"]
    assert "秘密" not in str(entry.changes)
    secret = entry.secrets.get()
    assert (secret.field, secret.value) == ("problem", "秘密配方失效")


def test_what_is_written_with_a_verb_stands_beside_the_chain(need: Need, owner: Person) -> None:
    said = {"reason": "张工离职，配方在他那里", "code": "other", "nodes": ["wuhan"]}
    entry = journal.append(row=need, verb="withdraw", actor=owner, before=journal.snapshot(need), extra=said)
    assert entry.changes["extra"] == {"code": "other", "nodes": ["wuhan"]}
    assert list(entry.changes["words"]) == ["digest"]
    assert "张工" not in str(entry.changes)
    assert journal.words_of(entry) == {"reason": "张工离职，配方在他那里"}


def test_a_verb_without_words_keeps_none(table: Workflow[Need], owner: Person) -> None:
    entry = run(table, None, "create", actor=owner, data={"title": "防结剂", "problem": "受潮结块"})
    assert (journal.words_of(entry), entry.secrets.count()) == ({}, 0)


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("owner", None),
        ("colleague", NotAllowed),
        ("competitor", NotVisible),
        ("operator", NotVisible),
        ("auditor", NotVisible),
        ("stranger", NotVisible),
    ],
)
def test_submit_of_a_draft_by_each_persona(
    table: Workflow[Need], need: Need, personas: Personas, persona: str, expected: type[Exception] | None
) -> None:
    if expected is None:
        run(table, need.pk, "submit", actor=personas[persona])
        assert Need.objects.get().state == "triage"
        return
    with pytest.raises(expected):
        run(table, need.pk, "submit", actor=personas[persona])
    assert Need.objects.get().state == "draft"
    assert Entry.objects.count() == 0


def test_refusal_says_the_reason_in_the_reader_s_language(table: Workflow[Need], need: Need, colleague: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        run(table, need.pk, "submit", actor=colleague)
    assert str(refused.value.detail) == "只有发布人或其单位管理员可以执行这一步。"


def test_wrong_state_is_named(table: Workflow[Need], need: Need, operator: Person) -> None:
    need.state = "open"
    need.save()
    with pytest.raises(NotNow) as refused:
        run(table, need.pk, "publish", actor=operator)
    assert str(refused.value.detail) == "当前状态是“对接中”，不能执行“发布”。"
    assert refused.value.status == 409


def test_unknown_verb_is_not_found(table: Workflow[Need], need: Need, owner: Person) -> None:
    with pytest.raises(NotVisible):
        run(table, need.pk, "explode", actor=owner)


def test_guard_names_field_and_remedy(table: Workflow[Need], need: Need, owner: Person) -> None:
    need.problem = ""
    need.save()
    with pytest.raises(Invalid) as refused:
        run(table, need.pk, "submit", actor=owner)
    assert refused.value.errors == {"problem": ["请写出问题。"]}
    assert Need.objects.get().state == "draft"


def test_form_errors_come_by_field(table: Workflow[Need], need: Need, owner: Person) -> None:
    with pytest.raises(Invalid) as refused:
        run(table, need.pk, "save", actor=owner, data={"title": "长" * 21})
    assert list(refused.value.errors) == ["title"]
    assert Need.objects.get().title == "消光涂层"


def test_a_crash_in_the_action_leaves_nothing(table: Workflow[Need], need: Need, owner: Person) -> None:
    with pytest.raises(RuntimeError):
        run(table, need.pk, "break", actor=owner)
    assert Need.objects.get().title == "消光涂层"
    assert Entry.objects.count() == 0


def test_only_the_system_runs_system_verbs(table: Workflow[Need], need: Need, centre_operator: Person) -> None:
    need.state = "open"
    need.save()
    with pytest.raises(NotAllowed):
        run(table, need.pk, "expire", actor=centre_operator)
    entry = run(table, need.pk, "expire", actor=SYSTEM)
    assert entry.actor is None
    assert Need.objects.get().state == "expired"


def test_auditor_sees_and_changes_nothing(table: Workflow[Need], need: Need, auditor: Person) -> None:
    need.state = "triage"
    need.save()
    assert table.available(need, auditor) == []
    with pytest.raises(NotAllowed):
        run(table, need.pk, "publish", actor=auditor)
    assert Need.objects.get().state == "triage"


def test_available_lists_the_buttons_in_table_order(
    table: Workflow[Need], need: Need, owner: Person, operator: Person
) -> None:
    assert [verb.name for verb in table.available(need, owner)] == ["save", "submit", "break"]
    assert table.available(need, operator) == []


def test_same_key_twice_answers_with_the_first_entry(table: Workflow[Need], owner: Person, wuhan: Any) -> None:
    data = {"title": "一次", "problem": ""}
    first = run(table, None, "create", actor=owner, data=data, key="k1")
    second = run(table, None, "create", actor=owner, data=data, key="k1")
    assert second.pk == first.pk
    assert Need.objects.count() == 1


def test_a_key_belongs_to_one_request(table: Workflow[Need], need: Need, owner: Person) -> None:
    run(table, need.pk, "submit", actor=owner, key="k1")
    with pytest.raises(Invalid) as refused:
        run(table, None, "create", actor=owner, data={"title": "另一个"}, key="k1")
    assert list(refused.value.errors) == ["Idempotency-Key"]


def test_keys_of_two_people_do_not_meet(table: Workflow[Need], owner: Person, professor: Person) -> None:
    first = run(table, None, "create", actor=owner, data={"title": "甲"}, key="same")
    second = run(table, None, "create", actor=professor, data={"title": "乙"}, key="same")
    assert first.object_id != second.object_id


def test_freezing_keeps_the_text_decided_on_with_its_hash(table: Workflow[Need], need: Need, owner: Person) -> None:
    entry = run(table, need.pk, "submit", actor=owner)
    version = Version.objects.get()
    assert version.entry == entry
    assert version.content["title"] == "消光涂层"
    assert len(version.sha256) == 64


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_only_one_moves_it(table: Workflow[Need], need: Need, operator: Person) -> None:
    need.state = "triage"
    need.save()

    def publish() -> None:
        run(table, need.pk, "publish", actor=fresh(operator))

    assert at_once(publish, publish) == ["NotNow", "ok"]
    assert Entry.objects.filter(verb="publish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_writes_once(table: Workflow[Need], owner: Person, wuhan: Any) -> None:
    def create() -> int:
        return run(table, None, "create", actor=fresh(owner), data={"title": "双击"}, key="double").pk

    first, second = in_threads(create, create)
    assert first == second
    assert Need.objects.filter(title="双击").count() == 1
