"""Managers for all open needs at once: who is proposed, who may not be, and what accepting does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.utils import timezone

from keqiao.exchange.models import Need, Solution
from keqiao.exchange.models.achievement import TeamMember
from keqiao.kernel.access import SYSTEM
from keqiao.kernel.models import Entry
from keqiao.matching.assigning import accept, propose_managers
from keqiao.matching.conflicts import conflicts
from keqiao.matching.manager_commands import managers
from keqiao.matching.managers import suggest_managers
from keqiao.matching.models import Proposal
from keqiao.parties.models import Membership, Organisation, Person, Post
from tests.factories import MembershipFactory, OrganisationFactory
from tests.matching.conftest import Make, record
from tests.matching.test_managers import manager_of

PAGE = "/managers/"


def pairs(actor: Any) -> dict[str, str]:
    """Who is proposed for what, by name."""
    return {str(one.need): str(one.manager.person) if one.manager else one.why_not for one in propose_managers(actor)}


def test_all_together_get_the_best_where_one_by_one_the_first_would(make_need: Make, wuhan, operator) -> None:
    """Both fit the first need alike; only one of them knows the field of the second, and has time for one more."""
    manager_of(wuhan, "光学通才", "C39", "C38", limit=1)
    manager_of(wuhan, "光学专才", "C39", limit=1)
    make_need(title="光学难题", fields=["C39"])
    make_need(title="电池难题", fields=["C38"])
    first, _second = propose_managers(operator)
    assert str(suggest_managers(Need.objects.get(title="光学难题"), operator)[0].person) == "光学通才"
    assert pairs(operator) == {"光学难题": "光学专才", "电池难题": "光学通才"}
    assert first.manager is not None
    assert first.manager.reasons[1:] == ["武汉节点的技术经理人", "在办 0 项，上限 1 项"]


def test_load_spreads_over_equals(make_need: Make, wuhan, operator) -> None:
    busy = manager_of(wuhan, "手上有三项", "C39", limit=10)
    manager_of(wuhan, "手上没有", "C39", limit=10)
    for _number in range(3):
        make_need(manager=busy)
    for number in range(5):
        make_need(title=f"难题{number}")
    found = sorted(pairs(operator).values())
    assert found == ["手上有三项"] + ["手上没有"] * 4


def test_only_waiting_needs_of_the_own_nodes_are_dealt_out(
    make_need: Make, wuhan, yichang, operator, other_operator, centre_operator
) -> None:
    manager_of(wuhan, "武汉同行", "C39")
    manager_of(yichang, "宜昌同行", "C39")
    make_need(title="武汉的")
    make_need(title="宜昌的", node=yichang)
    make_need(title="已有人管", manager=manager_of(wuhan, "在管的人", "C39"))
    for state in ("draft", "triage", "in_project", "solved", "expired"):
        make_need(title=state, state=state)
    Post.objects.filter(person__name="在管的人").update(state="ended")
    both = {"武汉的": "武汉同行", "宜昌的": "宜昌同行"}
    found = [pairs(actor) for actor in (operator, other_operator, centre_operator, SYSTEM)]
    assert found == [{"武汉的": "武汉同行"}, {"宜昌的": "宜昌同行"}, both, both]


def test_who_is_left_without_is_told_why(make_need: Make, wuhan, yichang, owner, centre_operator) -> None:
    make_need(title="没有人", node=yichang)
    make_need(title="都有关系")
    assert pairs(centre_operator)["都有关系"].startswith("本节点和中心没有技术经理人")
    partner = manager_of(wuhan, "本单位同事", "C39", limit=1)
    MembershipFactory(person=partner, organisation=owner.memberships.get().organisation)
    assert pairs(centre_operator)["都有关系"].startswith("能接手的技术经理人都与这项需求有利益关系")
    full = manager_of(wuhan, "满负荷", "C39", limit=1)
    make_need(manager=full)
    assert pairs(centre_operator) == {
        "没有人": "本节点和中心没有技术经理人。请先在“节点”页面任命。",
        "都有关系": "能接手的技术经理人都已达到在办上限。请调高上限，或再任命一位。",
    }


def test_of_several_posts_the_lowest_limit_counts(make_need: Make, wuhan, centre, operator) -> None:
    both = manager_of(wuhan, "两处任职", "C39", limit=5)
    Post.objects.create(person=both, node=centre, role="manager", caseload_limit=1)
    for number in range(3):
        make_need(title=f"难题{number}")
    assert list(pairs(operator).values()).count("两处任职") == 1


# ---- conflicts of interest --------------------------------------------------------------------------------------


def offered(need: Need, achievement: Any, **values: Any) -> Proposal:
    base = {"asker": need.contact, "provider": achievement.contact, "node": need.node, "achievement": achievement}
    base["provider_organisation"] = achievement.organisation
    return Proposal.objects.create(need=need, **base | values)


def left(person: Person, organisation: Organisation, days: int | None) -> Membership:
    """A membership that ended so many days ago; None: nobody wrote down when."""
    membership = MembershipFactory(person=person, organisation=organisation, state="left")
    if days is not None:
        with time_machine.travel(timezone.now() - timedelta(days=days), tick=False):
            record(membership, "leave", before="active", actor=person)
    return membership


@pytest.fixture
def stake(make_need: Make, make_achievement: Make, wuhan, professor, owner) -> Any:
    """A need, a manager, and what ties the one to the other."""
    need, person = make_need(), manager_of(wuhan, "小唐", "C39")
    company, university = (one.memberships.get().organisation for one in (owner, professor))
    other = OrganisationFactory(node=wuhan)

    def joins(organisation: Organisation, state: str = "active") -> None:
        MembershipFactory(person=person, organisation=organisation, state=state)

    def offer(for_need: Need = need, **values: Any) -> Proposal:
        joins(university)
        return offered(for_need, make_achievement(), **values)

    def team() -> None:
        proposal = offered(need, make_achievement())
        TeamMember.objects.create(achievement=proposal.achievement, person=person)

    def expert() -> None:
        proposal = offered(need, make_achievement())
        Proposal.objects.filter(pk=proposal.pk).update(achievement=None, person=person)

    def solution(**values: Any) -> None:
        Solution.objects.create(need=need, contact=person, node=wuhan, **values)

    ties: dict[str, Callable[[], Any]] = {
        "contact": lambda: Need.objects.filter(pk=need.pk).update(contact=person),
        "asking organisation": lambda: joins(company),
        "asked to join": lambda: joins(company, "requested"),
        "another organisation": lambda: joins(other),
        "left yesterday": lambda: left(person, company, 1),
        "left 729 days ago": lambda: left(person, company, 729),
        "left 731 days ago": lambda: left(person, company, 731),
        "left some day": lambda: left(person, company, None),
        "offering organisation": offer,
        "declined offer": lambda: offer(state="declined"),
        "offer for another need": lambda: offer(make_need()),
        "team": team,
        "expert proposed": expert,
        "solution": lambda: solution(submitted_at=timezone.now()),
        "draft solution": solution,
        "nothing": lambda: None,
    }

    def tie(kind: str) -> tuple[Need, Person]:
        ties[kind]()
        return Need.objects.get(pk=need.pk), person

    return tie


TIES = [
    ("contact", True), ("asking organisation", True), ("left yesterday", True), ("left 729 days ago", True),
    ("left 731 days ago", False), ("left some day", True), ("asked to join", False), ("another organisation", False),
    ("offering organisation", True), ("declined offer", True), ("offer for another need", False), ("team", True),
    ("expert proposed", True), ("solution", True), ("draft solution", False), ("nothing", False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "barred"), TIES, ids=[kind for kind, _barred in TIES])
def test_whoever_has_a_stake_is_neither_suggested_nor_assigned(kind: str, barred: bool, stake: Any, operator) -> None:
    need, person = stake(kind)
    expected = {(need.pk, person.pk)} if barred else set()
    assert conflicts([need], [person.pk]) == expected
    assert [str(one.person) for one in suggest_managers(need, operator)] == ([] if barred else ["小唐"])
    [proposed] = [one for one in propose_managers(operator) if one.need.pk == need.pk]
    assert (proposed.manager is None) is barred


# ---- accepting --------------------------------------------------------------------------------------------------


def assigned() -> dict[str, str]:
    rows = Need.objects.exclude(manager=None).values_list("title", "manager__name")
    return dict(rows)


def test_accepting_assigns_by_the_verb_and_tells(client, make_need: Make, wuhan, operator) -> None:
    manager_of(wuhan, "本地同行", "C39")
    one, other = make_need(title="甲"), make_need(title="乙")
    client.force_login(operator)
    page = client.get(PAGE).content.decode()
    value = f"{one.pk}-{Person.objects.get(name='本地同行').pk}"
    assert (f'value="{value}"' in page, "在办 0 项，上限 40 项" in page) == (True, True)
    assert assigned() == {}
    answer = client.post(PAGE, {"pair": [value]}, follow=True)
    assert "已指派 1 项需求的技术经理人" in answer.content.decode()
    assert assigned() == {"甲": "本地同行"}
    entries = list(Entry.objects.filter(verb="assign_manager").values_list("object_id", "actor"))
    assert entries == [(one.pk, operator.pk)]
    assert f'value="{other.pk}-' in answer.content.decode()


def test_all_that_are_ticked_are_accepted(client, make_need: Make, wuhan, operator) -> None:
    person = manager_of(wuhan, "本地同行", "C39")
    needs = [make_need(title=f"难题{number}") for number in range(3)]
    client.force_login(operator)
    client.post(PAGE, {"pair": [f"{need.pk}-{person.pk}" for need in needs]})
    assert assigned() == {f"难题{number}": "本地同行" for number in range(3)}
    assert "没有等待指派的需求" in client.get(PAGE).content.decode()


def test_what_no_longer_fits_is_refused_with_the_reason_and_the_rest_is_made(
    client, make_need: Make, wuhan, operator
) -> None:
    full, free = manager_of(wuhan, "满负荷", "C39", limit=1), manager_of(wuhan, "有余力", "C39")
    make_need(title="占用", manager=full)
    one, other = make_need(title="甲"), make_need(title="乙")
    client.force_login(operator)
    answer = client.post(PAGE, {"pair": [f"{one.pk}-{full.pk}", f"{other.pk}-{free.pk}"]}, follow=True)
    words = f"需求 {one.pk} 没有指派：满负荷 已有 1 项在办，达到上限。请选择其他人。"
    assert words in answer.content.decode()
    assert assigned() == {"占用": "满负荷", "乙": "有余力"}


@pytest.mark.parametrize("pair", ["", "x", "1", "1-", "-1", "1-2-3", "１-２", f"{'9' * 30}-1", "1;2-3"])
def test_what_is_no_pair_changes_nothing(pair: str, client, make_need: Make, manager, operator) -> None:
    make_need()
    client.force_login(operator)
    answer = client.post(PAGE, {"pair": [pair]}, follow=True)
    assert "没有选中任何需求" in answer.content.decode()
    assert (assigned(), Entry.objects.filter(verb="assign_manager").count()) == ({}, 0)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("operator", 200), ("other_operator", 200), ("centre_operator", 200), ("owner", 403), ("manager", 403),
        ("auditor", 403), ("professor", 403), ("stranger", 302),
    ],
)  # fmt: skip
def test_the_page_is_for_those_who_assign(name: str, status: int, client, make_need: Make, manager, personas) -> None:
    need = make_need()
    if name != "stranger":
        client.force_login(personas[name])
    assert client.get(PAGE).status_code == status
    client.post(PAGE, {"pair": [f"{need.pk}-{manager.pk}"]})
    made = name in {"operator", "centre_operator"}
    assert (assigned() != {}, Entry.objects.filter(verb="assign_manager").count()) == (made, int(made))


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_for_one_and_for_three(
    count: int, client, make_need: Make, wuhan, operator, django_assert_num_queries
) -> None:
    for number in range(count):
        manager_of(wuhan, f"经理人{number}", "C39")
        make_need(title=f"难题{number}")
    client.force_login(operator)
    client.get(PAGE)
    with django_assert_num_queries(14):
        assert client.get(PAGE).content.decode().count('name="pair"') == count


def test_desk_says_how_many_wait(client, make_need: Make, operator, auditor) -> None:
    make_need()
    make_need()
    client.force_login(operator)
    page = client.get("/desk/").content.decode()
    assert 'href="/managers/"><span class="figure-value">2<' in page
    client.force_login(auditor)
    assert 'href="/managers/"' not in client.get("/desk/").content.decode()


# ---- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def command(cli: Any) -> Any:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(managers, ["assign", *arguments])

    return run


def test_dry_run_prints_and_changes_nothing(command: Any, make_need: Make, wuhan, owner) -> None:
    person = manager_of(wuhan, "本地同行", "C39")
    one, two = make_need(title="甲"), make_need(title="乙", node=wuhan)
    lines = [json.loads(line) for line in command("--dry-run", "--json").stdout.splitlines()]
    assert [(line["need"], line["manager"], line["name"], line["trouble"]) for line in lines] == [
        (one.pk, person.pk, "本地同行", ""),
        (two.pk, person.pk, "本地同行", ""),
    ]
    assert (assigned(), Entry.objects.filter(verb="assign_manager").count()) == ({}, 0)


def test_command_assigns_as_the_platform(command: Any, make_need: Make, wuhan, yichang) -> None:
    manager_of(wuhan, "本地同行", "C39")
    need, far = make_need(title="甲"), make_need(title="乙", node=yichang)
    result = command()
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{need.pk}\t甲\t本地同行（{'；'.join(suggest_reasons())}）",
        f"{far.pk}\t乙\t–\t本节点和中心没有技术经理人。请先在“节点”页面任命。",
    ]
    assert assigned() == {"甲": "本地同行"}
    assert list(Entry.objects.filter(verb="assign_manager").values_list("object_id", "actor")) == [(need.pk, None)]
    assert command().stdout.count("甲") == 0


def suggest_reasons() -> list[str]:
    return ["熟悉计算机、通信和其他电子设备制造业", "武汉节点的技术经理人", "在办 0 项，上限 40 项"]


def test_without_waiting_needs_the_command_says_so(command: Any, db: None) -> None:
    assert command().stdout == "没有等待指派的需求：公开的需求都有技术经理人。\n"
    assert command("--json").stdout == ""


def test_accepting_for_a_need_out_of_reach_is_told(make_need: Make, manager, other_operator) -> None:
    need = make_need()
    [one] = accept([(need.pk, manager.pk)], other_operator)
    assert one.trouble == "只有本节点的平台运营人员可以执行这一步。"
    assert assigned() == {}
