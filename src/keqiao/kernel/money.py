"""Amounts of money as people write them: yuan as `Decimal`, exact to the cent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from keqiao.kernel.languages import in_english

CENT = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
"""What a column of 14 digits with 2 decimals can hold."""
LEAST_BARE = 1000
"""A whole number below this, without a unit, may as well be meant in 万元."""

TIMES = {
    "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
    "w": 4, "k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9,
}  # fmt: skip
"""By how many places each word moves the point."""
_WORDS = "|".join(sorted(TIMES, key=len, reverse=True))
_YUAN = r"(?:[元圆]整?|块钱?|yuan|renminbi|人民币|rmb|cny)"
_PATTERN = (
    r"(?:(?:¥|人民币|rmb|cny)\s*){0,2}"
    r"(?P<number>[0-9]{1,3}(?:%s[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    rf"\s*(?P<times>{_WORDS})?\s*(?P<yuan>(?:{_YUAN}\s*){{0,2}})"
)
AMOUNT = re.compile(_PATTERN % "[, ]")
LEADING = re.compile(_PATTERN % "," + r"(?![^\s,;:、])")
"""An amount with something after it; there a space parts, it does not group digits."""
NEGATIVE = re.compile(r"[-−–负]\s*(?:¥|人民币|rmb|cny)?\s*[0-9.]|(?:¥|人民币|rmb|cny)\s*[-−–负]")
FOREIGN = re.compile(
    r"[$€£₩₽₹]|美[元金]|欧元|英镑|日元|韩元|港[元币]|[台臺][币幣]|卢布"
    r"|(?<![a-z])(?:usd|eur|gbp|jpy|krw|hkd|twd|rub|chf|aud|cad|sgd|dollars?|euros?|pounds?|yen)(?![a-z])"
)
RANGE = re.compile(r"[0-9]\s*[^\s0-9.,]{0,8}\s*(?:[-−–~—至到]|to)\s*¥?\s*[0-9]")


class NotMoney(ValueError):
    """The text is no amount of yuan.

    `reason` is `shape`, `cents` (finer than a cent), `size` (too large), `negative`, `currency` (not yuan) or
    `range` (two amounts).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_yuan(text: str) -> Decimal:
    """The amount that a person wrote: ``１２，０００.５``, ``12,000.50 元``, ``30万元``, ``CNY 3 million``.

    Raises:
        NotMoney: with the reason.
    """
    plain = folded(text)
    found = AMOUNT.fullmatch(plain)
    if found is None:
        raise NotMoney(reason_of(plain))
    return amount_of(found)


def leading_yuan(text: str) -> tuple[Decimal, str]:
    """The amount at the beginning of a text, and the rest: ``30 万元 合同签订后``.

    Raises:
        NotMoney: with the reason.
    """
    plain = folded(text)
    found = LEADING.match(plain)
    if found is None:
        raise NotMoney(reason_of(plain))
    own = text.strip()
    end = next(i for i in range(len(own) + 1) if len(folded(own[:i] + "|")) > found.end())
    rest = own[end:].strip(" \u3000\t,;:、，；：")
    if FOREIGN.match(rest.lower()):
        raise NotMoney("currency")
    return amount_of(found), rest


def folded(text: str) -> str:
    """Full width made half, letters small, runs of spaces one."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"\s", " ", "".join(c.lower() if c.isascii() else c for c in narrow))


def amount_of(found: re.Match[str]) -> Decimal:
    """The number of a match times its word, exactly."""
    number = re.sub("[, ]", "", found["number"])
    if len(number.partition(".")[0].lstrip("0")) > 15:
        raise NotMoney("size")
    if len(number) > 28:  # more digits than arithmetic keeps
        raise NotMoney("cents")
    amount = Decimal(number).scaleb(TIMES.get(found["times"], 0))
    if amount > LARGEST:
        raise NotMoney("size")
    if amount != amount.quantize(CENT):
        raise NotMoney("cents")
    return amount.quantize(CENT)


def reason_of(plain: str) -> str:
    """Why a folded text is no amount, as far as that can be told."""
    if FOREIGN.search(plain):
        return "currency"
    if RANGE.search(plain):
        return "range"
    return "negative" if NEGATIVE.match(plain) else "shape"


def lacks_unit(text: str) -> bool:
    """Whether the amount is a small whole number that names neither 元 nor 万: `300` may mean either."""
    found = AMOUNT.fullmatch(folded(text))
    if found is None or found["times"] or found["yuan"] or found.start("number"):
        return False
    return "." not in found["number"] and amount_of(found) < LEAST_BARE


def in_words(amount: Decimal) -> str:
    """The amount in a form that `parse_yuan` reads again, in the language of the page."""
    if in_english():
        return f"{amount.normalize():,f} CNY"
    if amount >= 10_000 and amount % 100 == 0:
        return f"{(amount / 10_000).normalize():f} 万元"
    return f"{amount.normalize():f} 元"


def shown(amount: Decimal) -> str:
    """The amount as people say it, to two decimals: 300 万元, 1.2 亿元; CNY 3 million in English."""
    if in_english():
        return f"CNY {tidy(amount / 10**6)} million" if amount >= 10**6 else f"CNY {tidy(amount)}"
    if amount >= 10**8:
        return f"{tidy(amount / 10**8)} 亿元"
    return f"{tidy(amount / 10**4)} 万元" if amount >= 10**4 else f"{tidy(amount)} 元"


def tidy(value: Decimal) -> str:
    """Thousands grouped, up to two decimals, no trailing zeros."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The exact sum, to the cent."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0)).quantize(CENT)
