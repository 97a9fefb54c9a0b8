"""The small world, made once: its records are frozen, so that no test can spoil it for another."""

from __future__ import annotations

import pytest

from keqiao.demo.records import Achievement, Match, Need, Organisation, Person, Solution
from keqiao.demo.world import World, build


@pytest.fixture(scope="session")
def small() -> World:
    return build("small")


@pytest.fixture(scope="session")
def organisations(small: World) -> list[Organisation]:
    return list(small.organisations())


@pytest.fixture(scope="session")
def people(small: World) -> list[Person]:
    return list(small.people())


@pytest.fixture(scope="session")
def needs(small: World) -> list[Need]:
    return list(small.needs())


@pytest.fixture(scope="session")
def achievements(small: World) -> list[Achievement]:
    return list(small.achievements())


@pytest.fixture(scope="session")
def solutions(small: World) -> list[Solution]:
    return list(small.solutions())


@pytest.fixture(scope="session")
def matches(small: World) -> list[Match]:
    return list(small.matches())
