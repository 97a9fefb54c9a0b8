"""Who may not run a verb hears that, whatever the body says; and nobody saves over what they have not read."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel.access import Refusal
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, REGISTRY, Workflow, run
from keqiao.parties.models import Organisation, Person
from tests.api.conftest import Call
from tests.exchange.conftest import ACHIEVEMENT_CARD, ANSWER, NEED_CARD
from tests.kernel.test_tables import rows_of, world
from tests.personas import Personas

pytestmark = pytest.mark.django_db
WRONG: dict[str, Any] = {"no such field": 1}


@pytest.fixture
def open_need(owner: Person, company_a: Organisation, operator: Person) -> Need:
    pk = run(NEED, None, "create", actor=owner, data=NEED_CARD).object_id
    run(NEED, pk, "submit", actor=owner)
    run(NEED, pk, "publish", actor=operator)
    return Need.objects.get(pk=pk)


def every_row(personas: Personas) -> dict[str, Any]:
    """A record of every kind."""
    owner, professor = personas["owner"], personas["professor"]
    assert isinstance(owner, Person)
    assert isinstance(professor, Person)
    rows = rows_of(personas)
    need, achievement = rows["projects"].proposal.need, rows["projects"].proposal.achievement
    Need.objects.filter(pk=need.pk).update(state="open")
    entry = run(SOLUTION, None, "create", actor=professor, data=ANSWER | {"need": need.pk})
    solution = SOLUTION.model.objects.get(pk=entry.object_id)
    return rows | {NEED.name: Need.objects.get(pk=need.pk), ACHIEVEMENT.name: achievement, SOLUTION.name: solution}


def status_of(table: Workflow[Any], row: Any, verb: str, actor: Person) -> int:
    """What the executor answers before it looks at what was sent; 0 when the verb may be run."""
    try:
        if row is not None:
            table.load(row.pk, for_=actor)
        table.step(row, verb, actor)
    except Refusal as refusal:
        return refusal.status
    return 0


def names_of(table: Workflow[Any], *, new: bool) -> list[str]:
    return sorted({v.name for v in table.verbs if (v.sources == (NEW,)) is new and v.who.name != "is_system"})


def test_a_wrong_body_hides_no_refusal_for_any_verb_of_any_kind(personas: Personas) -> None:
    rows = every_row(personas)
    assert set(rows) == set(REGISTRY)
    people = [Person.objects.get(pk=one.pk) for one in personas.values() if one.pk]
    clients = {one.pk: Client() for one in people}
    for one in people:
        clients[one.pk].force_login(one)
    turns, refused, before = itertools.cycle(people), [0, 0, 0], world()
    for name, table in sorted(REGISTRY.items()):
        for verb in names_of(table, new=False):
            for actor in itertools.islice(turns, 1):
                expected = status_of(table, rows[name], verb, Person.objects.get(pk=actor.pk))
                if not expected:
                    continue
                path = f"/{name}/{rows[name].pk}/{verb}"
                answer = clients[actor.pk].post(f"/api/v1{path}", WRONG, content_type="application/json")
                assert (answer.status_code, path) == (expected, path)
                assert answer["Content-Type"] == "application/problem+json"
                refused[(403, 404, 409).index(expected)] += 1
    assert world() == before
    assert min(refused) > 5


@pytest.mark.parametrize("table", [t for t in REGISTRY.values() if names_of(t, new=True)], ids=lambda t: t.name)
def test_who_may_not_make_a_row_hears_that_and_not_what_is_wrong_with_it(table: Workflow[Any], call: Call) -> None:
    nobody = Person.objects.create_user("nobody@example.test", state="suspended", name="暂停")
    for verb in names_of(table, new=True):
        expected = status_of(table, None, verb, nobody)
        path = f"/{table.name}" if verb == "create" else f"/{table.name}/{verb}"
        browser = Client()
        browser.force_login(nobody)
        answer = browser.post(f"/api/v1{path}", WRONG, content_type="application/json")
        assert answer.status_code == (expected or 422)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 422),
    ],
    ids=["no json", "a form", "a list"],
)
@pytest.mark.parametrize(("person", "refusal"), [("competitor", 403), ("operator", 403), ("owner", 0)])
def test_a_body_that_cannot_be_read_hides_no_refusal(
    content: bytes, kind: str, status: int, person: str, refusal: int, personas: Personas, open_need: Need
) -> None:
    actor = personas[person]
    assert isinstance(actor, Person)
    browser = Client()
    browser.force_login(actor)
    answer = browser.generic("POST", f"/api/v1/needs/{open_need.pk}/edit", content, content_type=kind)
    assert answer.status_code == (refusal or status)


def test_a_page_asks_in_the_same_order(personas: Personas, open_need: Need) -> None:
    for person, status in (("competitor", 403), ("owner", 422)):
        browser = Client()
        browser.force_login(personas[person])
        assert browser.post(f"/needs/{open_need.pk}/withdraw/", {"reason": ""}).status_code == status
    draft = run(NEED, None, "create", actor=personas["owner"], data=NEED_CARD).object_id
    browser.force_login(personas["competitor"])
    assert browser.post(f"/needs/{draft}/save/", {"targets": "nonsense"}).status_code == 404


# ---- the version of a card --------------------------------------------------------------------------------------


CARDS = [("needs", NEED_CARD, "problem"), ("achievements", ACHIEVEMENT_CARD, "summary")]


@pytest.mark.parametrize(("resource", "card", "text"), CARDS)
def test_a_card_saved_meanwhile_is_not_saved_over(
    resource: str, card: dict[str, Any], text: str, call: Call, owner: Person, colleague: Person
) -> None:
    own = {name: int(value) if name == "maturity" else value for name, value in card.items() if name != "team"}
    made = call(colleague, "POST", f"/{resource}", own).json()
    path = f"/{resource}/{made['row']['id']}"
    version = call(colleague, "GET", path).json()["version"]
    assert (len(version), made["row"]["version"]) == (16, version)
    theirs = call(owner, "POST", f"{path}/save", {text: "别人写的", "version": version})
    assert (theirs.status_code, theirs.json()["row"]["version"] == version) == (200, False)
    entries = Entry.objects.count() + 1  # the token that the call is made with
    stale = call(colleague, "POST", f"{path}/save", {text: "我写的", "version": version})
    assert (stale.status_code, stale["Content-Type"]) == (422, "application/problem+json")
    assert stale.json()["errors"]["__all__"][0].startswith("您打开之后，")
    assert Entry.objects.count() == entries
    row = call(colleague, "GET", path).json()
    assert row["fields"][text] == "别人写的"
    again = call(colleague, "POST", f"{path}/save", {text: "我写的", "version": row["version"]}).json()
    assert again["row"]["fields"][text] == "我写的"


def test_an_edit_of_what_is_published_needs_the_version_that_was_read(
    call: Call, open_need: Need, owner: Person
) -> None:
    version = call(owner, "GET", f"/needs/{open_need.pk}").json()["version"]
    for title, status in (("先到的标题", 200), ("后到的标题", 422)):
        card = NEED_CARD | {"title": title, "version": version}
        assert call(owner, "POST", f"/needs/{open_need.pk}/edit", card).status_code == status
    assert Need.objects.get(pk=open_need.pk).title == "先到的标题"


def test_who_cannot_change_a_card_gets_no_version(call: Call, open_need: Need, personas: Personas) -> None:
    versions = {
        name: call(who, "GET", f"/needs/{open_need.pk}").json()["version"] != "" for name, who in personas.items()
    }
    assert {name for name, given in versions.items() if given} == {"owner"}


def test_lists_say_no_version(call: Call, open_need: Need, owner: Person, company_a: Organisation) -> None:
    assert [item["version"] for item in call(owner, "GET", "/needs").json()["items"]] == [""]
