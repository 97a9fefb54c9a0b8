"""The first half of the figure grammar: a text becomes tokens.

Tokens are numbers with their unit,
comparisons, range signs, breaks, and words; dates, standard numbers and other names with digits in them come out
as words, so that the grammar never sees their digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from keqiao.engine.blocks import spelling
from keqiao.engine.specs.lexicon import MULTIPLIERS
from keqiao.engine.specs.numerals import NUMERAL, read_number, read_share
from keqiao.engine.specs.spelled import SPELLED, read_doubled, read_half, read_part, read_spelled
from keqiao.engine.specs.units import Unit, read_unit
from keqiao.engine.specs.vocabulary import AFTER, BEFORE, RANGE


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    BEFORE = "before"
    AFTER = "after"
    RANGE = "range"
    TOLERANCE = "tolerance"
    BREAK = "break"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place in the folded text.

    `value` is what a comparison means (`>=`, `goal`) or how a word reads; a number has `number`, and `unit` when one
    follows (`end` is then behind the unit). `scaled`: a multiplier (万) was written; `power`: a power of ten was.
    """

    kind: Kind
    start: int
    end: int
    value: str = ""
    number: float = 0.0
    unit: Unit | None = None
    scaled: float = 1.0
    power: bool = False


_SOME_MORE = re.compile("[余多]")
_MULTIPLIER = re.compile(
    r"\s*(?:"
    + "|".join(
        rf"{word}(?![A-Za-z])" if word.isascii() else word for word in sorted(MULTIPLIERS, key=len, reverse=True)
    )
    + r")|k(?=元|CNY|\b)|[wW](?=元)"
)
_SIGN = re.compile(rf"[+-](?=\d)|(?:零[下上]|负)\s*(?=\d|{NUMERAL})")
_SIZE = re.compile(r"\s*[×xX*:：/]\s*\d")  # 1920×1080, 1:100: no figure by itself
_TO_ONE = re.compile(r"\s*[:：∶]\s*1(?![\d.:：,])|比一")  # a ratio of 1.3:1
_SIZE_BEFORE = re.compile(r"\d\s*[×xX*:：/]\s*$")
_DIRECT = re.compile(r"DC(?=\s*(?:[~—–-]|至|到|to)\s*\d[\d.]*\s*[kMGT]?Hz)")  # a band from 0 Hz
_CURRENCY = re.compile(r"[¥$€]\s*(?=\d)|(?:RMB|CNY|USD|人民币|US\$)\s*(?=\d)")
_PER = re.compile(r"\s+(?:per|an?)\s+|\s*每\s*")
_QUALIFIED = re.compile(r"\s+[a-z]+(?=\s+(?:cycles|hours|times)\b)")  # 500 thermal cycles
_CURRENCY_UNIT = {
    "¥": "CNY",
    "$": "USD",
    "€": "EUR",
    "RMB": "CNY",
    "CNY": "CNY",
    "USD": "USD",
    "人民币": "CNY",
    "US$": "USD",
}
_TOLERANCE = re.compile(r"±|\+/-|\+-|正负")
_BREAK = re.compile(r"[。；;！!?？\n\r|]|,(?!\d{3}(?!\d))|[，、]")
_DATE = re.compile(
    r"(?:19|20)\d{2}\s*[-~—–至到/]\s*(?:19|20)\d{2}(?:\s*年|(?=\s*(?:[，。；、,;)]|$)))|(?:19|20)\d{2}\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?)?(?:底|初|末|前|内|度)?"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?![\d.])|\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\d{1,2}:\d{2}(?::\d{2})?|第\s*\d+|[十一二三四五六七八九]+五(?=规划|期间|计划)"
    rf"|第{NUMERAL}+|\d{{1,2}}月(?:底|初|份|前|末)"
)
_STANDARD = re.compile(
    r"(?:GB|GB/T|GB/Z|GJB|YY|YY/T|HJ|HG|HG/T|JB|JB/T|QB|DB\d*|ISO|IEC|ISO/IEC|EN|ASTM|DIN|JIS|IEEE|UL|CE|ANSI|API|SJ|SJ/T|NB|NB/T|DL|DL/T|T/[A-Z]+|Q/[A-Z]+|YB|CJ|JJG|JJF|CNAS|RFC|IP)"
    r"(?:/T|/Z)?[\s-]*[A-Z]?\d+(?:[.-]\d+)*(?:[-—:：]\s*\d{2,4})?"
)
_LABEL = re.compile(
    r"[A-Za-z]+[-_]?\d[A-Za-z0-9./-]*|\d+[A-Za-z]+\d[A-Za-z0-9-]*|[248]K(?=\s*(?:视频|超|高清|分辨率|显示|屏|图像|影像|画质|摄像))|\d{3,4}[A-Z]{0,2}(?=\s*(?:不锈钢|铝合金|铝|钢|合金|型|系列))|\d+(?:-\d+){2,}|\d{7,}(?![\d.]*\s*[A-Za-z%万亿元°])"
)
# HV0.3 ≥ 1200, HBW10/3000: the force of the test stands behind the scale.
_TEST_FORCE = re.compile(r"(?:HV|HK|HBW)\d[\d./]*(?=\s*[≥≤<>=:]|\s*(?:为|达|不|大|小|高|低))")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'-]*")
_GLUED = sorted(["PUE", "COP", "pH", "PH", "Ra", "Rz", "AUC", "EER", "DN", "HRC", "HV", "HB"], key=len, reverse=True)


def _alternatives(table: dict[str, tuple[str, ...]]) -> tuple[re.Pattern[str], dict[str, str]]:
    meanings = {spelling(word): meaning for meaning, words in table.items() for word in words}
    ordered = sorted(meanings, key=lambda word: (-len(word), word))
    parts = [
        rf"(?<![A-Za-z]){re.escape(w)}(?![A-Za-z])" if w[0].isascii() and w[0].isalpha() else re.escape(w)
        for w in ordered
    ]
    return re.compile("|".join(parts), re.IGNORECASE), meanings


_BEFORE, _BEFORE_MEANING = _alternatives(BEFORE)
_AFTER, _AFTER_MEANING = _alternatives(AFTER)
_RANGE = _alternatives({"range": RANGE})[0]
_FIRST = {word[0] for word in [*_BEFORE_MEANING, *_AFTER_MEANING, *RANGE] if not word[0].isascii()}
_PLAIN = re.compile(
    "[^"
    + re.escape(
        "".join(
            sorted(_FIRST | set("零〇一二两三四五六七八九十百千壹贰叁肆伍柒捌玖拾佰仟万半第正负人翻±¥€，。、；！？·…"))
        )
    )
    + r"\x21-\x7f]+"
)
_NEAR = 20
_SENTENCE = re.compile(r"[^。；;！？\n]*[。；;！？\n]|[^。；;！？\n]+$")
_NUMERIC = re.compile(
    rf"{SPELLED}|"
    r"\d|分之|[一二两三四五六七八九十百千半壹贰叁肆伍柒捌玖](?:[十百千拾佰仟万亿年天月倍成点分个周次小吨米公千毫微元到至]|[^\x00-\x7f]?$)"
)


def tokenise(text: str) -> Iterator[Token]:
    """The tokens of a folded text, in order; spaces and sentences without a number are passed over."""
    for sentence in _SENTENCE.finditer(text):
        if _NUMERIC.search(sentence[0]):
            yield from _sentence(text, sentence.start(), sentence.end())
        yield Token(Kind.BREAK, sentence.end() - 1, sentence.end(), text[sentence.end() - 1])


def _sentence(text: str, position: int, end: int) -> Iterator[Token]:
    """The tokens of a sentence; where no number is near, what stands there is one word."""
    previous: Token | None = None
    upcoming = -1
    while position < end:
        if upcoming < position:
            numeric = _NUMERIC.search(text, position, end)
            upcoming = numeric.start() if numeric else end + _NEAR
        far = previous is None or previous.kind in {Kind.WORD, Kind.BREAK}
        if far and upcoming - position > 2 * _NEAR:
            token = Token(Kind.WORD, position, min(upcoming - _NEAR, end), text[position : upcoming - _NEAR])
        elif plain := _PLAIN.match(text, position, end):
            token = Token(Kind.WORD, position, plain.end(), plain[0])
        else:
            token = _token(text, position, previous)
        position = token.end
        if token.value.strip() or token.kind is not Kind.WORD:
            yield token
            previous = token


def _token(text: str, at: int, previous: Token | None) -> Token:
    after_number = previous is not None and previous.kind is Kind.NUMBER
    token = _name_with_digits(text, at) or _number(text, at, previous)
    if token is not None:
        return token
    if after_number and (match := _AFTER.match(text, at)):
        return Token(Kind.AFTER, at, match.end(), _AFTER_MEANING[match[0].lower()])
    if match := _TOLERANCE.match(text, at):
        return Token(Kind.TOLERANCE, at, match.end())
    if after_number and (match := _RANGE.match(text, at)):
        return Token(Kind.RANGE, at, match.end(), match[0])
    if (match := _BEFORE.match(text, at)) and not (
        match[0].endswith("至") and text[match.end() : match.end() + 1] == "少"
    ):
        return Token(Kind.BEFORE, at, match.end(), _BEFORE_MEANING.get(match[0]) or _BEFORE_MEANING[match[0].lower()])
    if match := _BREAK.match(text, at):
        return Token(Kind.BREAK, at, match.end(), match[0])
    match = _LATIN.match(text, at)
    end = match.end() if match else at + 1
    return Token(Kind.WORD, at, end, text[at:end])


def _name_with_digits(text: str, at: int) -> Token | None:
    """Dates, standard numbers, model names, telephone and patent numbers: no figures."""
    character = text[at]
    if not (character.isascii() and character.isalnum()) and character not in "第十一二三四五六七八九":
        return None
    match = _DATE.match(text, at)
    if match is not None and _is_decimal(text, match):
        return None
    match = match or _STANDARD.match(text, at)
    if match is None and character.isascii() and (at == 0 or not text[at - 1].isascii() or not text[at - 1].isalpha()):
        match = _LABEL.match(text, at)
        if match is not None and not _is_label(text, match):
            match = None
    if match is None:
        return None
    return Token(Kind.WORD, at, match.end(), match[0])


def _is_decimal(text: str, date: re.Match[str]) -> bool:
    """Whether what looks like a year and a month is a quantity: `1900.5 mm`."""
    unit = read_unit(text, date.end()) if re.fullmatch(r"\d{4}\.\d{1,2}", date[0]) else None
    return unit is not None and not unit.counts and unit.name not in {"day", "month", "year"}


def _is_label(text: str, match: re.Match[str]) -> bool:
    """Whether letters glued to digits are a name (`Q235`), not a quantity (`PUE1.04`, `5kg3`)."""
    word = match[0]
    if word[0].isalpha():
        if _TEST_FORCE.match(match.string, match.start()):
            return True
        glued = next((name for name in _GLUED if word.startswith(name)), None)
        return glued is None or not word[len(glued) :][:1].isdigit()
    if word.isdigit() or word.endswith("K") or re.fullmatch(r"\d{3,4}[A-Z]{1,2}|\d+(?:-\d+){2,}", word):
        return True
    number = read_number(text, match.start())
    digits = len(word) - len(word.lstrip("0123456789"))
    return number is None or (read_unit(text, number.end) is None and number.end <= match.start() + digits)


def _number(text: str, at: int, previous: Token | None) -> Token | None:
    if match := _CURRENCY.match(text, at):
        return _money(text, at, match)
    if direct := _DIRECT.match(text, at):
        return Token(Kind.NUMBER, at, direct.end())
    if found := _in_words(text, at, previous):
        return found
    sign = None if previous is not None and previous.kind is Kind.NUMBER else _SIGN.match(text, at)
    token = _amount(text, sign.end() if sign else at, at)
    if token is None or sign is None or sign[0][:2].strip() not in ("-", "零下", "负"):
        return token
    return replace(token, number=-token.number)


def _in_words(text: str, at: int, previous: Token | None) -> Token | None:
    """`九成五`, `减半`, `翻一番`, `a third` behind a bound, `two years`, `half a second`."""
    if share := read_share(text, at) or read_half(text, at):
        return Token(Kind.NUMBER, at, share.end, "", share.value, Unit("%", share.end))
    if doubled := read_doubled(text, at):
        return Token(Kind.NUMBER, at, doubled.end, "", doubled.value, Unit("fold", doubled.end))
    if not text[at].isascii() or not text[at].isalnum():
        return None
    bound = previous is not None and (previous.value in {">=", "<=", "about"} or previous.value.lower() == "by")
    if (bound or text[at].isdigit()) and (part := read_part(text, at)):
        return Token(Kind.NUMBER, at, part.end, "", part.value, Unit("%", part.end))
    spelled = read_spelled(text, at)
    unit = read_unit(text, spelled.end) if spelled else None
    if spelled is None or unit is None or unit.counts or (spelled.article and not bound):
        return None
    return Token(Kind.NUMBER, at, unit.end, "", spelled.value * unit.factor, unit)


def _money(text: str, at: int, sign: re.Match[str]) -> Token | None:
    """`¥2,000`, `$80/kWh`: the currency stands before the amount, what it is paid for behind it."""
    token = _amount(text, sign.end(), at)
    if token is None:
        return None
    currency = _CURRENCY_UNIT[sign[0].strip()]
    unit = token.unit or Unit(currency, token.end)
    per = _PER.match(text, token.end) if token.unit is None else None
    paid_for = read_unit(text, per.end()) if per else None
    if paid_for is not None:
        unit = Unit(f"{currency}/{paid_for.name}", paid_for.end)
    if unit.name.startswith("1/"):
        unit = Unit(currency + unit.name.removeprefix("1"), unit.end)
    return replace(token, unit=unit, end=unit.end)


def _amount(text: str, at: int, start: int) -> Token | None:
    """A number with its power of ten, multiplier (万) and unit."""
    number = read_number(text, at)
    if number is None:
        return None
    scale, end, unit = read_scale_and_unit(text, number.end)
    if unit is None and (qualified := _QUALIFIED.match(text, end)):
        unit = read_unit(text, qualified.end())
    if unit is None and text[end : end + 1] == "级":
        end += 1
    if number.han and scale == 1.0 and _is_no_amount(text, number.value, end, unit):
        return None
    if unit is None and (to_one := _TO_ONE.match(text, end)):
        return Token(Kind.NUMBER, start, to_one.end(), "", number.value * scale)
    if unit is None and (_SIZE.match(text, end) or _SIZE_BEFORE.search(text, max(0, at - 3), at)):
        return None
    if unit is None and text[end : end + 1].isascii() and text[end : end + 1].isalpha():
        return None
    value = number.value * scale * (unit.factor if unit else 1.0)
    at_least = ">=" if _SOME_MORE.search(text, number.end, unit.end if unit else end) else ""
    return Token(Kind.NUMBER, start, unit.end if unit else end, at_least, value, unit, scale, number.power)


def _is_no_amount(text: str, number: float, end: int, unit: Unit | None) -> bool:
    """Whether a Chinese numeral only looks like one: `三元材料`, `六方`, `二次利用`, `一年一度`."""
    if unit is None:
        return not _range_follows(text, end)
    single = number <= 9 and unit.name in {"CNY", "m**3", "mesh", "degree", "A", "g", "V", "m**2"}
    return single or (number < 3 and unit.name in {"count", "day"}) or (number == 1 and unit.name == "year")


def _range_follows(text: str, end: int) -> bool:
    """`三到五年`: a numeral without a unit that is the lower end of a range."""
    sign = _RANGE.match(text, end)
    upper = _amount(text, sign.end(), sign.end()) if sign else None
    return upper is not None and upper.unit is not None


def read_scale_and_unit(text: str, end: int) -> tuple[float, int, Unit | None]:
    """Multipliers, then a unit; a unit that begins like a multiplier (千瓦) wins."""
    text_end = end
    if text[end : end + 1] in {"余", "多", "几"}:
        text_end = end + 1
    unit = read_unit(text, text_end)
    if unit is not None:
        return 1.0, unit.end, unit
    scale = 1.0
    while match := _MULTIPLIER.match(text, text_end):
        scale *= {"k": 1e3, "w": 1e4, "W": 1e4}.get(match[0]) or MULTIPLIERS[match[0].strip()]
        text_end = end = match.end()
        if text[end : end + 1] in {"余", "多"}:
            text_end = end + 1
        unit = read_unit(text, text_end)
        if unit is not None:
            return scale, unit.end, unit
    return scale, end, None
