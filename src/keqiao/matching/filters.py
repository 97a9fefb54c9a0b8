"""Filters of a search: what the address says, checked against what there is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import CooperationMode, IntellectualProperty
from keqiao.matching.documents import ACHIEVEMENT, ANSWERED, NEED, PERSON, SOLVED
from keqiao.parties import taxonomy
from keqiao.parties.models import Node
from keqiao.parties.names import called

KINDS = {ACHIEVEMENT: (ACHIEVEMENT,), NEED: (NEED, ANSWERED), SOLVED: (SOLVED,), PERSON: (PERSON,)}
"""What people choose between, and the kinds of documents behind each."""

KIND_LABELS = {ACHIEVEMENT: _("成果"), NEED: _("需求"), SOLVED: _("已解决的需求"), PERSON: _("人才")}
FACET_LABELS = {
    "kind": _("类别"),
    "field": _("技术领域"),
    "region": _("地区"),
    "node": _("节点"),
    "trl": _("技术就绪度"),
    "ip": _("知识产权"),
    "mode": _("合作方式"),
}

KNOWN = {
    "kind": frozenset(KINDS),
    "ip": frozenset(IntellectualProperty.values),
    "mode": frozenset(CooperationMode.values),
    "trl": frozenset(str(level) for level in range(1, 10)),
}
LONGEST_CODE = 20
MANY = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """Any of the values within a facet, all of the facets. `field` and `region` are codes with what lies below them."""

    kind: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    node: tuple[str, ...] = ()
    trl: tuple[str, ...] = ()
    ip: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, list[str]]) -> Filters:
        """Filters from lists of values, unknown ones left out."""
        return cls(**{name: tuple(found) for name, found in cleaned(values).items()})

    @classmethod
    def from_query(cls, query: QueryDict) -> Filters:
        return cls.of({name: query.getlist(name) for name in FACETS})

    def as_dict(self) -> dict[str, list[str]]:
        """The facets that say something."""
        return {name: list(getattr(self, name)) for name in FACETS if getattr(self, name)}

    def with_value(self, facet: str, value: str) -> Filters:
        """These filters with one value switched: taken in, or out if it was in."""
        now = getattr(self, facet)
        switched = tuple(one for one in now if one != value) if value in now else (*now, value)
        return Filters(**{name: switched if name == facet else getattr(self, name) for name in FACETS})

    def address(self, **more: str) -> str:
        """The query part of the address, filters last."""
        return urlencode({**{name: value for name, value in more.items() if value}, **self.as_dict()}, doseq=True)

    def accept(self, has: Mapping[str, frozenset[str]]) -> bool:
        """Whether something with these values passes every facet."""
        return not self.refused(has)

    def refused(self, has: Mapping[str, frozenset[str]]) -> set[str]:
        """The facets that something with these values does not pass."""
        return {name for name, wanted in self.as_dict().items() if not passes(name, wanted, has[name])}


FACETS = tuple(field.name for field in fields(Filters))


def passes(facet: str, wanted: Sequence[str], has: frozenset[str]) -> bool:
    """Whether one facet is satisfied; a region by whatever lies below it (`has` holds fields with their parents)."""
    if facet == "region":
        return any(value.startswith(code) for code in wanted for value in has)
    return bool(has.intersection(wanted))


def cleaned(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Known facets with known values, short and few: an address is written by anybody."""
    result: dict[str, list[str]] = {}
    for name in FACETS:
        given = values.get(name) or []
        given = [given] if isinstance(given, str) else list(given)
        found = [str(value)[:LONGEST_CODE] for value in given if value and known(name, str(value))]
        if found:
            result[name] = list(dict.fromkeys(found))[:MANY]
    return result


CODE = re.compile(r"(?=.*\w)[\w.-]+", re.ASCII)
"""Codes of fields (C3985, X1.2), regions and nodes (wuhan, city-01)."""


def known(facet: str, value: str) -> bool:
    return value in KNOWN[facet] if facet in KNOWN else CODE.fullmatch(value) is not None


def label_of(facet: str, value: str) -> str:
    """A value of a facet in words."""
    if facet == "node":
        return node_names().get(value, value)
    if facet == "field":
        return taxonomy.name_of(value)
    if facet == "region":
        return taxonomy.region_name(value)
    if facet == "trl":
        return f"TRL {value}"
    choices: dict[str, Any] = {"ip": dict(IntellectualProperty.choices), "mode": dict(CooperationMode.choices)}
    return str({**choices, "kind": KIND_LABELS}[facet].get(value, value))


def node_names() -> dict[str, str]:
    """Names of nodes by code in the reader's language, kept for a minute."""
    key = f"matching:nodes:{get_language()}"
    names = cache.get_or_set(key, lambda: {node.code: called(node) for node in Node.objects.all()}, 60)
    return names or {}
