"""People: what they say, who sees it, and what the journal keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from keqiao.kernel.access import Invalid, NotAllowed, NotVisible
from keqiao.kernel.journal import history
from keqiao.kernel.models import Secret
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.parties import taxonomy
from keqiao.parties.models import Consent, Organisation, Person
from keqiao.parties.queries import directory
from keqiao.parties.workflow import PERSON
from tests.factories import MembershipFactory, PersonFactory
from tests.personas import Personas, fresh

pytestmark = pytest.mark.django_db


def profile(**changes: Any) -> dict[str, Any]:
    return {"name": "林工", "language": "zh-hans"} | changes


def test_profile_is_saved_with_levels_and_fields(owner: Person) -> None:
    data = profile(
        title="研发总监",
        fields_known="红外镀膜、 真空工艺，红外镀膜,",
        introduction="做了二十年镀膜",
        level_introduction="1",
        phone="+86 27-87654321",
        level_phone="3",
        level_email="2",
    )
    run(PERSON, owner.pk, "save", actor=owner, data=data)
    owner = fresh(owner)
    assert owner.fields == ["红外镀膜", "真空工艺"]
    assert owner.levels == {"introduction": 1, "phone": 3, "email": 2}
    assert owner.level_of("introduction_en") == Level.PUBLIC


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_profile_shows_fields_by_name_and_reads_them_back(owner: Person, language: str) -> None:
    """Names with commas, a name that a strategic industry and an industry share, and a word of one's own."""
    codes = [code for code, term in taxonomy.fields().items() if "、" in term.name or "," in term.name_en][:4]
    shared = next(c for c, t in taxonomy.industries().items() if taxonomy.code_of(t.name) != c)
    had = [*codes, "C3976", shared, "红外镀膜"]
    Person.objects.filter(pk=owner.pk).update(fields=had, language=language)
    client = Client(headers={"Accept-Language": language})
    client.force_login(owner)
    form = client.get(f"/people/{owner.pk}/save/").context["form"]
    shown = form["fields_known"].value()
    assert "C3976" not in shown
    assert taxonomy.fields()["C3976"].name_en in shown if language == "en" else "光电子器件制造" in shown
    with translation.override(language):
        run(PERSON, owner.pk, "save", actor=owner, data=profile(fields_known=shown, language=language))
    assert fresh(owner).fields == had


def test_field_typed_by_name_or_code_is_kept_as_its_code(owner: Person) -> None:
    run(PERSON, owner.pk, "save", actor=owner, data=profile(fields_known="光电子器件制造，3976；真空工艺、ｃ３９"))
    assert fresh(owner).fields == ["C3976", "真空工艺", "C39"]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", "", "这个字段是必填项。"),
        ("phone", "打我电话", "电话只能有数字、空格、“-”和开头的“+”，例如 027-87654321。"),
        ("fields_known", "甲" * 31, "“甲甲甲甲甲甲甲甲甲甲…”太长，每个不超过 30 字。"),
        ("fields_known", "，".join(str(n) for n in range(13)), "最多填写 12 个，请删去一些。"),
        ("level_email", "0", "选择一个有效的选项。 0 不在可用的选项中。"),
        ("language", "xx", "选择一个有效的选项。 xx 不在可用的选项中。"),
    ],
)
def test_bad_profile_names_the_field_and_changes_nothing(owner: Person, field: str, value: str, problem: str) -> None:
    before = Person.objects.values().get(pk=owner.pk)
    with pytest.raises(Invalid) as refusal:
        run(PERSON, owner.pk, "save", actor=owner, data=profile(**{field: value}))
    assert refusal.value.errors == {field: [problem]}
    assert Person.objects.values().get(pk=owner.pk) == before


def test_profile_is_ones_own(owner: Person, personas: Personas) -> None:
    for name, person in personas.items():
        if name == "owner":
            continue
        with pytest.raises((NotAllowed, NotVisible)):
            run(PERSON, owner.pk, "save", actor=person, data=profile(name="改名"))
    assert fresh(owner).name == "林工"
    assert history(owner).count() == 0


def test_being_listed_is_a_consent_that_can_be_withdrawn(owner: Person) -> None:
    run(PERSON, owner.pk, "save", actor=owner, data=profile(is_listed="on"))
    consent = Consent.objects.get()
    assert (consent.purpose, consent.withdrawn_at) == ("listed", None)
    assert consent.wording == "打开后，任何人都能在人才目录里看到您的姓名、职务和领域。"
    run(PERSON, owner.pk, "save", actor=owner, data=profile(is_listed="on"))
    assert Consent.objects.count() == 1
    run(PERSON, owner.pk, "save", actor=owner, data=profile())
    assert Consent.objects.get().withdrawn_at is not None


def test_journal_keeps_personal_data_apart_and_no_password(owner: Person) -> None:
    owner.set_password("mo-gao-ku-2026")
    owner.save()
    run(PERSON, owner.pk, "save", actor=owner, data=profile(name="林一", phone="027-1234567", level_phone="1"))
    entry = history(owner).get()
    assert set(entry.changes["name"]) == set(entry.changes["phone"]) == {"digest"}
    assert "password" not in str(entry.changes)
    assert dict(Secret.objects.filter(entry=entry).values_list("field", "value"))["phone"] == "027-1234567"
    assert "password" not in set(Secret.objects.values_list("field", flat=True))


def test_who_knows_of_an_unlisted_person(owner: Person, personas: Personas) -> None:
    knows = {name for name, who in personas.items() if Person.objects.visible_to(who).filter(pk=owner.pk)}
    assert knows == {"owner", "colleague", "operator", "centre_operator", "auditor"}


def test_who_sees_contact_details_of_a_listed_person(professor: Person, personas: Personas) -> None:
    Person.objects.filter(pk=professor.pk).update(phone="027-1234567")
    professor = fresh(professor)
    sees = {name for name, who in personas.items() if professor.seen_by(who).email}
    assert sees == {"professor", "operator", "centre_operator", "auditor"}
    assert {str(professor.seen_by(who)) for who in personas.values()} == {"沈教授"}


def test_colleagues_see_contact_details_unless_kept_for_staff(owner: Person, colleague: Person) -> None:
    assert owner.seen_by(colleague).email == "lin@example.test"
    Person.objects.filter(pk=owner.pk).update(levels={"email": int(Level.STAFF)})
    assert not fresh(owner).seen_by(colleague).email


def test_administrator_knows_who_asks_to_join(owner: Person, colleague: Person, company_a: Organisation) -> None:
    asker = PersonFactory(name="申请人")
    MembershipFactory(person=asker, organisation=company_a, state="requested")
    assert str(asker.seen_by(owner)) == "申请人"
    assert not asker.seen_by(owner).email
    with pytest.raises(NotVisible):
        asker.seen_by(colleague)


def test_closed_account_is_seen_by_nobody_else(professor: Person, personas: Personas) -> None:
    Person.objects.filter(pk=professor.pk).update(is_active=False)
    knows = {name for name, who in personas.items() if Person.objects.visible_to(who).filter(pk=professor.pk)}
    assert knows == {"professor"}


def test_directory_searches_only_what_is_public(professor: Person, personas: Personas) -> None:
    Person.objects.filter(pk=professor.pk).update(
        fields=["泥炭藓固碳"], introduction="不公开的简介", levels={"introduction": int(Level.STAFF)}
    )
    stranger = personas["stranger"]
    assert list(directory(stranger, "泥炭藓")) == [professor]
    assert list(directory(stranger, "沈 教授")) == [professor]
    assert list(directory(stranger, "不公开")) == []
    assert list(directory(stranger, "example.test")) == []
    assert personas["owner"] not in directory(stranger, "")
