"""Amounts: read as people write them, exact to the cent; what is none is refused with the reason and the remedy."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from keqiao.kernel.fields import Amount, MoneyField
from keqiao.kernel.money import LARGEST, NotMoney, in_words, leading_yuan, parse_yuan, total

AMOUNTS = st.integers(min_value=0, max_value=int(LARGEST * 100)).map(lambda cents: Decimal(cents) / 100)

READ = [
    ("300万", "3000000.00"), ("300 万元", "3000000.00"), ("3000000", "3000000.00"), ("3,000,000.00", "3000000.00"),
    ("３００万元", "3000000.00"), ("3 million", "3000000.00"), ("CNY 3 Million", "3000000.00"),
    ("1.2亿", "120000000.00"), ("1.25 亿元", "125000000.00"), ("¥50,000", "50000.00"), ("￥50,000元", "50000.00"),
    ("50000 CNY", "50000.00"), ("RMB 50,000", "50000.00"), ("人民币50000元整", "50000.00"), ("50 k", "50000.00"),
    ("80 w", "800000.00"), ("500元", "500.00"), ("2百万元", "2000000.00"), ("3千万", "30000000.00"),
    ("0.5 万元", "5000.00"), ("300,000.5", "300000.50"), ("￥１２，０００．０１元", "12000.01"), ("0", "0.00"),
    ("0.0001万", "1.00"), (".5", "0.50"), ("1.500", "1.50"), ("3 000 000", "3000000.00"), ("1 500 块钱", "1500.00"),
    ("2 bn", "2000000000.00"), ("999999999999.99", "999999999999.99"), ("0000012", "12.00"),
    ("rmb¥12", "12.00"), ("12 元人民币", "12.00"), ("1.5 million yuan", "1500000.00"),
]  # fmt: skip

REFUSED = [
    ("三十万", "shape"), ("", "shape"), ("1e5", "shape"), ("1.2.3", "shape"), ("NaN", "shape"), ("Infinity", "shape"),
    ("很多", "shape"), ("1,2,3", "shape"), ("1,0000", "shape"), ("１2万万", "shape"), ("5 0", "shape"), ("元", "shape"),
    ("٣٠٠", "shape"), ("约300万", "shape"), ("-5", "negative"), ("－5万元", "negative"), ("¥-5", "negative"),
    ("−3", "negative"), ("负5万", "negative"), ("5 美元", "currency"), ("$300", "currency"), ("300 USD", "currency"),
    ("€5", "currency"), ("3 million dollars", "currency"), ("港币100", "currency"), ("50-100万元", "range"),
    ("50万~100万", "range"), ("3 to 5 million", "range"), ("0.001", "cents"), ("1.2345678万", "cents"),
    ("1." + "0" * 30 + "1", "cents"), ("1000000000000", "size"), ("99999亿元", "size"), ("9" * 30, "size"),
    ("1万亿", "size"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "amount"), READ)
def test_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert str(parse_yuan(text)) == amount


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_wrong_amount_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotMoney) as raised:
        parse_yuan(text)
    assert raised.value.reason == reason


@given(
    AMOUNTS,
    st.sampled_from(["{:.2f}", "{:,.2f}", "¥{:.2f}", "{:,.2f} 元", "CNY {:.2f}", "{:.2f}RMB", " {:,.2f}\u3000"]),
)
def test_amount_survives_being_written_and_read(amount: Decimal, form: str) -> None:
    assert parse_yuan(form.format(amount)) == amount
    assert leading_yuan(form.format(amount).strip() + " 合同签订后") == (amount, "合同签订后")


@given(AMOUNTS, st.sampled_from(["zh-hans", "en"]))
def test_amount_in_words_reads_back_in_both_languages(amount: Decimal, language: str) -> None:
    with translation.override(language):
        assert parse_yuan(in_words(amount)) == amount
        assert MoneyField().clean(MoneyField().prepare_value(amount)) == amount
        assert MoneyField(in_yuan=True).clean(MoneyField(in_yuan=True).prepare_value(amount)) == amount


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[¥$-]?[0-9., ]{0,12}[万亿kmw元%e]{0,3}", fullmatch=True)))
def test_any_text_is_an_amount_within_bounds_or_refused(text: str) -> None:
    for read in (parse_yuan, lambda given: leading_yuan(given)[0]):
        try:
            amount = read(text)
        except NotMoney:
            continue
        assert 0 <= amount <= LARGEST
        assert amount.as_tuple().exponent == -2
    with contextlib.suppress(ValidationError):
        MoneyField().clean(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("30 万元 合同签订后", ("300000.00", "合同签订后")),
     ("100000.00 样品合格，验收后", ("100000.00", "样品合格，验收后")),
     ("100 200 件交付后", ("100.00", "200 件交付后")), ("5万，首付", ("50000.00", "首付")), ("5000", ("5000.00", "")),
     ("100000 元宵节前", ("100000.00", "元宵节前"))],
)  # fmt: skip
def test_amount_at_the_beginning_of_a_line(text: str, found: tuple[str, str]) -> None:
    amount, rest = leading_yuan(text)
    assert (str(amount), rest) == found


@pytest.mark.parametrize(
    ("text", "reason"), [("100个 样品", "shape"), ("5 美元 首付", "currency"), ("$5 首付", "currency")]
)
def test_line_that_begins_with_no_amount_of_yuan_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotMoney) as raised:
        leading_yuan(text)
    assert raised.value.reason == reason


@given(st.lists(st.one_of(AMOUNTS.filter(lambda amount: amount < 10**9), st.none()), max_size=40))
def test_sum_is_exact_to_the_cent_in_any_order(amounts: list[Decimal | None]) -> None:
    expected = Decimal(sum(int(amount * 100) for amount in amounts if amount is not None)) / 100
    assert total(amounts) == expected == total(reversed(amounts))


# ---- the form field -------------------------------------------------------------------------------------------------


def refusal(field: MoneyField, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.messages


@pytest.mark.parametrize(
    ("typed", "words"),
    [("很多", "看不懂这个金额。请写成“300 万元”或“50000 元”。"), ("-5万元", "金额不能是负数，请去掉负号。"),
     ("12 美元", "只接受人民币。请换算成人民币再填写，例如“300 万元”。"),
     ("50-100万", "这是一个范围。请只填一个金额，例如“300 万元”。"),
     ("９９９９９亿元", "金额太大，请检查是不是多写了“万”或“亿”。"), ("0.001元", "金额精确到分，最多两位小数。"),
     ("300", "请写明单位：300 万元还是 300 元？"), ("1" * 41, "看不懂这个金额。请写成“300 万元”或“50000 元”。")],
)  # fmt: skip
def test_refusal_says_the_remedy(typed: str, words: str) -> None:
    assert refusal(MoneyField(), typed) == [words]


def test_field_in_yuan_takes_bare_numbers_and_every_other_way() -> None:
    field = MoneyField(in_yuan=True, positive=True)
    assert field.clean("300") == Decimal("300.00")
    assert field.clean("30 万元") == Decimal("300000.00")
    assert field.prepare_value(Decimal(300000)) == "300,000.00"
    assert refusal(field, "0") == ["金额须大于 0。"]


def test_amount_with_cents_needs_no_unit() -> None:
    assert MoneyField().clean("300.00") == Decimal("300.00")


def test_empty_amount_is_none_where_it_may_be() -> None:
    assert MoneyField(required=False).clean(" ") is None
    assert refusal(MoneyField(), "")


@pytest.mark.parametrize(
    ("sent", "amount"),
    [(300, 300), (300.5, "300.50"), ("300", 300), ("3000000.00", 3_000_000), (1e11, 10**11), ("300 万元", 3_000_000),
     (Decimal("0.10"), "0.10")],
)  # fmt: skip
def test_api_takes_yuan_as_a_decimal_and_what_people_write(sent: Any, amount: Any) -> None:
    assert MoneyField().clean(TypeAdapter(Amount).validate_python(sent)) == Decimal(amount)


@pytest.mark.parametrize("sent", [-1, 1e300, float("nan"), float("inf"), "x", "-1"])
def test_api_amount_that_is_none_is_refused_by_the_field(sent: Any) -> None:
    assert refusal(MoneyField(), TypeAdapter(Amount).validate_python(sent))


@pytest.mark.parametrize("sent", [True, [], {}])
def test_api_amount_of_another_type_is_refused_at_once(sent: Any) -> None:
    with pytest.raises(ValueError, match="string"):
        TypeAdapter(Amount).validate_python(sent)
