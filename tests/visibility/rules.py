"""Who may see what of the marked world, written by hand: a table of clearances, and the levels of fields.

Nothing here asks the code under test; only `field_levels` is read, which is the declaration itself.
"""

from __future__ import annotations

from typing import Any

from keqiao.exchange.models import Listing
from keqiao.kernel.visibility import Visible
from keqiao.parties.models import Organisation, Person
from tests.visibility.cast import LISTED, PEOPLE, PERSONAS, World
from tests.visibility.marks import Key

X, P, R, N, S, O = -1, 0, 1, 2, 3, 9  # noqa: E741 (the letters of the table)
Clearances = dict[str, int]

WUHAN = {"operator": S, "centre_operator": S, "auditor": S}
"""Staff of the node where everything is, and of the centre."""
COMPANY_A = {"owner": O, "colleague": O}


def everybody(usual: int, **others: int) -> Clearances:
    """The usual clearance of whoever is registered (a stranger has one less at the most), then the others."""
    return dict.fromkeys(PERSONAS, usual) | {"stranger": P if usual == R else usual} | others


def hidden(**others: int) -> Clearances:
    return everybody(X, **WUHAN, **others)


def shown(**others: int) -> Clearances:
    return everybody(R, **WUHAN, **others)


PROJECT = hidden(**COMPANY_A, professor=O, manager=O)
CASE = hidden(**COMPANY_A, partner=O, manager=O)
CLEARANCE: dict[str, Clearances] = {
    "company_a": shown(**COMPANY_A),
    "company_b": shown(competitor=O),
    "university": shown(professor=O),
    "sealed_company": shown(asker=O),
    "sealed_institute": shown(provider=O),
    "partner_institute": shown(partner=O),
    "waiting": shown(applicant=O),
    "refused": hidden(applicant=O),
    "membership:owner": hidden(owner=O, colleague=R),
    "membership:colleague": hidden(**COMPANY_A),
    "membership:competitor": hidden(competitor=O),
    "membership:professor": shown(professor=O),
    "membership:postdoc": hidden(professor=O),
    "membership:asker": hidden(asker=O),
    "membership:provider": hidden(provider=O),
    "membership:partner": hidden(partner=O),
    "membership:refused": hidden(applicant=O),
    "membership:waiting": hidden(applicant=O),
    "membership:request": hidden(applicant=O, owner=O),
    "membership:invited": hidden(competitor=O),
    "open_need": shown(**COMPANY_A, manager=S),
    "sealed_need": shown(asker=O, partner=N),
    "withdrawn_need": hidden(**COMPANY_A),
    "project_need": shown(**COMPANY_A, manager=S, professor=N),
    "case_need": shown(**COMPANY_A, manager=S),
    "draft_need": everybody(X, **COMPANY_A),
    "triage_need": hidden(**COMPANY_A, other_operator=S),
    "rejected_need": hidden(**COMPANY_A),
    "open_achievement": shown(owner=N, colleague=N, professor=O),
    "sealed_achievement": shown(provider=O),
    "partner_achievement": shown(partner=O),
    "withdrawn_achievement": hidden(partner=O),
    "draft_achievement": everybody(X, professor=O),
    "draft_solution": everybody(X, competitor=O),
    "solution": hidden(owner=S, colleague=S, manager=S, professor=O),
    "closed_solution": hidden(owner=S, colleague=S, partner=O),
    "blind_proposal": hidden(asker=N, provider=N),
    "signed_proposal": hidden(asker=N, partner=N),
    "declined_proposal": hidden(owner=N, colleague=N, partner=N, manager=S),
    "project_proposal": hidden(owner=N, colleague=N, professor=N, manager=S),
    "case_proposal": hidden(owner=N, colleague=N, partner=N, manager=S),
    "match": hidden(**COMPANY_A, manager=S),
    "sealed_match": hidden(asker=O),
    "grade": hidden(manager=O),
    "ranking": everybody(X, centre_operator=S, auditor=S),
    "shortlisted": everybody(X, owner=O),
    "kept_withdrawn": everybody(X, owner=O),
    "saved_search": everybody(X, owner=O),
    "token": everybody(X, owner=O),
    "project": PROJECT,
    "contract": PROJECT,
    "milestone": PROJECT,
    "income": PROJECT,
    "case": shown(**COMPANY_A, partner=O, manager=O),
    "case_contract": CASE,
    "case_milestone": CASE,
}
CLEARANCE |= {f"node:{code}": everybody(R) for code in ("hubei", "wuhan", "yichang")} | {"calendar": everybody(R)}
CLEARANCE |= {
    "post:manager": hidden(manager=O),
    "post:operator": hidden() | {"operator": O},
    "post:other_operator": everybody(X, centre_operator=S, auditor=S, other_operator=O),
    "post:centre_operator": everybody(X, centre_operator=O, auditor=S),
    "post:auditor": everybody(X, centre_operator=S, auditor=O),
}
AT_WUHAN = ("owner", "colleague", "competitor", "professor", "postdoc", "manager", "operator", "asker", "provider",
            "partner", "applicant")  # fmt: skip
CLEARANCE |= {
    f"person:{name}": everybody(R if name in LISTED else X)
    | {"centre_operator": S, "auditor": S}
    | ({"operator": S} if name in AT_WUHAN else {})
    | ({name: O} if name in PERSONAS else {})
    for name in PEOPLE
}
CLEARANCE["person:owner"]["colleague"] = N
CLEARANCE["person:colleague"]["owner"] = N
CLEARANCE["person:postdoc"]["professor"] = N
CLEARANCE["person:postdoc"]["competitor"] = R  # who invited her
CLEARANCE["person:applicant"]["owner"] = R  # whom he asks

RAISED: dict[str, dict[str, int]] = {
    "sealed_need": dict.fromkeys(
        ("problem", "problem_en", "current_state", "targets", "budget_minimum", "budget_maximum", "background",
         "organisation", "contact"), N),
    "sealed_achievement": dict.fromkeys(
        ("advantages", "specifications", "price_idea", "organisation", "contact", "team", "maturity_evidence",
         "maturity_assessor", "intellectual_property_note"), N),
    "project_need": {"background": N},
} | {f"person:{name}": {"introduction": R} for name in PEOPLE}  # fmt: skip
"""What owners chose, and what goes with it: a translation, the other end of a range, whatever names the owner."""

BLIND: dict[tuple[str, str], frozenset[str]] = {
    ("blind_proposal", "asker"): frozenset(
        {"provider", "provider_organisation", "achievement", "solution", "person", "proposed_by"}
    ),
    ("blind_proposal", "provider"): frozenset({"asker", "asker_organisation", "proposed_by"}),
}


def level(world: World, record: str, name: str) -> int:
    """The level of a field, or of a thing of the record that is no field."""
    name = name.removesuffix(".value")
    if name.startswith("file:"):
        return O if name.startswith("file:parties") else S
    if name.startswith("words:"):
        return S
    declared = type(world.rows[record]).field_levels[name.partition(".")[0]]
    return RAISED.get(record, {}).get(name, int(declared))


def fields_seen(world: World, record: str, persona: str) -> set[str] | None:
    """The fields of a record that somebody sees; None for who may not know of it."""
    clearance = CLEARANCE[record][persona]
    if clearance == X:
        return None
    blind = BLIND.get((record, persona), frozenset())
    names = type(world.rows[record]).field_levels
    return {name for name in names if level(world, record, name) <= clearance and name not in blind}


def allowed(world: World, persona: str) -> set[Key]:
    """Every marker that this person may find anywhere."""
    keys = {
        (record, name)
        for record, name in world.marks.keys.values()
        if level(world, record, name) <= CLEARANCE[record][persona]
    }
    return keys | names_behind(world, persona) | evidence(world, persona) | handlers(persona)


def names_behind(world: World, persona: str) -> set[Key]:
    """What a record that one sees says of those it points to: what they are called."""
    by_row = {(type(row), row.pk): record for record, row in world.rows.items()}
    found: set[Key] = set()
    for record, row in world.rows.items():
        for name in fields_seen(world, record, persona) or ():
            for other in pointed_at(row, name):
                if behind := by_row.get((type(other), other.pk)):
                    found |= {(behind, word) for word in called_by(other)}
    return found


def pointed_at(row: Any, name: str) -> list[Visible]:
    value = getattr(row, name)
    rows = list(value.all()) if hasattr(value, "all") else [value]
    return [one for one in rows if isinstance(one, Visible)]


def called_by(row: Any) -> tuple[str, ...]:
    """The words that name a record for whoever is told of it; a need that was taken back has none."""
    if isinstance(row, Person | Organisation):
        return ("name", "name_en")
    return ("title", "title_en") if isinstance(row, Listing) and row.state in row.shown_states else ()


PAIRS = {
    "blind_proposal": ("sealed_need", "sealed_achievement"),
    "signed_proposal": ("sealed_need", "partner_achievement"),
    "declined_proposal": ("open_need", "partner_achievement"),
    "project_proposal": ("project_need", "open_achievement"),
    "case_proposal": ("case_need", "withdrawn_achievement"),
    "match": ("open_need", "open_achievement"),
    "sealed_match": ("sealed_need", "open_achievement"),
    "grade": ("open_need", "open_achievement"),
}


def evidence(world: World, persona: str) -> set[Key]:
    """A proposal keeps why the pair fits: the public words of the offer, what the registered read of the need."""
    found: set[Key] = set()
    for record, (need, achievement) in PAIRS.items():
        if CLEARANCE[record][persona] > X:
            for record_of, most in ((need, R), (achievement, P)):
                keys = {key for key in world.marks.keys.values() if key[0] == record_of}
                found |= {key for key in keys if level(world, *key) <= most}
    return found


def handlers(persona: str) -> set[Key]:
    """Who works with a record reads which operator handled it: everybody here does but these."""
    outside = ("stranger", "competitor", "applicant")
    return set() if persona in outside else {("person:operator", "name"), ("person:operator", "name_en")}
