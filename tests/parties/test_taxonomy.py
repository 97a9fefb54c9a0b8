"""Classifications: codes, names, what lies above and below, search."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from keqiao.parties import taxonomy


def test_every_parent_is_there_and_is_a_prefix_of_its_children() -> None:
    for table in (taxonomy.industries(), taxonomy.strategic(), taxonomy.regions()):
        for term in table.values():
            assert not term.parent or (term.parent in table and term.code.startswith(term.parent)), term


def test_no_strategic_code_is_a_prefix_of_an_industry() -> None:
    assert not [c for c in taxonomy.industries() if c.startswith(taxonomy.STRATEGIC)]


def test_path_holds_the_code_and_everything_above_it() -> None:
    assert taxonomy.path_of(["C3985", "X1.2"]) == ["C", "C39", "C398", "C3985", "X1", "X1.2"]
    assert taxonomy.path_of(["nonsense"]) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [("C39", "C39"), ("c3985", "C3985"), ("3985", "C3985"), ("39", "C39"), ("Ｃ３９", "C39"), ("1.2", "X1.2"),
     ("S1.2", "X1.2"), ("x1.2", "X1.2"), ("S91", "S91"), ("S", "S"), ("99999", "99999")],
)  # fmt: skip
def test_field_codes_as_people_write_them(typed: str, code: str) -> None:
    assert taxonomy.normal(typed) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [("4201", "4201"), ("420100", "4201"), ("420106", "4201"), ("42", "42"), ("武汉", "4201"), ("武汉市", "4201"),
     ("湖北省武汉市", "4201"), ("湖北", "42"), ("上海", "31"), ("广西", "45"), ("火星", ""), ("", "")],
)  # fmt: skip
def test_regions_by_code_and_by_name(typed: str, code: str) -> None:
    assert taxonomy.region_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Wuhan", "4201"), ("wuhan, Hubei", "4201"), ("Wuhan City", "4201"), ("Hubei Province", "42"), ("Hubei", "42"),
     ("Xi'an", "6101"), ("Jilin", "22"), ("Jilin City", "2202"), ("Suzhou", "3205"), ("Suzhou (Anhui)", "3413"),
     ("Lüliang", "1411"), ("Mars", ""), ("42, Hubei", "")],
)  # fmt: skip
def test_regions_by_english_name(typed: str, code: str) -> None:
    assert taxonomy.region_code(typed) == code


def test_every_name_that_pages_show_has_its_english() -> None:
    terms = [*taxonomy.fields().values(), *taxonomy.regions().values()]
    assert len(terms) > 2300
    assert [
        term.code for term in terms if not term.name_en or not re.fullmatch(r"[A-Za-zü',;.()\d -]+", term.name_en)
    ] == []
    places = [term.name_en for term in taxonomy.regions().values()]
    assert len(places) == len(set(places))


def test_english_names_lead_back_to_their_region() -> None:
    with translation.override("en"):
        names = {code: taxonomy.region_name(code) for code in taxonomy.regions()}
    assert {code: taxonomy.region_code(name) for code, name in names.items()} == {code: code for code in names}


def test_names_follow_the_language_of_the_page() -> None:
    assert taxonomy.region_name("4201") == "湖北省 武汉市"
    assert taxonomy.name_of("X1") == "新一代信息技术产业"
    with translation.override("en"):
        assert taxonomy.region_name("4201") == "Wuhan, Hubei"
        assert taxonomy.name_of("C3841") == "Lithium-ion battery manufacture"
        assert taxonomy.name_of("X1") == "New-generation information technology"
        assert taxonomy.name_of("unknown") == "unknown"


def test_search_finds_by_word_and_by_code_near_ones_first() -> None:
    assert [term.code for term in taxonomy.search("涂料")][:2] == ["C264", "C2641"]
    assert taxonomy.search("3985")[0].code == "C3985"
    assert {term.code for term in taxonomy.search("")} == {f"X{n}" for n in range(1, 10)}
    assert taxonomy.search("没有这个词") == []
    assert len(taxonomy.search("制造")) == taxonomy.FOUND_AT_ONCE
