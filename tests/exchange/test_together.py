"""Two operators at the same moment."""

from __future__ import annotations

import pytest

from keqiao.exchange.models import Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person
from tests.factories import PersonFactory, PostFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_assignments_at_once_keep_to_the_manager_s_limit(
    owner: Person, company_a: Organisation, operator: Person, manager: Person
) -> None:
    manager.posts.update(caseload_limit=1)
    second = PostFactory(person=PersonFactory(), node=company_a.node, role="operator").person
    about = {"contact": owner, "organisation": company_a, "node": company_a.node}
    needs = [Need.objects.create(title="消光涂层", state="open", **about) for _n in range(2)]
    outcomes = at_once(
        lambda: run(NEED, needs[0].pk, "assign_manager", actor=operator, data={"manager": manager.pk}),
        lambda: run(NEED, needs[1].pk, "assign_manager", actor=second, data={"manager": manager.pk}),
    )
    assert outcomes == ["Invalid", "ok"]
    assert Need.objects.filter(manager=manager).count() == 1
    assert Entry.objects.filter(verb="assign_manager").count() == 1
