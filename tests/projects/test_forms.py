"""Forms of the projects with wrong input: each field is named with its remedy, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from keqiao.kernel.access import Invalid
from keqiao.projects.fields import InstalmentsField, RatesField
from keqiao.projects.models import Project
from tests.projects.test_who import world

TODAY = timezone.localdate()
FUTURE, PAST = (TODAY + timedelta(days=5)).isoformat(), (TODAY - timedelta(days=5)).isoformat()
INCOME = {"received_on": PAST, "amount": "100"}
REWARD = {"recipient": "课题组", "amount": "100", "paid_on": PAST}

WRONG = [
    ("preparing", "plan_milestone", "manager", {}, {"title", "due_on"}, ""),
    ("preparing", "plan_milestone", "manager", {"title": "一", "due_on": PAST}, {"due_on"}, "不能早于今天"),
    ("preparing", "plan_milestone", "manager", {"title": "一", "due_on": "2026-02-30"}, {"due_on"}, "例如 2026-03-01"),
    ("contracted", "plan_milestone", "manager", {"title": "一", "due_on": FUTURE, "payment": "48.1 万"}, {"payment"},
     "最多 480,000.00 元"),
    ("contracted", "plan_milestone", "manager", {"title": "一", "due_on": FUTURE, "payment": "$100"}, {"payment"},
     "只接受人民币"),
    ("contracted", "plan_milestone", "manager", {"title": "长" * 121, "due_on": FUTURE}, {"title"}, "120"),
    ("running", "send_sample", "provider", {"sent_on": FUTURE, "sample": "第一批"}, {"sent_on"}, "不能晚于今天"),
    ("running", "send_sample", "provider", {"sent_on": PAST}, {"sample"}, ""),
    ("running", "request_acceptance", "provider", {"request": "  "}, {"request"}, ""),
    ("accepting", "accept", "asker", {"verdict": "perfect", "evidence": "报告"}, {"verdict"}, "perfect"),
    ("accepting", "accept", "asker", {"verdict": "passed"}, {"evidence"}, ""),
    ("accepting", "decline_acceptance", "asker", {}, {"reason"}, ""),
    ("accepted", "record_income", "provider", INCOME | {"amount": "0"}, {"amount"}, "须大于 0"),
    ("accepted", "record_income", "provider", INCOME | {"amount": "50-100 万"}, {"amount"}, "这是一个范围"),
    ("accepted", "record_income", "provider", INCOME | {"received_on": FUTURE}, {"received_on"}, "不能晚于今天"),
    ("accepted", "record_income", "provider", {}, {"received_on", "amount"}, ""),
    ("accepted", "record_reward", "provider", REWARD | {"amount": "-1"}, {"amount"}, "不能是负数"),
    ("accepted", "record_reward", "provider", REWARD | {"recipient": ""}, {"recipient"}, ""),
    ("accepted", "rate", "asker", {"score": "9"}, {"score"}, "9"),
    ("accepted", "rate", "asker", {"score": 5, "comment": "好" * 1001}, {"comment"}, "1000"),
    ("accepted", "agree_case", "asker", {}, {"agree"}, ""),
    ("preparing", "agree", "asker", {"agree": False}, {"agree"}, ""),
    ("preparing", "stop", "asker", {"reason": "市场变化"}, {"code"}, ""),
    ("preparing", "stop", "asker", {"code": "bored", "reason": "市场变化"}, {"code"}, "bored"),
    ("preparing", "upload", "asker", {"reach": "parties"}, {"file"}, ""),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "verb", "who", "data", "fields", "words"),
    WRONG,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_input_is_named_and_nothing_is_written(
    project: Project, steps: Any, stages: Any, state: str, verb: str, who: str, data: dict[str, Any],
    fields: set[str], words: str,
) -> None:  # fmt: skip
    stages[state](project)
    before = world()
    with pytest.raises(Invalid) as raised:
        steps.on(project, verb, getattr(steps, who), **data)
    assert set(raised.value.errors) == fields
    for messages in raised.value.errors.values():
        assert messages
        assert words in messages[0]
    assert world() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.pdf", b""), ("report.pdf", b"MZ\x90\x00 not a pdf"), ("page.html", b"<script>alert(1)</script>")],
)
def test_wrong_file_is_refused_and_nothing_is_kept(project: Project, steps: Any, name: str, content: bytes) -> None:
    before = world()
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    with pytest.raises(Invalid) as raised:
        steps.on(project, "upload", steps.asker, files={"file": upload}, reach="parties")
    assert set(raised.value.errors) == {"file"}
    assert world() == before


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page_names_the_field_keeps_what_was_typed_and_writes_nothing(
    project: Project, steps: Any, stages: Any, language: str
) -> None:
    stages["accepted"](project)
    before = world()
    client = Client(headers={"Accept-Language": language})
    client.force_login(steps.provider)
    typed = {"received_on": PAST, "amount": "三万", "note": "第一笔款", "key": "k1"}
    response = client.post(f"/projects/{project.pk}/record_income/", typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_amount"' in html
    assert ("三万" in html, "第一笔款" in html) == (True, True)
    assert "例如" not in html or language == "zh-hans"
    assert world() == before


@pytest.mark.parametrize(
    ("line", "kept"),
    [("2026-03-01 100000.00 合同签订后", {"due_on": "2026-03-01", "amount": "100000.00", "condition": "合同签订后"}),
     ("2026-03-01 30 万元 合同签订后 7 日内",
      {"due_on": "2026-03-01", "amount": "300000.00", "condition": "合同签订后 7 日内"}),
     ("2026-03-01 ¥5,000", {"due_on": "2026-03-01", "amount": "5000.00", "condition": ""}),
     ("2026-03-01   １００　首付，验收后", {"due_on": "2026-03-01", "amount": "100.00", "condition": "首付，验收后"})],
)  # fmt: skip
def test_instalment_is_a_day_an_amount_and_a_condition(line: str, kept: dict[str, str]) -> None:
    field = InstalmentsField()
    assert field.clean(line) == [kept]
    assert field.clean(field.prepare_value([kept])) == [kept]


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-01",
        "2026-13-01 100",
        "100 2026-03-01",
        "2026-03-01 很多 付款",
        "2026-03-01 -5 付款",
        "2026-03-01 5 美元",
    ],
)
def test_instalment_that_is_none_is_quoted_with_the_remedy(line: str) -> None:
    with pytest.raises(ValidationError) as raised:
        InstalmentsField().clean(f"2026-03-01 100\n{line}")
    assert raised.value.messages == [f"这一行看不懂：“{line}”。请写成“2026-03-01 100000.00 付款条件”。"]


def test_sixty_one_lines_are_too_many() -> None:
    with pytest.raises(ValidationError, match="最多 60 行"):
        RatesField().clean("\n".join(["3"] * 61))


@pytest.mark.parametrize(("text", "rates"), [("3.5\n\n４ ％", ["3.5", "4"]), ("0.0001", ["0.0001"]), ("100%", ["100"])])
def test_rates_one_a_line(text: str, rates: list[str]) -> None:
    assert RatesField().clean(text) == rates


@pytest.mark.parametrize("text", ["0", "-1", "100.1", "三", "1.23456", "Infinity", "%"])
def test_rate_out_of_range_is_quoted(text: str) -> None:
    with pytest.raises(ValidationError) as raised:
        RatesField().clean(text)
    assert raised.value.messages == [f"提成比例须在 0 与 100 之间，例如 3.5：“{text}”。"]


@pytest.mark.django_db
def test_measured_target_is_asked_in_the_readers_language(project: Project, steps: Any) -> None:
    steps.contracted(project)
    project.targets = [{"name": "使用寿命", "min": 10, "max": None, "unit": "year"}]
    from keqiao.projects.forms import MeasureForm

    field = MeasureForm(row=project, actor=steps.asker).fields["value_1"]
    assert (str(field.label), field.help_text) == ("使用寿命 ≥ 10 年", "单位：年")
    with translation.override("en"):
        assert str(MeasureForm(row=project, actor=steps.asker).fields["value_1"].label) == "使用寿命 ≥ 10 years"
