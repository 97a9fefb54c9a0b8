"""The form in which figures are read: one kind of dash and sign, superscripts as `^2`, case kept."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from keqiao.engine.text import simplified_characters, without_markup

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", [f"^{c}" for c in "0123456789-+"], strict=True))
_SIGNS = _SUPERSCRIPTS | {
    "㎡": "m^2", "㎥": "m^3", "㎝": "cm", "㎜": "mm", "㎞": "km", "㎏": "kg", "㎎": "mg", "㎖": "mL", "㎛": "um",
    "−": "-", "﹣": "-", "‐": "-", "～": "~", "∼": "~", "〜": "~", "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤",
    "✕": "×", "✖": "×", "℃": "°C", "℉": "°F", "º": "°", "ø": "φ", "Ø": "φ", "Φ": "φ", "⋅": "·", "•": "·", "∙": "·",
    "‧": "·", "\u00a0": " ", "\u3000": " ", "（": "(", "）": ")", "￥": "¥", "％": "%", "﹪": "%", "µ": "μ",
    "½": "0.5", "¼": "0.25", "¾": "0.75", "…": "…",
}  # fmt: skip


@functools.cache
def _folds() -> dict[int, str]:
    table = dict(simplified_characters())
    for code in [*range(0xA0, 0x3400), *range(0xF900, 0xFB07), *range(0xFE30, 0xFE70), *range(0xFF01, 0xFFEF)]:
        form = unicodedata.normalize("NFKC", chr(code))
        if form != chr(code):
            table[code] = form
    table |= {ord(sign): form for sign, form in _SIGNS.items()}
    return table


def read(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters (and its end) the place in the original."""
    clean = without_markup(text)
    table = _folds()
    result = clean.translate(table).replace("^-^", "^-").replace("^+^", "^")
    if len(result) == len(text):
        return result, range(len(text) + 1)
    pieces = [table.get(ord(c), c) for c in clean]
    for i in range(1, len(pieces)):
        if pieces[i - 1] in {"^-", "^+"} and pieces[i].startswith("^"):
            pieces[i - 1], pieces[i] = pieces[i - 1].replace("+", ""), pieces[i][1:]
        elif _superscript_run(pieces, i):
            pieces[i] = pieces[i][1:]
    result = "".join(pieces)
    return result, [*np.repeat(np.arange(len(text)), [len(p) for p in pieces]).tolist(), len(text)]


def _superscript_run(pieces: list[str], i: int) -> bool:
    """A second superscript digit: `10¹²` is `10^12`, not `10^1^2`."""
    digit = re.compile(r"\^?\d")
    return (
        len(pieces[i]) == 2
        and pieces[i][0] == "^"
        and digit.fullmatch(pieces[i - 1]) is not None
        and (pieces[i - 1][0] == "^" or (i > 1 and pieces[i - 2].startswith("^")))
    )
