"""What the made-up world consists of: plain records, without Django.

Records refer to each other by their place in their own list (`index`). Times are days before the moment of loading
(`*_days_ago`), deadlines days after it. Kinds, states, reasons and ways of cooperation are written as the values
of the enumerations of the rooms.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """The centre (no parent) or a city node; the tile is its place on the node map."""

    code: str
    name: str
    name_en: str
    parent: str | None
    region: str
    tile_x: int
    tile_y: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company, university, institute, service body, park, fund or government office."""

    index: int
    kind: str
    name: str
    name_en: str
    credit_code: str
    node: str
    region: str
    industry: str
    size: str
    website: str
    introduction: str
    introduction_en: str
    fields: tuple[str, ...]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role: `contact` of a company, `researcher`, `manager` (technology manager) or `operator`."""

    index: int
    role: str
    name: str
    name_en: str
    title: str
    email: str
    organisation: int | None
    node: str
    fields: tuple[str, ...]
    region: str
    introduction: str
    introduction_en: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What a company looks for. `targets` and `current` are lines such as ``吸光率 ≥ 98 %`` and ``吸光率 94.2 %``.

    `language` is `zh`, `en` (everything in English) or `both`. `confidentiality` gives the fields that are not shown
    at their usual level, with the level as its name in lower case.
    """

    index: int
    subject: str
    kind: str
    state: str
    language: str
    title: str
    title_en: str
    organisation: int
    contact: int
    manager: int | None
    node: str
    region: str
    fields: tuple[str, ...]
    problem: str
    problem_en: str
    current: tuple[str, ...]
    targets: tuple[str, ...]
    background: str
    budget_minimum: int | None
    budget_maximum: int | None
    deadline_days: int
    cooperation_modes: tuple[str, ...]
    confidentiality: tuple[tuple[str, str], ...]
    created_days_ago: float
    published_days_ago: float | None
    reject_reason: str
    reject_text: str


@dataclass(frozen=True, slots=True)
class Achievement:
    """What a team has. `team` holds people and what each does; the first leads it."""

    index: int
    subject: str
    state: str
    language: str
    title: str
    title_en: str
    organisation: int
    contact: int
    node: str
    region: str
    fields: tuple[str, ...]
    summary: str
    summary_en: str
    advantages: str
    applications: str
    specifications: tuple[str, ...]
    intellectual_property: str
    intellectual_property_note: str
    maturity: int
    maturity_evidence: str
    maturity_assessor: str
    maturity_days_ago: int
    cooperation_modes: tuple[str, ...]
    price_idea: str
    details: str
    team: tuple[tuple[int, str], ...]
    created_days_ago: float
    published_days_ago: float | None
    reject_reason: str
    reject_text: str
    benefits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer to a published need. `question` is what the asker has asked back and waits to be told."""

    index: int
    need: int
    achievement: int | None
    organisation: int
    contact: int
    node: str
    state: str
    approach: str
    evidence: str
    specifications: tuple[str, ...]
    maturity: int
    maturity_evidence: str
    price_idea: str
    team: str
    question: str
    decline_reason: str
    decline_text: str
    created_days_ago: float
    answered_days_ago: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """A sample round: what was measured, `values` in the order of the need's targets (``吸光率 97.1 %``).

    A round that is under way has not been measured yet and has no values.
    """

    number: int
    sent_days_ago: int
    measured_days_ago: int | None
    sample: str
    values: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of a project with its share of the price in CNY; `due_days_ago` is negative for what is to come."""

    title: str
    due_days_ago: int
    payment: int
    note: str
    delivered_days_ago: int | None
    accepted_days_ago: int | None


@dataclass(frozen=True, slots=True)
class Contract:
    """The technology contract of a match; amounts in CNY. `registration_number` is empty until it is registered.

    `instalments` are days ago, amount and condition; `rates` are per cent of the sales, year by year. Somebody has
    signed if `signed_days_ago` is known; until then one side waits for the other.
    """

    type: str
    payment_mode: str
    amount: int
    instalments: tuple[tuple[int, int, str], ...]
    rates: tuple[str, ...]
    ownership: str
    drafted_days_ago: int
    signed_days_ago: int | None
    registration_number: str


@dataclass(frozen=True, slots=True)
class Match:
    """A need brought together with an achievement, and how far it went.

    `stage` is `proposed`, `half` (one side has agreed), `declined`, `accepted`, `signing`, `contract`, `sampling`,
    `accepting` or `closed` (accepted result). `declined_by` is `asker` or `provider`. `grade` is the staff's: 1
    unrelated to 4 strongly related. `incomes` are days ago, CNY and what for; `reward` is in CNY. With a
    `case_summary` both sides agreed that it is shown to everybody.
    """

    index: int
    need: int
    achievement: int
    manager: int
    stage: str
    grade: int | None
    reason: str
    declined_by: str
    decline_reason: str
    decline_text: str
    contract: Contract | None
    milestones: tuple[Milestone, ...]
    rounds: tuple[Round, ...]
    result_note: str
    incomes: tuple[tuple[int, int, str], ...]
    reward: int
    asker_score: int | None
    asker_comment: str
    provider_score: int | None
    provider_comment: str
    case_summary: str
    proposed_days_ago: int
    answered_days_ago: int | None
    asked_days_ago: int | None
    closed_days_ago: int | None
