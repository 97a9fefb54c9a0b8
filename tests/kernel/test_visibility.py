"""What leaves the process went through `seen_by`: exact fields for each persona."""

from __future__ import annotations

import pytest

from keqiao.exchange.models import Need
from keqiao.kernel.access import NotVisible
from keqiao.kernel.visibility import Hidden, Level
from keqiao.parties.models import Organisation, Person
from tests.personas import Personas


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
