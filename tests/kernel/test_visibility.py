"""What leaves the process went through `seen_by`: exact fields for each persona."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from keqiao.exchange.models import Need, TeamMember
from keqiao.kernel.access import NotVisible
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import ALWAYS_OPEN, Hidden, Level, Seen
from keqiao.kernel.workflow import REGISTRY
from keqiao.matching.models import Grade, Shortlisted
from keqiao.parties.models import Organisation, Person
from tests.personas import Personas
from tests.stages import Steps, open_need, propose, published_achievement


@pytest.fixture
def sealed_need(need: Need) -> Need:
    """A published need that hides who asks."""
    need.state = "open"
    need.levels = {"organisation": Level.NDA, "contact": Level.NDA}
    need.staff_note = "来电核实过"
    need.save()
    return need


@pytest.mark.parametrize(
    ("persona", "hidden"),
    [
        ("owner", set()),
        ("colleague", set()),
        ("competitor", {"organisation", "contact", "shared_with", "reject_reason", "staff_note"}),
        ("professor", {"organisation", "contact", "shared_with", "reject_reason", "staff_note"}),
        ("operator", set()),
        ("other_operator", {"organisation", "contact", "shared_with", "reject_reason", "staff_note"}),
        ("centre_operator", set()),
        ("auditor", set()),
    ],
)
def test_hidden_fields_for_each_persona(sealed_need: Need, personas: Personas, persona: str, hidden: set[str]) -> None:
    assert set(sealed_need.seen_by(personas[persona]).hidden) >= hidden
    if not hidden:
        assert sealed_need.seen_by(personas[persona]).hidden == {}


def test_a_stranger_sees_only_what_is_public(sealed_need: Need, personas: Personas) -> None:
    seen = sealed_need.seen_by(personas["stranger"])
    assert seen.title == "消光涂层"
    assert isinstance(seen.budget_maximum, Hidden)
    assert not seen.budget_maximum
    assert str(seen.budget_maximum) == ""
    assert seen.organisation.level == Level.NDA
    assert "budget_maximum" not in seen.values()


def test_undeclared_attributes_do_not_come_out(sealed_need: Need, owner: Person) -> None:
    with pytest.raises(AttributeError):
        _ = sealed_need.seen_by(owner).objects


def test_what_is_seen_cannot_be_written(sealed_need: Need, owner: Person) -> None:
    with pytest.raises(AttributeError):
        sealed_need.seen_by(owner).title = "changed"


def test_a_related_record_is_seen_too(need: Need, professor: Person, company_a: Organisation) -> None:
    need.state = "open"
    need.save()
    organisation = need.seen_by(professor).organisation
    assert organisation.name == company_a.name
    assert "verification_note" in organisation.hidden


def test_a_draft_is_nobody_else_s(need: Need, personas: Personas) -> None:
    for name in ("owner", "colleague"):
        assert Need.objects.visible_to(personas[name]).count() == 1
    for name in ("competitor", "professor", "operator", "centre_operator", "auditor", "stranger"):
        assert Need.objects.visible_to(personas[name]).count() == 0
        with pytest.raises(NotVisible):
            need.seen_by(personas[name])


def test_sharing_lets_another_node_s_operator_see(sealed_need: Need, other_operator: Person) -> None:
    sealed_need.shared_with = ["yichang"]
    sealed_need.save()
    assert sealed_need.seen_by(other_operator).staff_note == "来电核实过"


def test_clearance_of_one_person_is_not_used_for_another(sealed_need: Need, owner: Person, competitor: Person) -> None:
    row = Need.objects.visible_to(owner).get()
    assert isinstance(row.seen_by(competitor).organisation, Hidden)


def test_levels_that_the_owner_may_not_choose_stay_declared(need: Need, competitor: Person) -> None:
    need.state = "open"
    need.levels = {"staff_note": Level.PUBLIC}
    need.staff_note = "内部"
    need.save()
    assert isinstance(need.seen_by(competitor).staff_note, Hidden)


def test_several_related_records_come_out_seen(professor: Person, competitor: Person, personas: Personas) -> None:
    achievement = published_achievement(professor)
    TeamMember.objects.create(achievement=achievement, person=professor, role="负责人")
    (member,) = achievement.seen_by(competitor).team
    assert (type(member), str(member)) == (Seen, "沈教授")
    assert isinstance(member.email, Hidden)
    assert achievement.seen_by(competitor).values()["team"][0].pk == professor.pk
    assert isinstance(achievement.seen_by(personas["stranger"]).team, Hidden)


def test_a_node_says_its_name_and_leads_nowhere(need: Need, owner: Person) -> None:
    node = need.seen_by(owner).node
    assert (node.code, node.name, node.name_en, str(node)) == ("wuhan", "武汉节点", "Wuhan node", "武汉节点")
    assert (type(node.parent), str(node.parent)) == (Seen, "湖北中心")
    for name in ("children", "organisations", "posts", "objects", "save"):
        with pytest.raises(AttributeError, match="not declared as visible"):
            getattr(node, name)


def test_a_record_that_does_not_say_what_may_be_seen_does_not_come_out(
    need: Need, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Need.field_levels, "raw", Level.PUBLIC)
    monkeypatch.setattr(Need, "raw", property(lambda _row: Entry()), raising=False)
    with pytest.raises(TypeError, match="Entry does not say what of it may be seen"):
        _ = need.seen_by(owner).raw
    with pytest.raises(TypeError):
        need.seen_by(owner).values()


def leads_to(value: Any, path: str) -> Iterator[str]:
    """The ways from something seen to a row, a manager or a query of the database."""
    if isinstance(value, models.Model | models.Manager | models.QuerySet):
        yield path
    elif isinstance(value, Seen):
        row = object.__getattribute__(value, "_row")
        for name in (*row.field_levels, *row.open_attributes, *ALWAYS_OPEN):
            if path.count(".") < 3:
                yield from leads_to(getattr(value, name, None), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leads_to(inner, f"{path}[{name}]")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leads_to(inner, f"{path}[]")


def test_no_way_leads_from_what_is_seen_to_a_row(owner: Person, professor: Person, manager: Person) -> None:
    """Every kind of record that a match carried to its result leaves, as each of its people sees it."""
    need, achievement = open_need(owner, manager), published_achievement(professor)
    TeamMember.objects.create(achievement=achievement, person=professor)
    Grade.objects.create(need=need, achievement=achievement, by=manager, grade=3, graded_at=timezone.now())
    Shortlisted.objects.create(person=owner, achievement=achievement)
    steps = Steps(owner, professor, manager)
    steps.accepted(steps.opened(propose(need, achievement, manager)))
    found = set()
    for person in (owner, professor, manager):
        for table in REGISTRY.values():
            for row in table.model._default_manager.visible_to(person):
                found.add(table.name)
                assert list(leads_to(row.seen_by(person), table.name)) == []
    assert found == set(REGISTRY) - {
        "solutions",
        "matches",
        "saved-searches",
        "tokens",
        "incomes",
        "calendar",
        "rankings",
    }
