"""The unified social credit code (统一社会信用代码, GB 32100-2015): read as people type it, checked, explained."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum.cn import uscc

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 signs: the letters I, O, S, V and Z are left out so that they are not taken for digits."""
TAKEN_FOR = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
SEPARATORS = re.compile(r"[\s\-‐-―·.]+")


def normalise(text: str) -> str:
    """Half width, upper case, without spaces, dashes and dots."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def problem_of(code: str) -> str:
    """What is wrong with a normalised code and what to look at, in the reader's language; empty when it is right."""
    if len(code) != LENGTH:
        words = _("统一社会信用代码应为 18 位，您填写了 %(length)d 位。请对照营业执照或法人证书核对。")
        return words % {"length": len(code)}
    return wrong_sign(code) or wrong_check_digit(code)


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """A search that is a code rather than a name, normalised, and what is wrong with it; empty when it is a name."""

    text: str = ""
    problem: str = ""


def code_in(typed: str) -> CodeTyped:
    """Whether somebody typed a code: about as long as one, mostly digits, nothing that only names have."""
    code = normalise(typed)
    is_code = LENGTH - 2 <= len(code) <= LENGTH + 2 and code.isascii() and code.isalnum()
    if not is_code or sum(sign.isdigit() for sign in code) < LENGTH // 2:
        return CodeTyped()
    return CodeTyped(code, problem_of(code))


def wrong_sign(code: str) -> str:
    """The first sign that cannot stand where it stands."""
    for place, sign in enumerate(code, start=1):
        if sign not in ALPHABET:
            words = _("第 %(place)d 位“%(sign)s”不会出现在代码里，是不是“%(hint)s”？")
            if sign not in TAKEN_FOR:
                words = _("第 %(place)d 位“%(sign)s”不会出现在代码里，只能是数字或大写字母。")
            return words % {"place": place, "sign": sign, "hint": TAKEN_FOR.get(sign, "")}
        if 3 <= place <= 8 and not sign.isdigit():
            words = _("第 %(place)d 位“%(sign)s”应为数字：第 3–8 位是行政区划代码。")
            return words % {"place": place, "sign": sign}
    return ""


def wrong_check_digit(code: str) -> str:
    """The check digit as it should be, when it is not."""
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] == expected:
        return ""
    if swapped := swapped_places(code):
        words = _("校验位不符。第 %(first)d、%(second)d 位可能颠倒了，请核对。")
        return words % {"first": swapped, "second": swapped + 1}
    words = _("校验位不符：按前 17 位，第 18 位应为“%(expected)s”，您填的是“%(found)s”。请逐位核对。")
    return words % {"expected": expected, "found": code[-1]}


def swapped_places(code: str) -> int:
    """The place of two neighbours whose exchange alone makes the code right; 0 when there is none or several."""
    right = []
    for place in range(LENGTH - 1):
        turned = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if turned != code and uscc.is_valid(turned):
            right.append(place + 1)
    return right[0] if len(right) == 1 else 0
