"""Asking the process that has the index open: the running platform answers for the command line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings

from keqiao.engine import Query
from keqiao.matching.evidence import figure_json


class NobodyAnswers(Exception):
    """The platform that should have the index open does not answer."""

    def __init__(self, address: str, why: object) -> None:
        super().__init__(f"{address}: {why}")
        self.address, self.why = address, str(why)


def ask(query: Query, limit: int) -> list[dict[str, Any]]:
    """Candidates from the running platform, for a query in full.

    Raises:
        NobodyAnswers: no platform at `KEQIAO_URL`, or it refuses.
    """
    address = f"{settings.PUBLIC_URL}/api/v1/match"
    request = urllib.request.Request(  # noqa: S310 (the setting is a web address)
        address, data=json.dumps(body_of(query, limit)).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 (as above)
            found: list[dict[str, Any]] = json.load(response)["candidates"]
            return found
    except (OSError, urllib.error.URLError, ValueError, KeyError) as error:
        raise NobodyAnswers(address, error) from error


def body_of(query: Query, limit: int) -> dict[str, Any]:
    """The query as the API takes it."""
    return {
        "title": query.title,
        "text": query.text,
        "fields": list(query.fields),
        "region": query.region,
        "targets": [figure_json(target) for target in query.targets],
        "limit": limit,
    }
