"""What the index holds of each record: documents made of what a level may see, and the same text as a query.

Two audiences: `public` is made of `row.at(Level.PUBLIC)` and nothing else, and is what everybody searches. A need that
hides some of its text has a second document for the audience `platform`, in which the platform looks only on behalf
of the need's own people (reverse matching); nobody's search ever asks for that audience.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.engine.specs import Figure
from keqiao.engine.text import language
from keqiao.exchange import coach
from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import OWNER, Level, Seen
from keqiao.matching.figures import figures_of, in_words, offered_figures, wanted_figures
from keqiao.parties.models import Person

PUBLIC, PLATFORM = "public", "platform"
ACHIEVEMENT, NEED, ANSWERED, SOLVED, PERSON = "achievement", "need", "answered_need", "solved_need", "person"
KIND_OF_STATE = {NeedState.OPEN: NEED, NeedState.IN_PROJECT: ANSWERED, NeedState.SOLVED: SOLVED}
LONGEST = 12_000
"""Characters of a record that count for matching: more than any person reads, less than a pasted book."""


def document_id(table: str, pk: int, audience: str = PUBLIC) -> str:
    """`need:12`, and `need:12:platform` for its own people's matching."""
    return f"{table}:{pk}" if audience == PUBLIC else f"{table}:{pk}:{audience}"


def row_of(identifier: str) -> tuple[str, int]:
    """The table and primary key behind a document."""
    table, pk, *_audience = identifier.split(":")
    return table, int(pk)


def ids_of(table: str, pk: int) -> list[str]:
    """Every document that a row may have."""
    return [document_id(table, pk), document_id(table, pk, PLATFORM)]


def joined(parts: Sequence[Any]) -> str:
    """Parts of a text under one another, hidden and empty ones left out."""
    return "\n".join(str(part).strip() for part in parts if part)[:LONGEST]


def need_text(seen: Seen) -> str:
    """What a need says, as far as this clearance reads it."""
    targets = "；".join(in_words(figure) for figure in figures_of(seen.targets))
    return joined([seen.problem, seen.current_state, targets, seen.background, seen.title_en, seen.problem_en])


def need_targets(seen: Seen) -> tuple[Figure, ...]:
    """The figures that a need asks for: its table, else what its problem says."""
    return figures_of(seen.targets) or wanted_figures(str(seen.problem))


def achievement_text(seen: Seen) -> str:
    """What an achievement says, as far as this clearance reads it."""
    figures = "；".join(in_words(figure) for figure in figures_of(seen.specifications))
    return joined([seen.summary, seen.advantages, seen.applications, figures, seen.title_en, seen.summary_en])


def need_document(row: Need, seen: Seen, audience: str, reading: bool) -> Document:
    text = need_text(seen)
    return Document(
        id=document_id("need", row.pk, audience),
        kind=KIND_OF_STATE[NeedState(row.state)],
        audience=audience,
        title=str(seen.title),
        text=text,
        fields=tuple(seen.fields),
        region=str(seen.region),
        node=row.node_id,
        language=language(f"{seen.title} {text}"),
        created=moment(row),
        figures=need_targets(seen) if reading else (),
    )


def moment(row: Any) -> int:
    """When the record was published, in seconds."""
    return int((row.published_at or row.created_at).timestamp())


def need_documents(row: Need, *, reading: bool = True) -> list[Document]:
    """The public document of a published need, and the platform's where some of the text is hidden.

    Without `reading` the figures of a text without targets are not looked for.
    """
    if row.state not in KIND_OF_STATE:
        return []
    public = need_document(row, row.at(Level.PUBLIC), PUBLIC, reading)
    if row.state != NeedState.OPEN:
        return [public]
    full = need_document(row, row.at(OWNER), PLATFORM, reading)
    hides = (full.text, full.figures) != (public.text, public.figures)
    return [public, full] if hides else [public]


def achievement_documents(row: Achievement, *, reading: bool = True) -> list[Document]:
    """The public document of a published achievement; without `reading` the figures of its text are not looked for."""
    if row.state not in row.shown_states:
        return []
    seen = row.at(Level.PUBLIC)
    text = achievement_text(seen)
    return [
        Document(
            id=document_id("achievement", row.pk),
            kind=ACHIEVEMENT,
            audience=PUBLIC,
            title=str(seen.title),
            text=text,
            fields=tuple(seen.fields),
            region=str(seen.region),
            node=row.node_id,
            language=language(f"{seen.title} {text}"),
            created=moment(row),
            figures=offered_figures(seen.specifications, text) if reading else (),
        )
    ]


def person_documents(row: Person, *, reading: bool = True) -> list[Document]:
    """The public document of somebody who chose to be listed and says something about the work."""
    seen = row.at(Level.PUBLIC)
    text = joined([seen.introduction, seen.introduction_en])
    if not (row.is_active and row.is_listed and text):
        return []
    return [
        Document(
            id=document_id("person", row.pk),
            kind=PERSON,
            audience=PUBLIC,
            title=joined([seen.name, seen.title]).replace("\n", " "),
            text=text,
            fields=tuple(seen.fields),
            region=str(seen.region),
            language=language(text),
            created=int(row.created_at.timestamp()),
        )
    ]


def need_query(seen: Seen) -> Query:
    """What a need looks for, in the words that this reader may see."""
    text = need_text(seen)
    return Query(
        title=str(seen.title),
        text=text,
        fields=tuple(seen.fields),
        region=str(seen.region),
        targets=tuple(figure for figure in need_targets(seen) if figure not in wishes(seen.targets)),
        language=language(f"{seen.title} {text}"),
        wishes=wishes(seen.targets),
    )


def wishes(rows: Iterable[Any]) -> tuple[Figure, ...]:
    """The figures of a table that are only wished for (期望): missing one rules nothing out."""
    return figures_of(row for row in rows if isinstance(row, Mapping) and row.get("hard") is False)


def text_query(text: str) -> Query:
    """What a pasted text looks for: targets, field and region as the need coach reads them."""
    card = coach.read(text, timezone.localdate())
    return Query(
        text=text,
        fields=tuple(card.fields),
        region=card.region,
        targets=tuple(figure for figure in figures_of(card.targets) if figure not in wishes(card.targets)),
        language=card.source_language,
        wishes=wishes(card.targets),
    )
