"""Grades as training data: pairs with texts, fields, figures and the grade, without anybody's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keqiao.engine import Document, Query
from keqiao.kernel.visibility import Level
from keqiao.matching.documents import achievement_documents, need_query
from keqiao.matching.enums import GradeState
from keqiao.matching.models import Grade


def training_data() -> Iterator[dict[str, Any]]:
    """One object for each grade in force, in the order in which they were given.

    Only what any registered person may read of the need and what is public of the achievement: a model that learns
    from this can carry nothing confidential away. Graders are numbers.
    """
    given = (
        Grade.objects.filter(state=GradeState.GIVEN).select_related("need", "achievement").order_by("graded_at", "pk")
    )
    for row in given.iterator(chunk_size=500):
        for document in achievement_documents(row.achievement):
            yield {
                "need": query_json(row.need_id, need_query(row.need.at(Level.REGISTERED))),
                "achievement": document_json(row.achievement_id, document),
                "grade": row.grade,
                "grader": row.by_id,
                "at": row.graded_at.isoformat(),
                "features": {part["name"]: part["value"] for part in row.features.get("parts", [])},
            }


def query_json(pk: int, query: Query) -> dict[str, Any]:
    return {
        "id": pk,
        "title": query.title,
        "text": query.text,
        "fields": list(query.fields),
        "region": query.region,
        "figures": [figure.as_json() for figure in query.targets],
        "wishes": [figure.as_json() for figure in query.wishes],
    }


def document_json(pk: int, document: Document) -> dict[str, Any]:
    return {
        "id": pk,
        "title": document.title,
        "text": document.text,
        "fields": list(document.fields),
        "region": document.region,
        "figures": [figure.as_json() for figure in document.figures],
    }
