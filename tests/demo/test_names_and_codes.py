"""Names, codes and addresses that belong to nobody."""

from __future__ import annotations

import pytest
from stdnum.cn import uscc

from keqiao.demo.cast import Cast
from keqiao.demo.credit import NOWHERE, check_character, credit_code
from keqiao.demo.names import BRANDS, brand, guard, is_free, person_name
from keqiao.demo.parties import organisation
from keqiao.demo.world import World, build

KINDS = ("company", "university", "institute", "service", "park", "fund", "government")


@pytest.mark.parametrize("kind", KINDS)
def test_credit_code_is_valid_for_every_kind(kind: str) -> None:
    codes = [credit_code(kind, number) for number in (0, 7, 66_000, 66_819)]
    assert [uscc.validate(code) for code in codes] == codes
    assert {code[2:8] for code in codes} == {NOWHERE}
    assert {code[8:10] for code in codes} == {"DM"}


def test_check_character_agrees_with_a_published_example() -> None:
    """The example of the library that knows the standard."""
    assert check_character("91110000600037341") == uscc.calc_check_digit("91110000600037341") == "L"


def test_credit_codes_of_different_numbers_differ() -> None:
    assert len({credit_code("company", number) for number in range(2000)}) == 2000


def test_brands_are_all_different_and_free_of_well_known_names() -> None:
    brands = [brand(number) for number in range(0, BRANDS, 7)]
    assert len({mark.written for mark in brands}) == len(brands)
    assert all(is_free(mark.written) for mark in brands)
    assert {len(mark.written) for mark in brands} == {3}


def test_guard_refuses_a_name_that_contains_a_well_known_one() -> None:
    assert len(guard()) > 100
    assert not is_free("武汉华为光电有限公司")
    assert is_free("武汉霁岚拓光电有限公司")


def test_organisations_of_small_have_names_of_their_own_and_none_is_known() -> None:
    organisations = list(build("small").organisations())
    assert len({one.name for one in organisations}) == len(organisations)
    assert [one.name for one in organisations if not is_free(one.name)] == []


def test_organisations_of_seed_have_names_of_their_own_and_none_is_known() -> None:
    cast = Cast("seed")
    places = [*range(0, cast.counts.companies, 23), *range(cast.counts.companies, cast.organisations)]
    names = [organisation(cast, 7, index).name for index in places]
    assert len(set(names)) == len(names)
    assert [name for name in names if not is_free(name)] == []


def test_every_code_of_the_small_world_is_valid_and_unique(small: World) -> None:
    codes = [one.credit_code for one in small.organisations()]
    assert [uscc.validate(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)


def test_addresses_are_unique_and_under_the_example_domain(small: World) -> None:
    addresses = [one.email for one in small.people()]
    assert len(set(addresses)) == len(addresses)
    assert [address for address in addresses if not address.endswith(".example")] == []
    assert all(one.website.endswith(".example/") for one in small.organisations())


def test_people_have_names_in_both_scripts() -> None:
    name = person_name(0)
    assert len(name.written) == 3
    assert name.english.split()[1].lower() == name.login.partition(".")[0]


def test_names_of_people_do_not_repeat_within_a_world(small: World) -> None:
    names = [one.name for one in small.people()]
    assert len(set(names)) == len(names)
