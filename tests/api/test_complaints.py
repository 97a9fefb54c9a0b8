"""What pydantic says of a value, in the caller's words: each kind of error provoked with a real schema."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
from typing import Annotated, Any, Literal

import pytest
from django.test import Client
from django.utils import translation
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from keqiao.api.complaints import WORDS, in_words
from keqiao.exchange.models import Need
from keqiao.parties.models import Organisation, Person


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str


DECIMAL = Annotated[decimal.Decimal, Field(max_digits=5, decimal_places=2)]
CASES: list[tuple[Any, Any, str, str]] = [
    (Body, {}, "missing", "请填写这一项。"),
    (Body, {"title": "a", "titel": "b"}, "extra_forbidden", "没有这个字段。请检查名称，或去掉它。"),
    (Body, 7, "model_type", '这里要写对象，例如 {"name": "value"}。'),
    (str, 7, "string_type", "这里要写文本，放在英文引号里。"),
    (Annotated[str, Field(max_length=3)], "abcd", "string_too_long", "最多 3 个字。请缩短。"),
    (Annotated[str, Field(min_length=3)], "ab", "string_too_short", "至少 3 个字。请补充。"),
    (Annotated[str, Field(pattern=r"^\d{6}$")], "ab", "string_pattern_mismatch", r"格式不对，应符合 ^\d{6}$。"),
    (int, "drei", "int_parsing", "这里要写整数，例如 3。"),
    (int, [], "int_type", "这里要写整数，例如 3。"),
    (int, 1.5, "int_from_float", "这里要写整数，不能带小数。"),
    (int, "9" * 5000, "int_parsing_size", "数字太大。请检查位数。"),
    (float, "much", "float_parsing", "这里要写数字，例如 1.5。"),
    (decimal.Decimal, "much", "decimal_parsing", "这里要写数字，例如 300000 或 0.5。"),
    (DECIMAL, "1234567", "decimal_max_digits", "数字太长，最多 5 位。"),
    (DECIMAL, "1.234", "decimal_max_places", "最多 2 位小数。"),
    (DECIMAL, "12345", "decimal_whole_digits", "整数部分最多 3 位。"),
    (Annotated[int, Field(gt=0)], 0, "greater_than", "必须大于 0。"),
    (Annotated[int, Field(ge=1)], 0, "greater_than_equal", "不能小于 1。"),
    (Annotated[int, Field(lt=9)], 9, "less_than", "必须小于 9。"),
    (Annotated[int, Field(le=100)], 101, "less_than_equal", "不能大于 100。"),
    (Literal["a", "b", "c"], "d", "literal_error", "只能是其中之一：'a', 'b', 'c'。"),
    (bool, "maybe", "bool_parsing", "只能是 true 或 false。"),
    (list[str], "a", "list_type", '这里要写列表，例如 ["a", "b"]。'),
    (Annotated[list[str], Field(max_length=1)], ["a", "b"], "too_long", "最多 1 项。请删减。"),
    (dict[str, str], "a", "dict_type", '这里要写对象，例如 {"name": "value"}。'),
    (datetime.date, "tomorrow", "date_from_datetime_parsing", "看不懂这个日期。请写成 2027-03-31。"),
    (datetime.datetime, "soon", "datetime_from_date_parsing", "看不懂这个时间。请写成 2027-03-31T18:00:00+08:00。"),
    (ipaddress.IPv4Address, "x", "ip_v4_address", "内容或格式不对。请对照接口说明（/api/v1/docs）修改。"),
]


def complaint(kind: Any, value: Any) -> dict[str, Any]:
    with pytest.raises(ValidationError) as found:
        TypeAdapter(kind).validate_python(value)
    return dict(found.value.errors()[-1])


@pytest.mark.parametrize(("kind", "value", "name", "words"), CASES, ids=[case[2] for case in CASES])
def test_error_of_a_schema_is_said_in_words(kind: Any, value: Any, name: str, words: str) -> None:
    error = complaint(kind, value)
    assert (error["type"], in_words(error)) == (name, words)
    with translation.override("en"):
        assert in_words(error).isascii()
        assert in_words(error) != error["msg"]


def test_every_sentence_has_its_english() -> None:
    for words in WORDS.values():
        with translation.override("en"):
            assert str(words).isascii()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", {"title": ["这里要写文本，放在英文引号里。"], "tilte": ["没有这个字段。请检查名称，或去掉它。"]}),
        (
            "en",
            {
                "title": ["This takes a text, in quotation marks."],
                "tilte": ["There is no such field. Check the name or leave it out."],
            },
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_the_caller_s_language(
    language: str, words: dict[str, list[str]], owner: Person, company_a: Organisation
) -> None:
    client = Client(headers={"Accept-Language": language})
    client.force_login(owner)
    Person.objects.filter(pk=owner.pk).update(language=language)
    answer = client.post("/api/v1/needs", {"title": 7, "tilte": "错字"}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"]) == (422, words)
    assert Need.objects.count() == 0
