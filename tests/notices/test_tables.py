"""Every workflow that tells somebody can really do so, and no notice says more than its reader may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keqiao.kernel import clocks, projections
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow, run
from keqiao.notices.models import Mail, Notice
from keqiao.notices.projection import NOTICES, notice_for
from keqiao.parties.models import Organisation, Person
from tests.personas import Personas

TELLING = [
    pytest.param(table, verb, id=f"{table.name}-{verb.name}-{'/'.join(verb.sources)}")
    for table in REGISTRY.values()
    for verb in table.verbs
    if verb.tells
]


@pytest.mark.parametrize(("table", "verb"), TELLING)
def test_audiences_that_a_verb_tells_are_known_to_its_workflow(table: Workflow[Any], verb: Verb) -> None:
    assert set(verb.tells) <= set(table.audiences)
    assert callable(getattr(table.model, "get_absolute_url", None))


@pytest.mark.parametrize("clock", clocks.REGISTRY.values(), ids=lambda clock: clock.name)
def test_every_clock_reminds_somebody(clock: clocks.Clock) -> None:
    tables = [table for table in REGISTRY.values() if any(clock in verb.starts for verb in table.verbs)]
    assert tables
    for table in tables:
        assert set(clock.reminds) & set(table.audiences), table.name


@pytest.fixture
def sealed_need(owner: Person, company_a: Organisation) -> Any:
    """A need whose title is public and whose owner, problem and budget are not."""
    from keqiao.exchange.models import Need

    return Need.objects.create(
        title="一种涂层",
        problem="机密的吸光率数字 98.68 %",
        contact=owner,
        organisation=company_a,
        node=company_a.node,
        state="triage",
        levels={"organisation": int(Level.NDA), "contact": int(Level.NDA), "problem": int(Level.NDA)},
    )


def test_notice_and_mail_carry_title_and_nothing_confidential(
    sealed_need: Any, operator: Person, owner: Person, sealed: Callable[[], int]
) -> None:
    run(REGISTRY["needs"], sealed_need.pk, "publish", actor=operator)
    sealed()
    mail = Mail.objects.get(to=owner.email)
    assert "一种涂层" in mail.subject
    for secret in ("98.68", "甲辰试验光电", "林工"):
        assert secret not in mail.text + mail.html + mail.subject


def test_notice_for_each_persona_follows_the_rules(sealed_need: Any, personas: Personas) -> None:
    from keqiao.exchange.models import Need

    table = REGISTRY["needs"]
    people = {name: person for name, person in personas.items() if name != "stranger"}
    told = {name for name, person in people.items() if notice_for(table, sealed_need, person)}
    assert told == {"owner", "colleague", "operator", "centre_operator", "auditor"}
    Need.objects.filter(pk=sealed_need.pk).update(state="open")
    sealed_need.refresh_from_db()
    notices = [notice_for(table, sealed_need, person) for person in people.values()]
    assert {(n.title, n.url) for n in notices if n} == {("一种涂层", sealed_need.get_absolute_url())}
    assert Notice.objects.count() == 0


def test_projection_is_known_by_name() -> None:
    assert projections.REGISTRY["notices"] is NOTICES
