"""Unified social credit codes (GB 32100-2015) that are valid and yet nobody's."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

# Registering authority and kind (characters 1 and 2) by kind of organisation.
_KINDS = {
    "company": "91", "university": "12", "institute": "12", "service": "91", "park": "91", "fund": "91",
    "government": "11",
}  # fmt: skip
NOWHERE = "990000"
"""Characters 3 to 8, the registering authority's division: 99 is no province, so that the code can belong to nobody."""


def check_character(body: str) -> str:
    """The 18th character: GB 32100-2015, 31 minus the weighted sum of the first 17 modulo 31."""
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def credit_code(kind: str, number: int) -> str:
    """The code of organisation `number` (below 900,000); its organisation code starts with ``DM`` for demo."""
    digits = f"DM{number + 100000:06d}"
    body = f"{_KINDS[kind]}{NOWHERE}{digits}{_organisation_check(digits)}"
    return body + check_character(body)


def _organisation_check(digits: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(weight * letters.index(character) for weight, character in zip(weights, digits, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))
