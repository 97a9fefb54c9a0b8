"""Excerpts with highlights: the sentence of a text that shows most of what both sides share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from keqiao.engine.explain import Place

HAN = re.compile("[\u3400-\u9fff]")
SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
REST_OF_NUMBER = re.compile(r"[0-9]*(?:\.[0-9]+)?")
WIDTH = 100
MARGIN = 16

Segment = tuple[str, bool]
"""A piece of text and whether it is highlighted. Templates escape the text and wrap the highlight themselves."""


def merged(places: Iterable[Place], part: str) -> list[tuple[int, int]]:
    """The places in one part of a document, in order, touching and overlapping ones as one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted((place.start, place.end) for place in places if place.part == part):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def whole_numbers(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, none of which ends within a number: of `98.68` not the `98` alone is highlighted."""
    return [(start, end_of_number(text, end) if text[end - 1 : end].isdigit() else end) for start, end in spans]


def end_of_number(text: str, at: int) -> int:
    """Where the number goes to that a place stands in or behind."""
    rest = REST_OF_NUMBER.match(text, at)
    return rest.end() if rest else at


def segments(text: str, spans: Sequence[tuple[int, int]], start: int = 0, end: int | None = None) -> list[Segment]:
    """The text from `start` to `end`, cut where highlights begin and end."""
    stop = len(text) if end is None else end
    result: list[Segment] = []
    at = start
    for first, last in spans:
        first, last = max(first, start), min(last, stop)
        if first >= last:
            continue
        if at < first:
            result.append((text[at:first], False))
        result.append((text[first:last], True))
        at = last
    if at < stop:
        result.append((text[at:stop], False))
    return result


def excerpt(text: str, places: Iterable[Place], width: int = WIDTH, *, like: str = "") -> list[Segment]:
    """The sentence with the most highlighted characters, cut to about `width`; empty when nothing is shared.

    Of a text in two languages, a sentence in the language of `like` comes first, wherever something of one is shared.
    """
    spans = whole_numbers(text, merged(places, "text"))
    if not spans:
        return []
    chinese = bool(HAN.search(like))

    def value(sentence: re.Match[str]) -> tuple[bool, float]:
        shown = marked(text, spans, *sentence.span())
        return bool(like) and shown > 0 and bool(HAN.search(sentence[0])) == chinese, shown

    best = max(SENTENCE.finditer(text), key=value)
    start, end = window(text, spans, best.start(), best.end(), width)
    pieces = segments(text, spans, start, end)
    return [*([("…", False)] if start > best.start() else []), *pieces, *([("…", False)] if end < best.end() else [])]


def marked(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> float:
    """How much between two places is highlighted: a Han character says about as much as three Latin letters."""
    shown = "".join(text[max(first, start) : min(last, end)] for first, last in spans if first < end and last > start)
    han = len(HAN.findall(shown))
    return han + (len(shown) - han) / 3


def window(text: str, spans: Sequence[tuple[int, int]], start: int, end: int, width: int) -> tuple[int, int]:
    """The part of a long sentence, `width` wide, that shows the most."""
    if end - start <= width:
        return start, end
    starts = [max(start, min(first - MARGIN, end - width)) for first, last in spans if start <= first < end]
    best = max(starts or [start], key=lambda at: (marked(text, spans, at, at + width), -at))
    return best, min(best + width, end)


def titled(title: str, places: Iterable[Place]) -> list[Segment]:
    """A title with its highlights."""
    return segments(title, merged(places, "title"))
