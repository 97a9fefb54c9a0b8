"""Language of parts: on an English page, what people wrote in Chinese is marked as Chinese (WCAG 2.2, 3.1.2).

Content comes to a page through some two hundred templates, in titles, tables, options and labels; so the finished page
is marked, in one place, rather than each of them. Screen readers then change their voice, browsers their font.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from keqiao.kernel.languages import in_english
from keqiao.kernel.middleware import AnswerMiddleware

CHINESE = re.compile("[\u3400-\u9fff]")
RUN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef](?:[^A-Za-z<>]*[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])?")
TOKEN = re.compile(
    r"<!--.*?-->|<(script|style|svg)\b.*?</\1\s*>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|[^<]+", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
LANGUAGE = re.compile(r"\slang=")
VALUE = re.compile(r"""\s(?:value|placeholder|alt)=(?:"([^"]*)"|'([^']*)')""")
VOID = frozenset(["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"])
WORDS_ALONE = frozenset(["title", "option", "textarea"])
"""Elements that hold no others: a part of them cannot be marked, so all of it is."""


class LanguageOfParts(AnswerMiddleware):
    """Marks Chinese on English pages with `lang`."""

    def change(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if isinstance(response, HttpResponse) and is_page and in_english():
            page = response.content.decode(response.charset)
            if CHINESE.search(page):
                response.content = marked(page)
        return response


def marked(page: str) -> str:
    """The page with `lang="zh-Hans"` around Chinese that no element claims yet."""
    tokens = [match[0] for match in TOKEN.finditer(page)]
    if sum(map(len, tokens)) != len(page):
        return page  # not HTML as we write it: better unmarked than mangled
    claimed = claims(tokens)
    for at, token in enumerate(tokens):
        if claimed[at] or not CHINESE.search(token):
            continue
        if not token.startswith("<"):
            mark_text(tokens, at)
        elif (tag := TAG.match(token)) and tag[2].lower() in VOID and says_chinese(token):
            tokens[at] = with_language(token)
    return "".join(tokens)


def claims(tokens: list[str]) -> list[bool]:
    """For each token, whether an element around it (other than the page) already says its language."""
    found: list[bool] = []
    inside, depth = "", 0
    for token in tokens:
        tag = TAG.match(token)
        found.append(bool(inside))
        if tag is None:
            continue
        closes, name = bool(tag[1]), tag[2].lower()
        if inside and name == inside:
            depth += -1 if closes else 1
            inside = inside if depth else ""
        elif not inside and not closes and name not in VOID and name != "html" and LANGUAGE.search(token):
            inside, depth = name, 1
            found[-1] = True
    return found


def mark_text(tokens: list[str], at: int) -> None:
    """Mark a text: its element where the text is all of it and all Chinese, else the run of Chinese within it."""
    opening = TAG.match(tokens[at - 1]) if at else None
    alone = at + 1 < len(tokens) and tokens[at + 1].startswith("</")
    if opening is not None and alone and takes_language(opening, tokens[at]):
        tokens[at - 1] = with_language(tokens[at - 1])
    else:
        tokens[at] = RUN.sub(spanned, tokens[at])


def takes_language(opening: re.Match[str], text: str) -> bool:
    """Whether the element of a text can say its language: no Latin words beside the Chinese, or no room for a mark."""
    name = opening[2].lower()
    if opening[1] or name in VOID:
        return False
    return name in WORDS_ALONE or not re.search("[A-Za-z]", RUN.sub("", text))


def spanned(run: re.Match[str]) -> str:
    """A run in an element of its own, punctuation alone left as it is."""
    return f'<span lang="zh-Hans">{run[0]}</span>' if CHINESE.search(run[0]) else run[0]


def says_chinese(tag: str) -> bool:
    """Whether what the element shows of itself is Chinese."""
    return any(CHINESE.search(value) for value in values_of(tag))


def values_of(tag: str) -> Iterator[str]:
    for match in VALUE.finditer(tag):
        yield match[1] or match[2] or ""


def with_language(tag: str) -> str:
    """A start tag that says Chinese, unless it says a language already."""
    return tag if LANGUAGE.search(tag) else re.sub(r"\s*/?>$", lambda end: f' lang="zh-Hans"{end[0].lstrip()}', tag)
