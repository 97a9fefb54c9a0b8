"""What can be wrong with a formula."""

from __future__ import annotations

from typing import Literal

Code = Literal[
    "long", "deep", "empty", "character", "unexpected", "unclosed", "function", "arguments", "number", "unit",
    "dimensions", "exponent", "missing", "arithmetic",
]  # fmt: skip

_SAYS: dict[Code, str] = {
    "long": "longer than {text} characters",
    "deep": "nested more deeply than {text} levels",
    "empty": "there is nothing to compute",
    "character": "{text!r} has no meaning here",
    "unexpected": "{text!r} is not expected here",
    "unclosed": "the bracket that opens here is not closed",
    "function": "there is no function {text!r}; min, max, abs, sqrt are known",
    "arguments": "{text} takes another number of values",
    "number": "{text!r} is no number that can be computed with",
    "unit": "{text!r} is no unit that is known",
    "dimensions": "these units do not fit: {text}",
    "exponent": "an exponent is a plain number from -9 to 9",
    "missing": "the figure {text} is not there",
    "arithmetic": "this cannot be computed (division by 0, root of a negative number, or too large)",
}


class FormulaError(ValueError):
    """A formula that cannot be read or computed: what is wrong (`code`), where in the text (`place`), and about what.

    `place` is the index of the character in the formula as it was written. The message is in English; callers that
    speak other languages go by `code` and `text`.
    """

    def __init__(self, code: Code, place: int = 0, text: str = "") -> None:
        self.code, self.place, self.text = code, place, text
        super().__init__(f"character {place + 1}: {_SAYS[code].format(text=text)}")
