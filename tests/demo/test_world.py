"""The made-up world as a whole: the same every time, complete, and true to itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from keqiao.demo.cast import COUNTS, NODES, Cast
from keqiao.demo.records import Achievement, Match, Need, Organisation, Person, Solution
from keqiao.demo.world import World, build

LISTS = ("organisations", "people", "needs", "achievements", "solutions", "matches")


def digest(world: World) -> str:
    """A hash over every record."""
    total = hashlib.sha256()
    for name in LISTS:
        for record in getattr(world, name)():
            total.update(repr(record).encode())
    return total.hexdigest()


def test_world_is_the_same_in_another_process(small: World) -> None:
    program = (
        "from tests.demo.test_world import digest; from keqiao.demo.world import build; print(digest(build('small')))"
    )
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip() == digest(small), done.stderr


def test_another_seed_makes_another_world(small: World) -> None:
    other = build("small", seed=8)
    assert other.need(20).problem != small.need(20).problem
    assert digest(other) != digest(small)


def test_a_record_alone_is_the_record_of_the_list(small: World, needs: list[Need], matches: list[Match]) -> None:
    fresh = build("small")
    assert fresh.match(70) == matches[70]
    assert fresh.need(211) == needs[211]
    assert fresh.solution(150) == list(small.solutions())[150]


def test_unknown_scale_is_refused() -> None:
    with pytest.raises(KeyError):
        build("huge")  # type: ignore[arg-type]


def test_counts_of_small_are_exact(small: World) -> None:
    assert {name: sum(1 for _ in getattr(small, name)()) for name in LISTS} == {
        "organisations": 310,
        "people": 258,
        "needs": 300,
        "achievements": 300,
        "solutions": 200,
        "matches": 90,
    }


def test_kinds_of_organisations_of_small(organisations: list[Organisation]) -> None:
    kinds = Counter(one.kind for one in organisations)
    assert kinds["company"] == 240
    assert kinds["university"] + kinds["institute"] == 40
    assert kinds["service"] + kinds["park"] + kinds["fund"] + kinds["government"] == 30
    assert min(kinds.values()) >= 5


def test_roles_of_people_of_small(people: list[Person]) -> None:
    roles = Counter(one.role for one in people)
    assert roles == {"contact": 120, "researcher": 84, "manager": 36, "operator": 18}
    assert sum(one.is_listed for one in people) == 120


def test_counts_of_seed_are_those_of_the_page() -> None:
    counts = COUNTS["seed"]
    assert (counts.companies, counts.needs, counts.matches) == (66_000, 47_000, 14_000)
    assert counts.achievements == 4_679 * 10
    assert counts.solutions >= 3_000
    assert len(NODES) == 1 + 17


@pytest.mark.parametrize("name", ["need", "achievement", "solution", "match", "organisation", "person"])
def test_seed_scale_makes_records_everywhere_in_its_lists(name: str) -> None:
    world = build("seed")
    last = {
        "need": world.counts.needs, "achievement": world.counts.achievements, "solution": world.counts.solutions,
        "match": world.counts.matches, "organisation": world.cast.organisations, "person": world.cast.people,
    }[name] - 1  # fmt: skip
    records = [getattr(world, name)(place * last // 20) for place in range(21)]
    assert [record.index for record in records] == [place * last // 20 for place in range(21)]


def test_records_refer_to_what_exists(
    small: World,
    organisations: list[Organisation],
    people: list[Person],
    needs: list[Need],
    achievements: list[Achievement],
    solutions: list[Solution],
) -> None:
    assert [need.organisation for need in needs if need.contact == small.cast.colleague] == [small.seats.company]
    for need in needs:
        assert need.contact == small.cast.colleague or people[need.contact].organisation == need.organisation
        assert organisations[need.organisation].kind == "company"
        assert (need.node, need.region) == (
            organisations[need.organisation].node,
            organisations[need.organisation].region,
        )
        assert need.manager is None or people[need.manager].role == "manager"
    for achievement in achievements:
        assert people[achievement.contact].organisation == achievement.organisation
        assert organisations[achievement.organisation].kind in ("university", "institute")
        assert achievement.team[0] == (achievement.contact, "负责人")
        assert len({person for person, _role in achievement.team}) == len(achievement.team)
        assert {people[person].role for person, _role in achievement.team} == {"researcher"}
    for solution in solutions:
        assert needs[solution.need].kind == "technology"
        assert needs[solution.need].state in ("open", "in_project", "solved")
        assert solution.achievement is None or achievements[solution.achievement].state == "published"


def test_everybody_stands_at_a_node(organisations: list[Organisation], people: list[Person]) -> None:
    nodes = {node.code: node.region for node in NODES}
    assert [one for one in organisations if nodes.get(one.node) != one.region] == []
    assert {one.node for one in people} <= set(nodes)
    assert Counter(one.node for one in people if one.role == "operator") == dict.fromkeys(nodes, 1)


def test_nodes_stand_on_tiles_of_their_own() -> None:
    tiles = [(node.tile_x, node.tile_y) for node in NODES[1:]]
    assert len(set(tiles)) == 17
    assert {node.parent for node in NODES[1:]} == {NODES[0].code}


def test_each_desk_has_work(needs: list[Need], achievements: list[Achievement]) -> None:
    waiting = Counter(need.state for need in needs)
    assert 50 <= waiting["draft"] + waiting["triage"] <= 80
    assert min(waiting[state] for state in ("draft", "triage", "open", "in_project", "solved", "rejected")) >= 3
    assert Counter(one.state for one in achievements)["triage"] >= 5


def test_states_agree_with_dates(needs: list[Need], achievements: list[Achievement]) -> None:
    for record in (*needs, *achievements):
        hidden = record.state in ("draft", "triage", "rejected")
        assert (record.published_days_ago is None) == hidden, record.index
        assert record.created_days_ago >= (record.published_days_ago or 0)
        assert (record.reject_reason == "") == (record.state != "rejected")
    for need in needs:
        if need.state in ("open", "triage", "draft"):
            assert need.deadline_days > 0
        if need.state == "expired":
            assert need.deadline_days < 0


def test_records_are_plain_and_frozen(needs: list[Need]) -> None:
    with pytest.raises(AttributeError):
        needs[0].title = "x"  # type: ignore[misc]
    assert replace(needs[0], title="x").title == "x"


def test_cast_gives_needs_of_a_topic_to_companies_of_its_field(small: World, needs: list[Need]) -> None:
    cast = Cast("small")
    assert [need.index for need in needs if cast.field_of_company(need.organisation).key != need.subject] == []
