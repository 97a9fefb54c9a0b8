"""Who is told of what: once, in their words, and nothing that they may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from keqiao.kernel import projections
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.notices import actions
from keqiao.notices.models import Mail, Notice
from keqiao.notices.projection import NOTICES, notice_for
from keqiao.notices.queries import unread_count
from keqiao.notices.words import words_of
from keqiao.parties.models import Organisation, Person
from tests.factories import PersonFactory, PostFactory
from tests.personas import Personas

Seal = Callable[[], int]
Register = Callable[..., Entry]


def test_notice_reaches_only_the_operators_of_the_node(sealed: Seal, register: Register, personas: Personas) -> None:
    entry = register(personas["professor"])
    sealed()
    assert [(n.person, n.entry_id, n.title) for n in Notice.objects.all()] == [
        (personas["operator"], entry.seq, "壬子试验陶瓷有限公司")
    ]
    assert [unread_count(p) for name, p in personas.items() if name != "operator"] == [0] * 9
    assert unread_count(personas["operator"]) == 1


def test_notice_goes_to_the_centre_where_a_node_has_no_operator(sealed: Seal, yichang, centre_operator: Person) -> None:
    data = {"name": "癸丑试验农机有限公司", "kind": "company", "node": yichang.code}
    run(REGISTRY["organisations"], None, "create", actor=PersonFactory(), data=data)
    sealed()
    assert [n.person for n in Notice.objects.all()] == [centre_operator]


def test_words_are_in_the_language_of_the_reader(
    sealed: Seal, register: Register, operator: Person, professor: Person
) -> None:
    register(professor)
    sealed()
    notice = Notice.objects.get()
    assert words_of(notice).headline == "单位“壬子试验陶瓷有限公司”：登记单位"
    assert words_of(notice).details == ["现在的状态：待核验"]
    assert notice.url == Organisation.objects.get(name=notice.title).get_absolute_url()
    with translation.override("en"):
        assert "壬子试验陶瓷有限公司" in words_of(notice).headline


def test_mail_is_written_in_the_language_of_the_person(
    sealed: Seal, register: Register, operator: Person, professor: Person, settings
) -> None:
    settings.PUBLIC_URL = "https://bridge.example.test"
    register(professor)
    sealed()
    mail = Mail.objects.get()
    assert (mail.to, mail.language, mail.state) == ("operator@example.test", "zh-hans", "queued")
    assert mail.subject == "单位“壬子试验陶瓷有限公司”：登记单位"
    assert f"https://bridge.example.test{Notice.objects.get().url}" in mail.text
    assert mail.subject in mail.html


def test_mail_html_escapes_what_people_wrote(
    sealed: Seal, register: Register, operator: Person, professor: Person
) -> None:
    register(professor, name="<script>alert(1)</script>陶瓷公司")
    sealed()
    mail = Mail.objects.get()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "<script>" in mail.text


def test_projection_applied_twice_tells_once(
    sealed: Seal, register: Register, operator: Person, professor: Person
) -> None:
    entry = register(professor)
    sealed()
    NOTICES.apply([entry])
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 1)


def test_rebuild_gives_the_same_notices_and_no_second_mail(
    sealed: Seal, register: Register, operator: Person, professor: Person
) -> None:
    register(professor)
    register(professor, name="甲寅试验玻璃有限公司", number=4712)
    sealed()
    actions.mark_read(operator, [Notice.objects.earliest("pk").pk])
    before = set(Notice.objects.values_list("entry", "person", "title", "url", "read_at"))
    projections.rebuild("notices")
    assert set(Notice.objects.values_list("entry", "person", "title", "url", "read_at")) == before
    assert Mail.objects.count() == 2


def test_who_acts_is_not_told(sealed: Seal, wuhan, operator: Person) -> None:
    PostFactory(person=PersonFactory(email="second@example.test"), node=wuhan)
    data = {"name": "乙卯试验泵业有限公司", "kind": "company", "node": wuhan.code}
    run(REGISTRY["organisations"], None, "create", actor=operator, data=data)
    sealed()
    assert [n.person.email for n in Notice.objects.all()] == ["second@example.test"]


def test_closed_account_is_not_told(sealed: Seal, register: Register, operator: Person, professor: Person) -> None:
    Person.objects.filter(pk=operator.pk).update(is_active=False)
    register(professor)
    sealed()
    assert Notice.objects.count() == Mail.objects.count() == 0


def test_reason_is_told_with_the_decision(
    sealed: Seal, operator: Person, owner: Person, company_a: Organisation
) -> None:
    data = {"code": "name_mismatch", "reason": "名称少了“试验”二字"}
    run(REGISTRY["organisations"], company_a.pk, "reject", actor=operator, data=data)
    sealed()
    notice = Notice.objects.get()
    assert notice.person == owner
    assert words_of(notice).details == ["现在的状态：核验未通过", "说明：名称少了“试验”二字"]


def test_history_is_told_without_mail(
    sealed: Seal, register: Register, operator: Person, professor: Person, monkeypatch
) -> None:
    old = timezone.now() - timedelta(days=4)
    monkeypatch.setattr("keqiao.kernel.journal.timezone.now", lambda: old)
    register(professor)
    monkeypatch.undo()
    sealed()
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 0)


def test_person_who_may_no_longer_know_of_the_row_is_not_told(
    sealed: Seal, operator: Person, owner: Person, company_a: Organisation
) -> None:
    """The administrator leaves before the decision is projected, so that the rejected organisation is not theirs."""
    data = {"code": "other", "reason": "无法核实"}
    run(REGISTRY["organisations"], company_a.pk, "reject", actor=operator, data=data)
    entry = Entry.objects.latest("seq")
    outsider = PersonFactory()
    table = REGISTRY["organisations"]
    assert notice_for(table, company_a, outsider) is None
    assert notice_for(table, company_a, owner).title == company_a.name
    sealed()
    assert [n.person for n in Notice.objects.filter(entry=entry)] == [owner]


def test_trouble_with_one_entry_does_not_silence_the_others(
    sealed: Seal, register: Register, operator: Person, professor: Person, monkeypatch
) -> None:
    first = register(professor)
    second = register(professor, name="丙辰试验轴承有限公司", number=4713)
    audiences = REGISTRY["organisations"].audiences
    operators = audiences["operators"]

    def failing(row: Organisation, entry: Entry) -> list[Person]:
        if entry.seq == first.seq:
            raise ZeroDivisionError
        return list(operators(row, entry))

    monkeypatch.setitem(audiences, "operators", failing)
    sealed()
    assert [n.entry_id for n in Notice.objects.all()] == [second.seq]


@pytest.mark.parametrize("count", [1, 3])
def test_unread_count_asks_once(operator: Person, django_assert_num_queries, count: int) -> None:
    for _n in range(count):
        Notice.objects.create(person=operator, resource="organisations", verb="create")
    with django_assert_num_queries(1):
        assert unread_count(operator) == count
