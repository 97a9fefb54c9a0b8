"""Counters: a projection of the journal that equals a recount of the tables, in total and at each node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keqiao.exchange.models import Need, Solution
from keqiao.exchange.workflow import NEED, SOLUTION
from keqiao.kernel import journal, projections
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching.models import Proposal
from keqiao.matching.workflow import PROPOSALS
from keqiao.observatory.counters import METRICS, recount, totals
from keqiao.observatory.models import Counter
from keqiao.parties.models import Node, Person
from keqiao.parties.workflow import ORGANISATION
from tests.factories import credit_code
from tests.observatory.conftest import Publish
from tests.stages import Steps, open_need, published_achievement

Sealed = Callable[[], int]


def counted(node: str = "") -> dict[str, int]:
    """The counters that are not zero."""
    return {name: value for name, value in totals(node).items() if value}


def agrees_with_tables(before: dict[str, int]) -> bool:
    """Whether the counters moved by what the tables moved (rows of factories came without entries)."""
    now = recount()
    return totals() == {name: now[name] - before[name] for name in now}


def test_a_need_is_counted_from_its_publication_to_its_end(
    publish: Publish, sealed: Sealed, owner: Person, operator: Person
) -> None:
    sealed()
    entry = publish()
    assert counted() == {}  # not before it is sealed
    sealed()
    assert counted() == {"needs": 1, "open_needs": 1}
    run(NEED, entry.object_id, "take_down", actor=operator, data={"code": "other", "reason": "核实中"})
    sealed()
    assert counted() == {}
    run(NEED, entry.object_id, "restore", actor=operator)
    sealed()
    assert counted() == {"needs": 1, "open_needs": 1}
    run(NEED, entry.object_id, "withdraw", actor=owner, data={"reason": "不再需要"})
    sealed()
    assert counted() == {}


def test_drafts_and_refused_ones_never_count(owner: Person, operator: Person, sealed: Sealed) -> None:
    need = open_need(owner, state="draft")
    run(NEED, need.pk, "submit", actor=owner)
    run(NEED, need.pk, "reject", actor=operator, data={"code": "other", "reason": "与平台无关"})
    sealed()
    assert counted() == {}


def test_a_match_moves_every_number_on_its_way_to_a_result(
    owner: Person, professor: Person, manager: Person, sealed: Sealed
) -> None:
    need, achievement = open_need(owner, manager), published_achievement(professor)
    before = recount()
    proposed = run(
        PROPOSALS,
        None,
        "create",
        actor=manager,
        data={"need": need.pk, "achievement": achievement.pk, "message": "请看"},
    )
    proposal = Proposal.objects.get(pk=proposed.object_id)
    steps = Steps(owner, professor, manager)
    for side in (professor, owner):
        for verb in ("interest", "agree", "accept"):
            if PROPOSALS.may(Proposal.objects.get(), verb, side):
                run(PROPOSALS, proposal.pk, verb, actor=side)
        sealed()
        assert agrees_with_tables(before)
    project = steps.opened(Proposal.objects.get())
    sealed()
    assert agrees_with_tables(before)
    steps.accepted(project)
    sealed()
    assert agrees_with_tables(before)
    assert totals()["projects"] == totals()["matches"] == 1


def test_an_organisation_that_moves_takes_its_count_along(
    owner: Person, operator: Person, yichang: Node, wuhan: Node, sealed: Sealed
) -> None:
    data = {
        "name": "庚午试验仪器有限公司", "kind": "company", "credit_code": credit_code(77), "node": "wuhan",
        "is_different": True, "position": "经理",
    }  # fmt: skip
    made = run(ORGANISATION, None, "create", actor=owner, data=data)
    sealed()
    assert (totals("wuhan")["organisations"], totals("yichang")["organisations"]) == (1, 0)
    actor = Person.objects.get(pk=owner.pk)
    run(ORGANISATION, made.object_id, "correct", actor=actor, data=data | {"node": "yichang"})
    sealed()
    assert (totals("wuhan")["organisations"], totals("yichang")["organisations"]) == (0, 1)
    assert totals()["organisations"] == 1
    assert Counter.objects.filter(value__lt=0).count() == 0


def test_rebuilding_gives_the_same_numbers(
    publish: Publish, publish_achievement: Publish, sealed: Sealed, owner: Person
) -> None:
    publish("一")
    publish_achievement("二")
    run(NEED, publish("三").object_id, "withdraw", actor=owner, data={"reason": "不再需要"})
    sealed()
    running = sorted(Counter.objects.values_list("metric", "node", "value"))
    assert projections.rebuild("counters") == Entry.objects.count()
    assert sorted(Counter.objects.exclude(value=0).values_list("metric", "node", "value")) == [
        line for line in running if line[2]
    ]


MOVES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(Need.state.field.choices), st.sampled_from(["wuhan", "yichang"])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_states_and_nodes_rows_go_through_the_counters_equal_a_recount(
    owner: Person, yichang: Node, moves: list[Any]
) -> None:
    Counter.objects.all().delete()
    Need.objects.all().delete()
    rows = [open_need(owner, state="draft", title=str(number)) for number in range(3)]
    entries = []
    for number, (state, _label), node in moves:
        row = rows[number]
        before, came_from = journal.snapshot(row), row.state
        row.state, row.node_id = state, node
        row.save()
        entries.append(journal.append(row=row, verb="walk", actor=owner, before=before, from_state=came_from))
    projections.REGISTRY["counters"].apply(entries)
    for node in ("", "wuhan", "yichang"):
        expected = recount(node)
        found = totals(node)
        assert {name: found[name] for name in ("needs", "open_needs")} == {
            name: expected[name] for name in ("needs", "open_needs")
        }


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_counts_states_that_its_table_has(metric: Any) -> None:
    assert metric.states <= set(metric.table.states.values)
    assert metric.table.model._meta.model_name == metric.object_type


def test_answers_count_from_their_submission(owner: Person, professor: Person, sealed: Sealed) -> None:
    need = open_need(owner)
    data = {"need": need.pk, "approach": "低温喷涂，一步成膜。" * 8, "specifications": "吸光率 98.6 %"}
    entry = run(SOLUTION, None, "create", actor=professor, data=data)
    sealed()
    assert counted() == {}
    run(SOLUTION, entry.object_id, "submit", actor=professor)
    sealed()
    assert counted() == {"solutions": 1}
    assert Solution.objects.get().state == "submitted"
