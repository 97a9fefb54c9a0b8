"""Nouns of matching."""

from keqiao.matching.models.grade import Grade
from keqiao.matching.models.kept import SavedSearch, Shortlisted
from keqiao.matching.models.match import Match
from keqiao.matching.models.proposal import Proposal
from keqiao.matching.models.ranking import Ranking

__all__ = ["Grade", "Match", "Proposal", "Ranking", "SavedSearch", "Shortlisted"]
