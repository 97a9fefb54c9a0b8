"""The need coach: a pasted text becomes a need card, with what is missing in plain words.

A pure function of the text and the day: no network, no database, no model. Every rule is a word list in `words` or a
figure read by the engine, so that it can be explained and corrected.
"""

from keqiao.exchange.coach.card import Card, Missing
from keqiao.exchange.coach.clauses import clauses_of
from keqiao.exchange.coach.plain import MOST_TEXT, problem_of
from keqiao.exchange.coach.reading import read
from keqiao.exchange.coach.targets import MOST_TARGETS, targets_of

__all__ = ["MOST_TARGETS", "MOST_TEXT", "Card", "Missing", "clauses_of", "problem_of", "read", "targets_of"]
