"""Numbers as people write them: `1,200`, `1.2×10^5`, `1.2e5`, `10的负三次方`, `三十五`, `两万`, `九成五`."""

from __future__ import annotations

import re
from typing import NamedTuple

_DIGITS = {c: i for digits in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for i, c in enumerate(digits)} | {
    "两": 2
}
_PLACES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_DIGIT = "[零〇一二两三四五六七八九壹贰叁肆伍柒捌玖]"
NUMERAL = "[零〇一二两三四五六七八九十百千壹贰叁肆伍柒捌玖拾佰仟]"
_DECIMALS = "(?:点[零〇一二三四五六七八九]+)?"

_IN_NUMERALS = frozenset("零〇一二两三四五六七八九十百千壹贰叁肆伍柒捌玖拾佰仟万亿")
_LONGEST = 40
"""Characters of a Chinese numeral; nobody writes a longer one, and a million of them would be no number."""
_ARABIC = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+")
# The power of ten: `^5`, `^(-5)`, `的负五次方`, `-5`.
_WORDS = rf"的?\s*(?P<minus>[负-]?)(?P<words>\d{{1,2}}|{NUMERAL}{{1,3}})次[方幂]"
_RAISED = rf"\s*(?:(?:\^|\*\*)\s*\(?(?P<raised>[-+]?\d{{1,2}})\)?|{_WORDS})"
_EXPONENT = re.compile(
    rf"\s*[×xX*·]\s*10(?:{_RAISED}|(?P<glued>[-+]\d{{1,2}})(?![\d.]))|[eE](?P<letter>[-+]?\d{{1,2}})(?![\d.A-Za-z])"
)
# `10-6 Pa` has lost its raised form; `10-12 mm` is a range.
_POWER_OF_TEN = re.compile(rf"(?:10|十){_RAISED}|10(?P<glued>-[2-9])(?=\s*[A-Za-zΩ])")
# Han numerals hold a 万 or 亿 only with digits behind it (三万六千); a last one is a multiplier (两万, 十万千瓦).
_HAN = re.compile(
    rf"{NUMERAL}+(?:[万亿]{_DIGIT}{NUMERAL}*)*{_DECIMALS}(?:个?半(?=[年天小个月周]))?|半(?=年|天|小时|个)"
)
_FRACTION = re.compile(rf"((?:{NUMERAL}|[万亿])+)分之({NUMERAL}+{_DECIMALS}|\d+(?:\.\d+)?)")
_TENTHS = re.compile(
    rf"(\d(?:\.\d)?|{_DIGIT})成(?:(半|[一二三四五六七八九])(?!成)|(?![为功果本熟立员分套型都形长交品份色膜绩批像因效活文年虫组对核晶材片线]))"
)


class Number(NamedTuple):
    """A number, where it ends, whether it is in Chinese numerals (which are often no number: 三元, 二次), and whether
    a power of ten was written.
    """

    value: float
    end: int
    han: bool = False
    power: bool = False


def read_number(text: str, at: int) -> Number | None:
    """The number without a sign that begins here."""
    if at and text[at - 1].isascii() and (text[at - 1].isdigit() or text[at - 1] == "."):
        return None
    if match := _POWER_OF_TEN.match(text, at):
        return Number(10.0 ** _power(match), match.end(), power=True)
    if match := _ARABIC.match(text, at):
        digits = match[0].replace(",", "")
        power = _EXPONENT.match(text, match.end())
        if power is None:
            return Number(float(digits), match.end())
        return Number(float(f"{digits}e{_power(power)}"), power.end(), power=True)
    return _han(text, at)


def read_power(text: str, at: int) -> tuple[float, int]:
    """The power of ten that is written here (`×10^-3`), and where it ends; 1 where there is none."""
    match = _EXPONENT.match(text, at)
    return (10.0 ** _power(match), match.end()) if match else (1.0, at)


def read_share(text: str, at: int) -> Number | None:
    """A share in words, in per cent: `百分之三`, `千分之二`, `九成五`."""
    match = None if _within_numeral(text, at) else _FRACTION.match(text, at)
    if match and len(match[0]) <= _LONGEST:
        whole = _value(f"一{match[1]}" if match[1][0] in "百千万亿" else match[1])
        return Number(100.0 * _value(match[2]) / whole, match.end(), han=True) if whole else None
    if match := _TENTHS.match(text, at):
        rest = 0 if match[2] is None else 5 if match[2] == "半" else _DIGITS[match[2]]
        return Number(_value(match[1]) * 10 + rest, match.end(), han=True)
    return None


def _within_numeral(text: str, at: int) -> bool:
    """A numeral begins where it begins, not at each of its characters."""
    return at > 0 and text[at - 1] in _IN_NUMERALS and text[at] in _IN_NUMERALS


def _power(match: re.Match[str]) -> int:
    found = match.groupdict()
    written = found["raised"] or found.get("glued") or found.get("letter")
    if written is not None:
        return int(written)
    return int(_value(found["words"])) * (-1 if found["minus"] else 1)


def _han(text: str, at: int) -> Number | None:
    match = None if _within_numeral(text, at) else _HAN.match(text, at)
    if match is None or len(match[0]) > _LONGEST or (at and text[at - 1] in "第每几数") or match[0][0] in "百千":
        return None
    word = match[0]
    if word == "半":
        return Number(0.5, match.end(), han=True)
    whole = word.removesuffix("半").removesuffix("个")
    return Number(_value(whole) + (0.5 if word.endswith("半") else 0.0), match.end(), han=True)


def _value(word: str) -> float:
    """The value of a Chinese numeral with decimals (`三万六千`, `九十五点五`, `二〇二六`), or of digits."""
    if word[0].isascii():
        return float(word)
    whole, _, decimals = word.partition("点")
    fraction = "".join(str(_DIGITS[c]) for c in decimals)
    if not set(whole) & {*_PLACES, "万", "亿"}:
        return float(f"{''.join(str(_DIGITS[c]) for c in whole)}.{fraction or 0}")
    return float(f"{_with_places(whole)}.{fraction or 0}")


def _with_places(word: str) -> int:
    """`两千五百`; the last digit of `两万五` stands one place below what is before it."""
    total = section = digit = 0
    below = 1
    for character in word:
        if character in _PLACES:
            section += (digit or 1) * _PLACES[character]
            digit, below = 0, _PLACES[character] // 10
        elif character == "万":
            total, section, digit, below = total + (section + digit) * 10**4, 0, 0, 1000
        elif character == "亿":
            total, section, digit, below = (total + section + digit) * 10**8, 0, 0, 10**7
        else:
            digit = _DIGITS[character]
            below = 1 if character in "零〇" else below
    return total + section + digit * below
