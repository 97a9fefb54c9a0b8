"""Names of organisations: made comparable and found to look alike."""

from __future__ import annotations

import pytest

from keqiao.parties.models import Organisation
from keqiao.parties.names import lengths_near, name_key, nearly_same, search_text, spoken
from keqiao.parties.queries import find_organisations, look_alikes
from tests.factories import OrganisationFactory
from tests.personas import Personas


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("甲辰试验光电有限公司", "甲辰试验光电"),
        ("甲辰试验光电(武汉)股份有限公司", "甲辰试验光电"),
        ("甲辰试验光电（武汉）有限责任公司", "甲辰试验光电"),
        ("甲辰試驗光電集團有限公司", "甲辰试验光电"),
        ("甲辰 试验・光电 公司", "甲辰试验光电"),
        ("ＪＣ光电有限公司", "jc光电"),
        ("Jiachen Optics Co., Ltd.", "jiachenoptics"),
        ("有限公司", "有限公司"),
        ("丙午试验大学", "丙午试验大学"),
    ],
)
def test_name_key_drops_what_does_not_distinguish(name: str, key: str) -> None:
    assert name_key(name) == key


def test_spoken_is_the_same_for_homophones() -> None:
    assert spoken("晨光") == spoken("辰光") == "chenguang"


def test_search_text_has_all_ways_to_find() -> None:
    assert search_text("甲辰光电公司", "Jiachen") == "甲辰光电公司 jiachen jiachenguangdiangongsi jcgdgs"


def test_nearly_same_keeps_threshold_and_bounds() -> None:
    keys = {1: "甲辰试验光电科技", 2: "甲辰试验光电技术", 3: "完全不同的单位名", 4: "甲辰试验光学科技"}
    found = nearly_same("甲辰试验光电科技", keys)
    assert found == {1: 100, 2: 88, 4: 88}
    shortest, longest = lengths_near("甲辰试验光电科技")
    assert (shortest, longest) == (5, 11)


def test_look_alikes_are_found_by_form_sound_and_character(company_a: Organisation, personas: Personas) -> None:
    homophone = OrganisationFactory(name="甲晨试验光电有限公司")
    OrganisationFactory(name="丁未另外一家材料有限公司")
    found = look_alikes("甲辰试验光电（宜昌）股份有限公司", personas["stranger"])
    assert [(alike.organisation, alike.likeness) for alike in found] == [(company_a, 100), (homophone, 99)]


def test_look_alikes_leave_out_oneself_and_rejected(company_a: Organisation, personas: Personas) -> None:
    OrganisationFactory(name="甲辰试验光电公司", state="rejected")
    assert look_alikes(company_a.name, personas["competitor"], but=company_a.pk) == []


@pytest.mark.parametrize("typed", ["甲辰", "光电 甲辰", "jiachen", "jcsy", "ＪＩＡＣＨＥＮ", "試驗光電"])
def test_find_organisations_by_part_sound_and_script(
    company_a: Organisation, company_b: Organisation, personas: Personas, typed: str
) -> None:
    assert find_organisations(personas["stranger"], typed) == [company_a]


def test_find_organisations_by_code_with_spaces(
    company_a: Organisation, company_b: Organisation, personas: Personas
) -> None:
    code = company_b.credit_code
    assert find_organisations(personas["owner"], f"{code[:8]} {code[8:].lower()}") == [company_b]


def test_find_organisations_of_nothing_is_empty(company_a: Organisation, personas: Personas) -> None:
    assert find_organisations(personas["owner"], "   ") == []


def test_find_organisations_asks_once(personas: Personas, django_assert_num_queries) -> None:
    OrganisationFactory.create_batch(3)
    personas["owner"].standing  # noqa: B018 (read once for a request)
    with django_assert_num_queries(1):
        assert len(find_organisations(personas["owner"], "测试单位")) == 3
