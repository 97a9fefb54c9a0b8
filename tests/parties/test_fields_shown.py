"""Fields of people: codes are shown by their names, words of their own as they are."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.parties.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(professor: Person) -> Person:
    professor.fields = ["C39", "X3.4", "红外镀膜"]
    professor.is_listed = True
    professor.save()
    return professor


@pytest.mark.parametrize("url", ["/people/", "profile"])
def test_codes_are_shown_by_their_names_and_words_as_they_are(client: Client, known: Person, url: str) -> None:
    page = client.get(known.get_absolute_url() if url == "profile" else url).content.decode()
    assert "计算机、通信和其他电子设备制造业" in page
    assert "先进无机非金属材料" in page
    assert "红外镀膜" in page
    assert "X3.4" not in page
    assert ">C39<" not in page


def test_names_are_english_on_an_english_page(client: Client, known: Person) -> None:
    page = client.get("/people/", headers={"accept-language": "en"}).content.decode()
    assert "计算机、通信和其他电子设备制造业" not in page
    assert "omputer" in page
