"""The title and the present state, from clauses."""

from __future__ import annotations

import re

from keqiao.engine.specs import figures
from keqiao.engine.text import language
from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import STOP, Clause

LONGEST_TITLE = 40

HEADING = re.compile(r"^(?:需求名称|项目名称|技术需求|标题|title)\s*[:：]\s*", re.IGNORECASE)


def title_of(text: str, clauses: list[Clause]) -> str:
    """A short first line as it is; else the first clause that wishes, without its opening; else the first clause."""
    first_line, _newline, rest = text.partition("\n")
    heading = re.sub(
        r"^(?:需求名称|项目名称|技术需求|标题|title)\s*[:：]\s*", "", first_line.strip(), flags=re.IGNORECASE
    )
    if rest.strip() and 4 <= len(heading) <= LONGEST_TITLE and not STOP.search(heading):
        return heading
    wishes = [clause for clause in clauses if clause.role == "wish" and len(clause.text) >= 6]
    chosen = wishes[0] if wishes else next(iter(clauses), None)
    if chosen is None:
        return ""
    if language(text) == "en":
        return cut(STOP.split(text[chosen.start :], maxsplit=1)[0].strip(), 100, " ")
    title = with_subject(without_opening(chosen.text), chosen, clauses)
    return cut(with_context(title, chosen, clauses), LONGEST_TITLE, "")


POSSESSION = re.compile(r"^(?:外购的?|现有的?|目前的?|我们的?|我司的?|国产|采购的?|使用的?|现用的?)+")


def with_subject(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """`吸光率达到 98%` says of nothing in particular; `消光涂层吸光率多在 95%`, earlier, says of what."""
    name = next((figure.name for figure in figures(title) if figure.name and title.startswith(figure.name)), "")
    for clause in clauses if name else []:
        subject, found, _rest = clause.text.partition(name)
        subject = POSSESSION.sub("", subject.strip())
        if found and clause is not chosen and 2 <= len(subject) <= 12:
            return f"{subject}{title}"
    return title


def with_context(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """Very short words say little alone: the clause before them goes along."""
    earlier = clauses[clauses.index(chosen) - 1] if chosen is not clauses[0] else None
    return f"{earlier.text}，{title}" if earlier and len(title) < 8 else title


def without_opening(clause: str) -> str:
    """`我们希望能够提高吸光率` → `提高吸光率`."""
    shorter = clause.strip("“”\"' 　、")
    while opening := next((word for word in words.OPENINGS if shorter.startswith(word)), ""):
        if len(shorter) - len(opening) < 5:
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
        if clause.role != "present":
            continue
        if runs and clause.start - runs[-1][1] <= 1:
            runs[-1] = (runs[-1][0], clause.end)
        else:
            runs.append((clause.start, clause.end))
    return "；".join(text[start:end].strip() for start, end in runs)[:2000]
