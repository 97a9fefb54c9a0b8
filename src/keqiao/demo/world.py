"""The made-up world: the same for the same scale and seed, record by record, without holding any of them.

    world = build("small")
    for need in world.needs(): ...

Every list can be walked as often as one likes; `world.need(5)` gives one record alone. What is kept in memory is only
who was matched with whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from random import Random
from typing import Literal

from keqiao.demo import achievements
from keqiao.demo.achievements import achievement, figures_of
from keqiao.demo.cast import NODES, Cast, Seats
from keqiao.demo.chance import few, source, weighted
from keqiao.demo.fields import all_topics, field_of
from keqiao.demo.matches import LONG_STAGES, STAGES, match
from keqiao.demo.needs import contact_of, kind_of, language_of, need, targets_of, topic_of
from keqiao.demo.parties import organisation, person
from keqiao.demo.records import Achievement, Match, Need, Node, Organisation, Person, Solution
from keqiao.demo.refusing import shortfall
from keqiao.demo.solutions import solution
from keqiao.demo.story import MATCHES, NEEDS, story_achievement, story_draft, story_match, story_need, story_topic

Scale = Literal["small", "seed"]

_STATE_OF_STAGE = {"closed": "solved"} | dict.fromkeys(("accepting", "sampling", "contract", "signing"), "in_project")
_OWNER = ("sampling", "proposed", "signing", "contract")
"""How far the other needs of the story's owner have come; the second of them is sealed."""
_SEALED = _OWNER.index("proposed")
# How many days ago a need was published (or made, where it is not), by state; the end is cut at the world's age.
_AGES = {
    "closed": (170, 2000), "accepting": (110, 280), "sampling": (70, 260), "contract": (30, 90), "signing": (10, 34),
    "accepted": (10, 70), "declined": (20, 320), "half": (3, 40), "proposed": (2, 60), "open": (0.1, 240),
    "triage": (0.02, 3.5), "draft": (0.1, 40), "rejected": (3, 400),
    "withdrawn": (5, 400), "expired": (150, 2000),
}  # fmt: skip
NEW = 45
"""Days that a need counts as new and is looked at first by those who answer."""
_ACHIEVEMENT_STATES = (("published", 880), ("triage", 60), ("draft", 35), ("rejected", 15), ("withdrawn", 10))
_LONG_STATES = (("published", 972), ("triage", 4), ("draft", 8), ("rejected", 10), ("withdrawn", 6))


def build(scale: Scale = "small", seed: int = 7) -> World:
    """The world of this scale; KeyError for an unknown one."""
    return World(scale, seed)


class World:
    """All records of one scale and seed."""

    def __init__(self, scale: Scale, seed: int) -> None:
        self.scale, self.seed = scale, seed
        self.cast = Cast(scale)
        self.counts = self.cast.counts

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The centre first, then the city nodes."""
        return NODES

    def organisations(self) -> Iterator[Organisation]:
        return map(self.organisation, range(self.cast.organisations))

    def people(self) -> Iterator[Person]:
        return map(self.person, range(self.cast.people))

    def needs(self) -> Iterator[Need]:
        return map(self.need, range(self.counts.needs))

    def achievements(self) -> Iterator[Achievement]:
        return map(self.achievement, range(self.counts.achievements))

    def solutions(self) -> Iterator[Solution]:
        return map(self.solution, range(self.counts.solutions))

    def matches(self) -> Iterator[Match]:
        return map(self.match, range(self.counts.matches))

    def organisation(self, index: int) -> Organisation:
        return organisation(self.cast, self.seed, index)

    def person(self, index: int) -> Person:
        return person(self.cast, self.seed, index)

    def need(self, index: int) -> Need:
        if index < len(NEEDS):
            return story_need(self.cast, self.seed, index)
        if index == self._draft:
            return story_draft(self.cast, self.seed, index)
        state = self.need_state(index)
        age = self._age(index)
        if state in ("draft", "triage", "rejected"):
            return need(self.cast, self.seed, index, state, None, age)
        managed = index in self._match_of or (state == "open" and self._chance("managed", index) < self._managed_share)
        sealed = self._match_of.get(index) == len(MATCHES) + _SEALED and index in self._owned
        created = age + 0.2 + index % 9 / 5
        return need(self.cast, self.seed, index, state, age, created, managed=managed, sealed=sealed)

    @property
    def seats(self) -> Seats:
        """Where the demo accounts sit: around the first need of the story."""
        return self.cast.seats(story_topic(0))

    @property
    def _managed_share(self) -> float:
        return self.counts.managed / 100

    def _chance(self, kind: str, index: int) -> float:
        return source(self.seed, kind, index).random()

    def achievement(self, index: int) -> Achievement:
        if index < len(NEEDS):
            return story_achievement(self.cast, self.seed, index)
        state = self._achievement_state(index)
        days = self.counts.days * source(self.seed, "achievement age", index).random()
        age = days / 60 if state in ("draft", "triage") else days + 1
        published = None if state in ("draft", "triage", "rejected") else age
        return achievement(self.cast, self.seed, index, state, published, age + index % 7 / 4)

    def solution(self, index: int) -> Solution:
        pool = self._answered
        chosen = pool[index % len(pool)]
        rng = source(self.seed, "answer", index)
        basis = self._same_topic(rng, chosen, 1)[0]
        is_first = index < len(pool)
        span = self._age(chosen), self._left_open(chosen)
        return solution(self.cast, self.seed, index, chosen, basis, self.need_state(chosen), span, is_first=is_first)

    def _left_open(self, chosen: int) -> float:
        """Days ago that a need stopped taking answers; 0 if it still does."""
        if self.need_state(chosen) == "open":
            return 0.0
        return float(self.match(self._match_of[chosen]).answered_days_ago or 0)

    def match(self, index: int) -> Match:
        if index < len(MATCHES):
            return story_match(self.cast, self.seed, index)
        chosen, stage = self._matched_needs[index], self._stage(index)
        partner = self._partner(index, chosen, stage)
        return match(self.cast, self.seed, index, chosen, partner, stage, self._age(chosen))

    def need_state(self, index: int) -> str:
        """The state that need number `index` is in; the stage of its match decides, if it has one."""
        if index < len(NEEDS):
            return NEEDS[index].state
        if index == self._draft:
            return "draft"
        if index in self._match_of:
            return _STATE_OF_STAGE.get(self._stage(self._match_of[index]), "open")
        weights = (*self.counts.unpublished, ("open", 1000 - sum(weight for _state, weight in self.counts.unpublished)))
        return weighted(source(self.seed, "state", index), weights)

    def _stage(self, index: int) -> str:
        if index < len(MATCHES) + len(self._owned):
            return _OWNER[index - len(MATCHES)]
        stages = STAGES if self.scale == "small" else LONG_STAGES
        return weighted(source(self.seed, "stage", index), stages)

    def _age(self, index: int) -> float:
        if index < len(NEEDS):
            return NEEDS[index].published_days_ago
        group = self._stage(self._match_of[index]) if index in self._match_of else self.need_state(index)
        low, high = _AGES[group]
        end = max(low + 1, min(high, self.counts.days))
        share: float = source(self.seed, "age", index).random() ** 1.3
        return round(low + (end - low) * share, 2)

    def _achievement_state(self, index: int) -> str:
        states = _ACHIEVEMENT_STATES if self.scale == "small" else _LONG_STATES
        return weighted(source(self.seed, "achievement state", index), states)

    @cached_property
    def _technical(self) -> list[int]:
        """Needs of technology in Chinese that the story does not tell."""
        rest = range(len(NEEDS), self.counts.needs)
        return [index for index in rest if kind_of(index) == "technology" and language_of(self.seed, index) != "en"]

    @cached_property
    def _owned(self) -> list[int]:
        """The other needs of the story's owner, as far as they have something to tell."""
        own = self.seats.people["owner"]
        field = {topic.number for topic in field_of(all_topics()[story_topic(0)].subject).topics}
        found = [index for index in self._technical if topic_of(index).number in field]
        return [index for index in found if contact_of(self.cast, index) == own][: len(_OWNER)]

    @cached_property
    def _draft(self) -> int:
        """The need of the owner's company that is still being written, in the place of one that is of no technology."""
        return next(index for index in range(len(NEEDS), self.counts.needs) if kind_of(index) != "technology")

    @cached_property
    def _matched_needs(self) -> list[int]:
        """The need of each match: those that are told first, the others evenly spread, none twice."""
        told = [row.need for row in MATCHES] + self._owned
        free = [index for index in self._technical if index not in set(self._owned)]
        total = self.counts.matches - len(told)
        return told + [free[place * len(free) // total] for place in range(total)]

    @cached_property
    def _match_of(self) -> dict[int, int]:
        return {chosen: index for index, chosen in enumerate(self._matched_needs)}

    @cached_property
    def _answered(self) -> list[int]:
        """Needs that may have solutions, the newest first: what has just been published gets its answers."""
        shown = ("open", "in_project", "solved")
        found = [index for index in self._technical if self.need_state(index) in shown]
        newest = [index for index in found if self._age(index) <= NEW]
        return newest + [index for index in found if self._age(index) > NEW]

    @cached_property
    def _published(self) -> list[list[int]]:
        """Published achievements by topic, those in English only left out: whoever matches measures in one language."""
        by_topic: list[list[int]] = [[] for _topic in all_topics()]
        for index in range(len(NEEDS), self.counts.achievements):
            in_english = achievements.language_of(self.seed, index) == "en"
            if self._achievement_state(index) == "published" and not in_english:
                by_topic[topic_of(index).number].append(index)
        return by_topic

    def _same_topic(self, rng: Random, chosen: int, number: int) -> list[int]:
        return few(rng, self._published[topic_of(chosen).number], number)

    def _partner(self, index: int, chosen: int, stage: str) -> int:
        """The achievement of a match: one that reaches the targets, unless the match came to nothing."""
        rng = source(self.seed, "partner", index)
        if stage == "declined" and rng.random() < 0.3:
            others = [topic for topic in field_of(topic_of(chosen).subject).topics if topic is not topic_of(chosen)]
            return few(rng, [place for topic in others for place in self._published[topic.number]], 1)[0]
        candidates = self._same_topic(rng, chosen, 2 if stage == "declined" else 6)
        want = targets_of(self.seed, chosen)
        short = [(shortfall(want, figures_of(self.seed, one)), one) for one in candidates]
        return (max(short) if stage == "declined" else min(short))[1]
