"""Tokens become a tree (a Pratt parser): `^` binds closest and to the right, then a minus before, then `* /`, `+ -`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keqiao.engine.formulas.errors import FormulaError
from keqiao.engine.formulas.tokens import Token, tokenise

LONGEST = 500
DEEPEST = 30
_BINDS = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 30}
_NEGATION = 25
_TAKES = {"min": (1, 20), "max": (1, 20), "abs": (1, 1), "sqrt": (1, 1)}
SOURCES = {
    "成果": "own", "本成果": "own", "own": "own", "现状": "present", "present": "present", "目标": "target",
    "target": "target",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a unit (an empty one: none)."""

    value: float
    unit: str
    place: int


@dataclass(frozen=True, slots=True)
class Name:
    """A figure by its name: whose (`own`, `present`, `target`, or any), and in which unit one who fills it in gives it.

    `key` is how it is written: the name by which values are looked up.
    """

    key: str
    source: str
    name: str
    unit: str | None
    place: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or function with its operands."""

    sign: str
    operands: tuple[Node, ...]
    place: int


Node = Number | Name | Operation


def tree(formula: str) -> Node:
    """The formula as a tree. FormulaError, which says where, when it is none."""
    if len(formula) > LONGEST:
        raise FormulaError("long", LONGEST, str(LONGEST))
    tokens = tokenise(formula)
    if len(tokens) == 1:
        raise FormulaError("empty")
    return _Parser(tokens).whole()


def names_of(node: Node) -> Iterator[Name]:
    """The names in a tree, from left to right."""
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Operation):
        for operand in node.operands:
            yield from names_of(operand)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.expression(0)
        if self.next.sort != "end":
            raise self.unexpected()
        return node

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        return self.next.sort == "sign" and self.next.text in signs

    def unexpected(self) -> FormulaError:
        return FormulaError("unexpected", self.next.place, self.next.text or "")

    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError("deep", self.next.place, str(DEEPEST))
        left = self.operand()
        while self.is_sign(*_BINDS) and _BINDS[self.next.text] > binding:
            sign = self.take()
            power = _BINDS[sign.text]
            right = self.expression(power - 1 if sign.text == "^" else power)
            left = Operation(sign.text, (left, right), sign.place)
        self.depth -= 1
        return left

    def operand(self) -> Node:
        if self.next.sort == "number":
            token = self.take()
            return Number(token.value, token.unit or "", token.place)
        if self.next.sort == "name":
            token = self.take()
            return self.call(token) if self.is_sign("(") else _name(token)
        if self.is_sign("-", "+"):
            sign = self.take()
            value = self.expression(_NEGATION)
            return Operation("negative", (value,), sign.place) if sign.text == "-" else value
        if self.is_sign("("):
            opening = self.take()
            node = self.expression(0)
            self.close(opening)
            return node
        raise self.unexpected()

    def call(self, function: Token) -> Node:
        if function.text not in _TAKES:
            raise FormulaError("function", function.place, function.text)
        opening = self.take()
        values = [self.expression(0)]
        while self.is_sign(","):
            self.take()
            values.append(self.expression(0))
        self.close(opening)
        least, most = _TAKES[function.text]
        if not least <= len(values) <= most:
            raise FormulaError("arguments", function.place, function.text)
        return Operation(function.text, tuple(values), function.place)

    def close(self, opening: Token) -> None:
        if self.next.sort == "end":
            raise FormulaError("unclosed", opening.place, opening.text)
        if not self.is_sign(")"):
            raise self.unexpected()
        self.take()


def _name(token: Token) -> Name:
    before, _dot, after = token.text.partition(".")
    source = SOURCES.get(before, "") if after else ""
    if after and not source:
        raise FormulaError("unexpected", token.place, token.text)
    return Name(token.text, source, after or before, token.unit, token.place)
