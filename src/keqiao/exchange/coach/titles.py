"""The title and the present state, from clauses."""

from __future__ import annotations

import re

from keqiao.engine.specs import figures
from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import HAN, STOP, Clause, mentions
from keqiao.exchange.coach.targets import WANTING
from keqiao.parties import taxonomy

LONGEST_TITLE = 40
LONGEST_ENGLISH_TITLE = 100
SHORTEST_TELLING = 4

HEADING = re.compile(
    r"^(?:需求名称|项目名称|技术需求|技术难题|课题名称|难题名称|需求|标题|title|subject)\s*[:：]\s*", re.IGNORECASE
)
COUNTS = re.compile(
    r"以上|以下|以内|不低于|不高于|不超过|[达做]到|左右|分钟|小时|[年月日天内]|要求|目标|降[至到]|控制在|客户|主机厂|整改到"
)
"""Words around figures that say nothing of the thing itself."""


TROUBLE = re.compile(r"(?:困扰|问题|难题|难点|瓶颈)\s*[:：]\s*([^。；;\n，,]{4,40})")


def title_of(text: str, clauses: list[Clause], lang: str) -> str:
    """A short first line as it is; else the trouble that is named as such; else what the first telling clause wishes,
    without its opening.
    """
    first_line, _newline, rest = text.partition("\n")
    heading = HEADING.sub("", first_line.strip())
    if heading != first_line.strip() or (rest.strip() and mostly_words(heading)):
        short = 4 <= len(heading) <= (LONGEST_ENGLISH_TITLE if lang == "en" else LONGEST_TITLE)
        if short and not STOP.search(heading) and "，" not in heading:
            return heading
    if trouble := TROUBLE.search(text):
        return trouble[1].strip()
    named = [clause for clause in clauses if not clause.label]
    return english_title(named) if lang == "en" else chinese_title(named)


def mostly_words(line: str) -> bool:
    """Whether a line is a name rather than a sentence about how things are or what is wanted."""
    return not re.search(r"[，,：:]|目前|现在|希望|需要|我们|我司|您好|你好", line)


def chinese_title(clauses: list[Clause]) -> str:
    wishes = [clause for clause in clauses if clause.role == "wish"]
    for clause in wishes:
        own = without_opening(clause.text)
        title = with_subject(own, clause, clauses)
        if tells(title) and (title != own or not figure_first(own)):
            return cut(with_context(title, clause, clauses), LONGEST_TITLE, "")
    chosen = next((clause for clause in clauses if tells(without_opening(clause.text))), next(iter(clauses), None))
    return cut(without_opening(chosen.text), LONGEST_TITLE, "") if chosen else ""


def tells(title: str) -> bool:
    """Whether it names a thing: some words besides figures, and not only a partner or money."""
    if mentions(title, words.NO_TITLE) or only_says_where(title):
        return False
    return len(re.sub(rf"[^{HAN}]", "", COUNTS.sub("", title))) + len(re.findall(r"[A-Za-z]{3,}", title)) >= (
        SHORTEST_TELLING
    )


WHERE = re.compile(rf"^[{HAN}]{{0,6}}(?:位于|地处|坐落于|在)([{HAN}]{{2,12}})$")


def only_says_where(title: str) -> bool:
    """`我厂位于黄石市` says of nothing in particular either."""
    place = WHERE.match(title)
    return place is not None and bool(taxonomy.region_code(place[1]))


def english_title(clauses: list[Clause]) -> str:
    """The first clause that wishes, without its opening; at most 100 characters, cut between words."""
    wishes = [clause for clause in clauses if clause.role == "wish"]
    opened = [clause for clause in wishes if words.ENGLISH_OPENING.search(clause.text)]
    chosen = next((clause for clause in [*opened, *wishes, *clauses] if len(clause.text.split()) >= 3), None)
    if chosen is None:
        return clauses[0].text[:LONGEST_ENGLISH_TITLE] if clauses else ""
    title = words.ENGLISH_OPENING.sub("", chosen.text, count=1) or chosen.text
    return cut(title[0].upper() + title[1:], LONGEST_ENGLISH_TITLE, " ")


POSSESSION = re.compile(r"^(?:外购的?|现有的?|目前的?|我们的?|我司的?|国产|采购的?|使用的?|现用的?)+")


def with_subject(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """`吸光率达到 98%` says of nothing in particular; `消光涂层吸光率多在 95%`, earlier, says of what."""
    name = figure_first(title)
    for clause in clauses if name else []:
        subject, found, _rest = clause.text.partition(name)
        subject = WANTING.sub("", POSSESSION.sub("", subject.strip()))
        if found and clause is not chosen and 2 <= len(subject) <= 12:
            return f"{subject}{title}"
    return title


def figure_first(title: str) -> str:
    """The name of the figure with which it begins, if it does."""
    return next((figure.name for figure in figures(title) if figure.name and title.startswith(figure.name)), "")


def with_context(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """Very short words say little alone: the clause before them goes along."""
    at = clauses.index(chosen)
    if not at or len(title) >= 6 or only_says_where(clauses[at - 1].text):
        return title
    return f"{clauses[at - 1].text}，{title}"


def without_opening(clause: str) -> str:
    """`我们希望能够提高吸光率` → `提高吸光率`."""
    shorter = clause.strip("“”\"' 　、~～…")
    while opening := next((word for word in words.OPENINGS if shorter.startswith(word)), ""):
        if len(shorter) - len(opening) < SHORTEST_TELLING:
            break
        shorter = shorter.removeprefix(opening).lstrip("，,：: ")
    return shorter


def cut(text: str, size: int, space: str) -> str:
    """At most `size` characters, cut between words where there is a space."""
    if len(text) <= size:
        return text
    short = text[:size]
    return short.rsplit(space, 1)[0] if space and space in short else short


def current_state_of(text: str, clauses: list[Clause]) -> str:
    """The clauses that say how things are, joined where they stood side by side."""
    runs: list[tuple[int, int]] = []
    for clause in clauses:
        if clause.role != "present" or clause.label:
            continue
        if runs and clause.start - runs[-1][1] <= 1:
            runs[-1] = (runs[-1][0], clause.end)
        else:
            runs.append((clause.start, clause.end))
    return "；".join(text[start:end].strip() for start, end in runs)[:2000]
