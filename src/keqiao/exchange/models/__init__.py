"""Needs, achievements and solutions: what is asked and what is offered."""

from keqiao.exchange.models.achievement import Achievement, TeamMember
from keqiao.exchange.models.listing import Listing, NonDisclosure
from keqiao.exchange.models.need import Need
from keqiao.exchange.models.solution import Solution

__all__ = ["Achievement", "Listing", "Need", "NonDisclosure", "Solution", "TeamMember"]
