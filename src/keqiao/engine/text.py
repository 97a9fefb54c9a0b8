"""Text as the engine sees it: folded, without markup and filler words.

Folding keeps a character at a known place, so that a match found in folded text can be shown in the
original (`Folded.origin`).
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import opencc
import rjieba

from keqiao.engine.blocks import listed

# Words that say that something is a project, not what it is about. Leaving them out of both sides lifts
# nDCG@10 on graded needs by about one point; each of them may stand inside a longer compound.
FILLERS = listed(
    """
    研发 研究 研制 开发 及其 产业化 关键技术 核心技术 应用 项目 系统 技术 一种 方法 示范 推广 以及 基于 实现 进行
    解决 问题 需求 希望 寻求 我们 我公司 公司 本公司 企业 有限公司 有限责任公司 股份 集团 提供 具有 采用 相关 目前
    通过 要求 需要 合作 课题 成果 工程 及 与 和 的 等 了 在 对 为 是
    """
)
_ENGLISH_FILLERS = frozenset(
    listed(
        """
    a also an and are as at based be been between both by can could did do does for from had has have here how
    however in into is it its may method methods more most not of on or our paper proposed research result results
    study such than that the their then there these they this those through to under using was we were what when
    where which while who will with would
        """
    )
)
_FILLER = re.compile("|".join(sorted(FILLERS, key=lambda word: (-len(word), word))))
_TOKEN = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_TAGS = (
    "a|abbr|b|blockquote|body|br|button|caption|center|code|col|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html|i|"
    "iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|s|script|section|select|small|span|strong|style|sub|"
    "sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
_MARKUP = re.compile(
    rf"<(?P<raw>script|style)\b[^<>]*>|(?P<comment><!--)|</?(?:{_TAGS})\b[^<>]*>|<!doctype[^<>]*>"
    r"|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});",
    re.IGNORECASE,
)
# Where what begins with one of these ends; each is looked for once where there is no end, so that time stays linear.
_ENDS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "<!--": re.compile("-->"),
}
_HAN = re.compile("[\u3400-\u9fff]")


# Where NFKC and case change characters: everything below Han, then the compatibility and mathematical forms.
_FOLDED_BLOCKS = ((0, 0x3400), (0xF900, 0xFB07), (0xFE00, 0xFF00), (0xFF00, 0xFFF0), (0x1D400, 0x1D800))


@functools.cache
def simplified_characters() -> dict[int, str]:
    """Code point of every traditional Han character to its simplified form (OpenCC, character by character)."""
    plain = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(plain)).split("\n")
    return {ord(c): s for c, s in zip(plain, simplified, strict=True) if c != s and len(s) == 1}


@functools.cache
def _fold_table() -> dict[int, str]:
    """What each character becomes: NFKC, no accents on Latin, lower case, simplified Han."""
    simplified = simplified_characters()
    table = dict(simplified)
    for first, end in _FOLDED_BLOCKS:
        for code in range(first, end):
            character = chr(code)
            blank = unicodedata.category(character) in {"Cc", "Cf"}
            folded = " " if blank else _fold_character(character, simplified)
            if folded != character:
                table[code] = folded
    return table


def _fold_character(character: str, simplified: dict[int, str]) -> str:
    folded = unicodedata.normalize("NFKC", character)
    if folded and ord(folded[0]) < 0x250:
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    elif unicodedata.combining(character):
        return ""
    return "".join(simplified.get(ord(c), c) for c in folded).lower()


def fold(text: str) -> str:
    """Folded text: full width, compatibility forms, case, traditional characters. Empty stays empty."""
    return text.translate(_fold_table())


def without_markup(text: str) -> str:
    """The same text with HTML tags, scripts and entities blanked out; every other character keeps its place."""
    if "<" not in text and "&" not in text:
        return text
    pieces, at, endless = [], 0, set[str]()
    while match := _MARKUP.search(text, at):
        kind, end = (match["raw"] or match["comment"] or "").lower(), match.end()
        closing = _ENDS[kind].search(text, end) if kind and kind not in endless else None
        if closing is not None:
            end = closing.end()
        elif kind:
            endless.add(kind)
        shown = (
            text[at:end]
            if kind == "<!--" and closing is None
            else text[at : match.start()] + " " * (end - match.start())
        )
        pieces.append(shown)
        at = end
    return "".join([*pieces, text[at:]])


def without_fillers(folded: str) -> str:
    """Folded text with filler words blanked out, of the same length."""
    return _FILLER.sub(lambda match: " " * len(match[0]), folded)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origin[i]` is the place in the original of its character `i`, with one more for the end."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]` (not empty)."""
        return self.origin[start], self.origin[end - 1] + 1


def folded(text: str) -> Folded:
    """Fold a text and remember where each character came from."""
    clean = without_markup(text)
    result = fold(clean)
    if len(result) == len(text):
        return Folded(result, range(len(text) + 1))
    table = _fold_table()
    lengths = [len(table.get(ord(c), c)) for c in clean]
    origin = np.repeat(np.arange(len(text)), lengths).tolist()
    return Folded(result, [*origin, len(text)])


def canonical(texts: Sequence[str]) -> list[str]:
    """What terms are counted on: markup out, folded, fillers out (each a space). All texts in one pass."""
    if not texts:
        return []
    joined = "\0".join([without_markup(text).replace("\0", " ") for text in texts])
    expanding, single = _fold_arrays()
    joined = expanding.sub(lambda match: fold(match[0]), joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    folded_text = single[codes].tobytes().decode("utf-32-le")
    return _FILLER.sub(" ", folded_text).split("\0")


@functools.cache
def _fold_arrays() -> tuple[re.Pattern[str], npt.NDArray[np.uint32]]:
    """The fold table for whole arrays: characters that become none or several, and what every other becomes."""
    table = _fold_table()
    several = "".join(chr(code) for code, folded_to in table.items() if len(folded_to) != 1)
    single = np.arange(sys.maxunicode + 1, dtype="<u4")
    for code, folded_to in table.items():
        if len(folded_to) == 1:
            single[code] = ord(folded_to)
    single[0] = 0
    single[0xD800:0xE000] = 0xFFFD
    return re.compile("[" + re.escape(several) + "]"), single


def language(text: str) -> str:
    """`zh`, `en`, or an empty string when there is neither a Han character nor a Latin letter.

    A Han character says about as much as half a Latin word, so a Chinese text may carry many Latin names
    before it counts as English.
    """
    han = len(_HAN.findall(text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text)) or (1 if re.search(r"[A-Za-z]", text) else 0)
    if not han and not latin:
        return ""
    return "zh" if han >= latin else "en"


@functools.lru_cache(maxsize=200_000)
def stem(token: str) -> str:
    """English plurals off, nothing more: `coatings` and `coating` are one word, `bus` and `gas` stay."""
    if len(token) > 4 and token.isalpha() and token.endswith("s") and token[-2] not in "sui":
        return token[:-3] + "y" if token.endswith("ies") and len(token) > 5 else token[:-1]
    return token


def tokens(canonical_text: str) -> list[str]:
    """Latin words, numbers and mixed tokens of a canonical text, English function words left out."""
    return [stem(token) for token in _TOKEN.findall(canonical_text) if token not in _ENGLISH_FILLERS]


def words(canonical_text: str) -> list[str]:
    """Chinese words of two characters or more (rjieba), then the Latin tokens."""
    han = [word for word in rjieba.cut(canonical_text) if len(word) > 1 and _HAN.match(word)]
    return han + tokens(canonical_text)


def is_function_word(token: str) -> bool:
    """Whether an English token says nothing by itself (`the`, `based`)."""
    return token in _ENGLISH_FILLERS
