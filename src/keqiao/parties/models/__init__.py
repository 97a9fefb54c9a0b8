"""Nodes, people, organisations, and who belongs where."""

from __future__ import annotations

from keqiao.parties.models.node import NO_STANDING, Node, Standing, standing_of
from keqiao.parties.models.organisation import Membership, Organisation, OrganisationQuerySet
from keqiao.parties.models.person import Consent, Person, PersonQuerySet, Post

__all__ = [
    "NO_STANDING",
    "Consent",
    "Membership",
    "Node",
    "Organisation",
    "OrganisationQuerySet",
    "Person",
    "PersonQuerySet",
    "Post",
    "Standing",
    "standing_of",
]
