"""An achievement's life: card with team and maturity, triage, publication, new maturity, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keqiao.exchange.models import Achievement
from keqiao.exchange.workflow import ACHIEVEMENT
from keqiao.kernel import clocks, journal
from keqiao.kernel.access import Invalid
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person
from tests.exchange.conftest import ACHIEVEMENT_CARD
from tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db


def refusal(actor: Person, pk: int | None, verb: str, data: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        run(ACHIEVEMENT, pk, verb, actor=actor, data=data)
    return refused.value.errors


def test_the_card_keeps_what_was_typed(draft_achievement: Achievement, professor: Person) -> None:
    row = draft_achievement
    assert (row.maturity, row.maturity_assessor, str(row.maturity_date)) == (6, "试验检测中心", "2026-05-01")
    assert [(s["name"], s["min"], s["max"]) for s in row.specifications] == [("吸光率", 98.68, 98.68)]
    assert [(m.person_id, m.role) for m in row.members.all()] == [(professor.pk, "负责人")]
    assert journal.history(row).get().changes["extra"] == {"team": [professor.pk]}


@pytest.mark.parametrize("missing", ["maturity_evidence", "maturity_assessor", "maturity_date"])
def test_maturity_is_never_a_bare_number(professor: Person, university: Organisation, missing: str) -> None:
    assert set(refusal(professor, None, "create", ACHIEVEMENT_CARD | {missing: ""})) == {missing}
    assert not Achievement.objects.exists()


@pytest.mark.parametrize("level", ["0", "10", "高"])
def test_maturity_has_nine_levels(professor: Person, university: Organisation, level: str) -> None:
    assert "maturity" in refusal(professor, None, "create", ACHIEVEMENT_CARD | {"maturity": level})


def test_maturity_is_not_assessed_in_the_future(professor: Person, university: Organisation) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    errors = refusal(professor, None, "create", ACHIEVEMENT_CARD | {"maturity_date": tomorrow})
    assert errors["maturity_date"][0] == "评估日期不能晚于今天。"


def test_a_team_is_of_colleagues_and_listed_people(
    professor: Person, university: Organisation, manager: Person, competitor: Person
) -> None:
    student = PersonFactory(email="student@example.test")
    MembershipFactory(person=student, organisation=university)
    lines = ["professor@example.test 负责人", "student@example.test", "manager@example.test 顾问"]
    entry = run(ACHIEVEMENT, None, "create", actor=professor, data=ACHIEVEMENT_CARD | {"team": lines})
    row = Achievement.objects.get(pk=entry.object_id)
    assert [(m.person.email, m.role) for m in row.members.order_by("pk")] == [
        ("professor@example.test", "负责人"),
        ("student@example.test", ""),
        ("manager@example.test", "顾问"),
    ]
    errors = refusal(professor, row.pk, "save", ACHIEVEMENT_CARD | {"team": "competitor@example.test"})
    assert errors["team"] == ["没有找到 competitor@example.test。请让对方先注册并加入本单位，或在人才目录中公开。"]
    assert row.members.count() == 3


def test_saving_again_keeps_one_row_per_member(draft_achievement: Achievement, professor: Person) -> None:
    run(ACHIEVEMENT, draft_achievement.pk, "save", actor=professor, data=ACHIEVEMENT_CARD)
    assert draft_achievement.members.count() == 1


def test_an_incomplete_achievement_is_not_handed_in(professor: Person, university: Organisation) -> None:
    pk = run(ACHIEVEMENT, None, "create", actor=professor, data={"title": "涂层"}).object_id
    assert set(refusal(professor, pk, "submit", {})) == {"fields", "summary", "intellectual_property"}


def test_english_alone_is_enough(professor: Person, university: Organisation) -> None:
    card = ACHIEVEMENT_CARD | {
        "title": "",
        "summary": "",
        "source_language": "en",
        "title_en": "Ultra-black coating sprayed at low temperature",
        "summary_en": "Carbon nanotubes absorb the light; one spraying step at low temperature, proved on detectors.",
    }
    pk = run(ACHIEVEMENT, None, "create", actor=professor, data=card).object_id
    run(ACHIEVEMENT, pk, "submit", actor=professor)
    row = Achievement.objects.get(pk=pk)
    assert (row.state, str(row)) == ("triage", "Ultra-black coating sprayed at low temperature")


def test_publication_and_new_maturity_are_frozen(
    published_achievement: Achievement, professor: Person, operator: Person
) -> None:
    assert not clocks.running(published_achievement).exists()
    data = {
        "maturity": "7",
        "maturity_evidence": "整机试验报告",
        "maturity_assessor": "用户单位",
        "maturity_date": timezone.localdate().isoformat(),
    }
    run(ACHIEVEMENT, published_achievement.pk, "update_maturity", actor=professor, data=data)
    published_achievement.refresh_from_db()
    assert (published_achievement.maturity, published_achievement.maturity_evidence) == (7, "整机试验报告")
    assert versions_of(published_achievement).count() == 3
    errors = refusal(professor, published_achievement.pk, "update_maturity", {"maturity": "8"})
    assert set(errors) == {"maturity_evidence", "maturity_assessor", "maturity_date"}


def test_taking_back_and_revising(published_achievement: Achievement, professor: Person, stranger: Any) -> None:
    run(ACHIEVEMENT, published_achievement.pk, "withdraw", actor=professor, data={"reason": "已转让"})
    assert published_achievement.clearance(stranger) == -1
    run(ACHIEVEMENT, published_achievement.pk, "revise", actor=professor)
    assert Achievement.objects.get(pk=published_achievement.pk).state == "draft"
