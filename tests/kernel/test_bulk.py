"""Many rows by COPY are the rows that one by one would have been."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from keqiao.exchange.models import Need
from keqiao.kernel.bulk import copy_in
from keqiao.kernel.models import Entry
from keqiao.parties.models import Organisation, Person
from keqiao.projects.models import Income
from tests.factories import credit_code
from tests.stages import Steps, open_need, propose, published_achievement

AWKWARD = [
    "a\tb\nc\rd", "\\N", "\\.", "back\\slash", "'quotes' \"double\"", "涂层 ≥ 98 %", "😀 \U0001f468\u200d\U0001f469",
    "１２３", " spaces ", "\u2028", "NULL",
]  # fmt: skip


def built(owner: Person, company: Organisation, **fields: Any) -> Need:
    return Need(contact=owner, organisation=company, node=company.node, **fields)


@pytest.mark.parametrize("text", AWKWARD)
def test_text_comes_back_as_it_was(owner: Person, company_a: Organisation, text: str) -> None:
    copy_in(Need, [built(owner, company_a, title=text, problem=text, targets=[{"name": text}])])
    row = Need.objects.get()
    assert (row.title, row.problem, row.targets) == (text, text, [{"name": text}])


def test_rows_are_those_that_would_have_been_saved(owner: Person, company_a: Organisation) -> None:
    fields: dict[str, Any] = {
        "title": "消光涂层", "fields": ["C39"], "budget_maximum": Decimal("3000000.50"),
        "deadline": timezone.now().replace(microsecond=123456), "levels": {"problem": 2}, "manager": None,
    }  # fmt: skip
    one_by_one = built(owner, company_a, **fields)
    one_by_one.save()
    row = built(owner, company_a, **fields)
    row.derive()
    copy_in(Need, [row])
    saved, copied = Need.objects.order_by("pk").values()
    apart = {"id", "created_at", "updated_at"}
    assert {name: saved[name] for name in saved if name not in apart} == {
        name: copied[name] for name in copied if name not in apart
    }


def test_rows_get_numbers_of_their_own_in_order_and_the_next_save_goes_on(
    owner: Person, company_a: Organisation
) -> None:
    rows = [built(owner, company_a, title=str(number)) for number in range(4)]
    copy_in(Need, rows)
    numbers = [row.pk for row in rows]
    assert numbers == sorted(set(numbers))
    assert list(Need.objects.order_by("pk").values_list("title", flat=True)) == ["0", "1", "2", "3"]
    after = built(owner, company_a, title="after")
    after.save()
    assert after.pk > numbers[-1]


def test_rows_count_as_saved_afterwards(owner: Person, company_a: Organisation) -> None:
    row = built(owner, company_a, title="kept")
    copy_in(Need, [row])
    row.title = "changed"
    row.save()
    assert list(Need.objects.values_list("title", flat=True)) == ["changed"]


def test_moments_that_are_set_by_themselves_are_set_where_there_is_none(owner: Person, company_a: Organisation) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    copy_in(Need, [built(owner, company_a, title="old", created_at=long_ago), built(owner, company_a, title="new")])
    old, new = Need.objects.order_by("pk")
    assert old.created_at == long_ago
    assert isinstance(new.created_at, datetime)
    assert abs(timezone.now() - new.created_at) < timedelta(minutes=5)


def test_what_the_database_fills_is_left_to_it(owner: Person) -> None:
    copy_in(Entry, [Entry(at=timezone.now(), room="x", object_type="x", object_id=1, verb="x")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert Entry.objects.get().transaction == cursor.fetchone()[0]


def test_amounts_are_exact(owner: Person, professor: Person, manager: Person) -> None:
    project = Steps(owner, professor, manager).opened(
        propose(open_need(owner, manager), published_achievement(professor), manager)
    )
    amounts = [Decimal("0.01"), Decimal("999999999999.99"), Decimal(480000)]
    given: dict[str, Any] = {"project": project, "side": "provider", "recorded_by": professor}
    copy_in(Income, [Income(amount=amount, received_on=timezone.localdate(), **given) for amount in amounts])
    assert list(Income.objects.order_by("pk").values_list("amount", flat=True)) == amounts


def test_nothing_is_copied_when_one_row_breaks_a_rule(wuhan: Any) -> None:
    rows = [Organisation(name=f"单位{number}", node=wuhan, credit_code=credit_code(7)) for number in range(2)]
    for row in rows:
        row.derive()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in(Organisation, rows)
    assert Organisation.objects.count() == 0


@pytest.mark.django_db
def test_no_rows_are_no_work(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        copy_in(Need, [])
