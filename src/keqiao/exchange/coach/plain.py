"""A pasted text made fit for reading: markup, list marks, pictures and full width out of the way."""

from __future__ import annotations

import html
import re
import unicodedata

from django.utils.translation import gettext as _

from keqiao.exchange.coach.tables import told
from keqiao.exchange.coach.words import listed

MOST_TEXT = 8000
MOST_MARKUP = 10 * MOST_TEXT
"""More is not even looked at."""

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
HIDDEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
BLOCKS = frozenset(listed("p div br li ul ol tr table h1 h2 h3 h4 h5 h6 section article blockquote hr"))
INLINE = frozenset(listed("b i a em u span strong font sub sup"))
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]+")
LIST_MARK = re.compile(r"^[ \t]*(?:[(（]?\d{1,2}[.、)）](?!\d)|[①-⑳]|[-*•·●○■◆▪]+(?=\s))[ \t]*", re.MULTILINE)
INNER_MARK = re.compile(r"(?<=[：:；;。])\s*[(（]\d{1,2}[)）](?!\d)\s*")
BRACKETS = re.compile(r"^[ \t]*[【\[]([^】\]\n]{1,10})[】\]][ \t]*[:：]?[ \t]*", re.MULTILINE)
AND_MORE = re.compile(r"(?<=[0-9%％])\+(?=[\s，,。；;、]|$)")


def problem_of(pasted: str) -> str:
    """Why a pasted text cannot be made a card, with the remedy; nothing when it can."""
    size = len(plain_text(pasted, most=MOST_MARKUP))
    if not size:
        return _("请先写下要解决的问题，一句话也可以。")
    if size > MOST_TEXT:
        words = _("最多 %(limit)d 字，现在有 %(count)d 字。请只留下问题、现状和指标，其余的可以写进“单位背景”。")
        return words % {"limit": MOST_TEXT, "count": max(size, len(pasted.strip()) if size == MOST_MARKUP else size)}
    return ""


def plain_text(pasted: str, most: int = MOST_TEXT) -> str:
    """What a person would see of it, at most 8,000 characters: HTML without its tags, plain line ends."""
    text = pasted[:MOST_MARKUP].replace("\r\n", "\n").replace("\r", "\n")
    if any(match[2].lower() in BLOCKS | INLINE for match in TAG.finditer(text)):
        text = html.unescape(TAG.sub(line_or_nothing, HIDDEN.sub("", text))).replace("\xa0", " ")
        text = re.sub(r"[ \t]*\n\s*", "\n", text)
    return text.strip()[:most].rstrip()


def line_or_nothing(tag: re.Match[str]) -> str:
    """A block begins a line, other tags leave nothing."""
    return "\n" if tag[2].lower() in BLOCKS else ""


def readable(text: str) -> str:
    """The text without emoji and list marks, digits and letters in half width, `95%+` as 95% or more.

    What names the part of a text does so with a colon: `【目标】`, and the columns of a pasted table.
    """
    narrow = "".join(half(character) for character in EMOJI.sub("", text))
    marked = INNER_MARK.sub("", BRACKETS.sub(r"\1：", LIST_MARK.sub("", narrow)))
    return AND_MORE.sub("以上", told(marked))


def half(character: str) -> str:
    """Full-width digits, letters and signs made half; Chinese punctuation stays."""
    if "\uff01" <= character <= "\uff5e" and character not in "，。：；！？（）":
        return unicodedata.normalize("NFKC", character)
    return " " if character == "\u3000" else character
