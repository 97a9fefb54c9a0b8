"""From a text to the card."""

from __future__ import annotations

import re
from datetime import date

from keqiao.engine.specs import figures
from keqiao.engine.text import language
from keqiao.exchange.coach.card import Card
from keqiao.exchange.coach.clauses import HAN, clauses_of
from keqiao.exchange.coach.conditions import budget_of, deadline_of
from keqiao.exchange.coach.filing import fields_of, kind_of, modes_of, region_of
from keqiao.exchange.coach.missing import missing_of
from keqiao.exchange.coach.plain import plain_text, readable
from keqiao.exchange.coach.targets import targets_of
from keqiao.exchange.coach.titles import current_state_of, title_of


def read(text: str, today: date) -> Card:
    """The card for a text of any length (what is beyond 8,000 characters is left out of the card)."""
    shown = plain_text(text)
    text = readable(shown)
    clauses = list(clauses_of(text))
    found = figures(text)
    card = Card(problem=shown, source_language=language_of(text))
    card.kind = kind_of(text)
    card.title = title_of(text, clauses, card.source_language)
    card.current_state = current_state_of(text, clauses)
    card.targets = [] if card.kind in WITHOUT_TARGETS else targets_of(text, found, clauses)
    card.fields = fields_of(text)
    card.region = region_of(text)
    card.budget_minimum, card.budget_maximum = budget_of(text, found)
    card.deadline = deadline_of(text, today)
    card.cooperation_modes = modes_of(text)
    card.missing = list(missing_of(card))
    return card


WITHOUT_TARGETS = ("talent", "finance")
CHINESE_ENOUGH = 5
"""So many Han characters make a text Chinese, whatever Latin names stand in it."""


def language_of(text: str) -> str:
    """`zh` or `en`; a text in both is Chinese, so that its words go where Chinese readers look."""
    return "zh" if len(re.findall(f"[{HAN}]", text)) >= CHINESE_ENOUGH else language(text) or "zh"
