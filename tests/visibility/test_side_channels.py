"""What nobody says outright can still be guessed: by counts, by how a refusal reads, by what a search finds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import journal
from keqiao.kernel.models import File
from keqiao.kernel.workflow import REGISTRY
from keqiao.notices.models import Mail, Notice
from keqiao.observatory import queries, stream
from tests.visibility.cast import PERSONAS, World
from tests.visibility.rules import CLEARANCE, X, allowed, level
from tests.visibility.surfaces import client_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("visibility")]

LOOKERS = ("stranger", "competitor", "other_operator")
NOWHERE = 999_999


def outside(world: World, persona: str) -> set[Any]:
    return set(world.marks.keys.values()) - allowed(world, persona)


# ---- searching for what one may not see ---------------------------------------------------------------------------


@pytest.mark.parametrize("persona", LOOKERS)
def test_hidden_words_find_count_and_rank_nothing(world: World, persona: str) -> None:
    client, words = client_of(world, persona), world.marks.of(outside(world, persona))
    assert len(words) > 100
    for start in range(0, len(words), 35):
        text = " ".join(words[start : start + 35])
        found = client.get("/api/v1/search", {"q": text}).json()
        assert (found["total"], found["items"]) == (0, [])
        assert {name for name, counts in found["facets"].items() if counts} == set()
        page = client.get("/search/", {"q": text})
        assert page.context["results"].total == 0


@pytest.mark.parametrize("persona", LOOKERS)
def test_public_words_find_their_record(world: World, persona: str) -> None:
    """So that the test above cannot pass because nothing is ever found."""
    client = client_of(world, persona)
    for record, name in (("open_need", "problem"), ("sealed_need", "title"), ("sealed_achievement", "summary")):
        word = world.marks.of([(record, name)])[0]
        items = client.get("/api/v1/search", {"q": word}).json()["items"]
        assert [(item["kind"], item["id"]) for item in items] == [(record.rpartition("_")[2], world.rows[record].pk)]


@pytest.mark.parametrize("persona", LOOKERS)
def test_a_pasted_text_of_hidden_words_is_no_evidence(world: World, persona: str) -> None:
    client, words = client_of(world, persona), world.marks.of(outside(world, persona))
    answer = client.post("/api/v1/match", {"text": " ".join(words[:600])}, content_type="application/json")
    shown = {word for one in answer.json()["candidates"] for word in one["evidence"]["words"]}
    assert shown & set(words) == set()


def test_lists_are_not_searched_by_what_they_hide(world: World) -> None:
    """Codes for strangers; addresses, telephones and kept-back introductions; titles of other people's projects."""
    codes = [mark for mark, (_record, name) in world.marks.keys.items() if name == "credit_code"]
    code = next(mark for mark in codes if world.marks.keys[mark][0] == "company_a")
    stranger, competitor = client_of(world, "stranger"), client_of(world, "competitor")
    name = world.marks.of([("company_a", "name")])[0]
    for asked in (code, code[:8], code[:16], code.lower()):
        assert name not in stranger.get("/organisations/", {"q": asked}).text
    assert name in competitor.get("/organisations/", {"q": code}).text
    assert name in stranger.get("/organisations/", {"q": name}).text
    professor = world.marks.of([("person:professor", "name")])[0]
    for column in ("introduction", "email"):
        word = world.marks.of([("person:professor", column)])[0]
        assert professor not in stranger.get("/people/", {"q": word}).text
    title = world.marks.of([("project", "title")])[0]
    assert [row.pk for row in competitor.get("/projects/", {"q": title}).context["page"].object_list] == []


@pytest.mark.parametrize("persona", LOOKERS)
def test_totals_count_what_the_lists_show(world: World, persona: str) -> None:
    """No list says that there is more than it shows: pages, facets, lists of the API."""
    client = client_of(world, persona)
    for address, record in (("/needs/", "need"), ("/achievements/", "achievement")):
        cache.clear()
        context = client.get(address).context
        seen = {name for name in CLEARANCE if name.endswith(f"_{record}") and CLEARANCE[name][persona] > X}
        public = [name for name in seen if world.rows[name].state in type(world.rows[name]).shown_states]
        assert (context["total"], len(context["rows"])) == (len(public), len(public))
        assert sum(choice.count for choice in context["facets"]["node"]) == len(public)
    for resource, table in REGISTRY.items():
        mine = {row.pk for name, row in world.rows.items() if type(row) is table.model and CLEARANCE[name][persona] > X}
        items = client.get(f"/api/v1/{resource}", {"limit": 200}).json()["items"]
        assert {item["id"] for item in items} == mine, resource


@pytest.mark.parametrize("persona", LOOKERS)
def test_unknown_filters_and_orders_tell_nothing(world: World, persona: str) -> None:
    client = client_of(world, persona)
    plain = client.get("/api/v1/needs").json()
    for query in (
        "budget_maximum__gte=1",
        "organisation=4",
        "ordering=budget_maximum",
        "order_by=background",
        "contact=10",
    ):
        assert client.get(f"/api/v1/needs?{query}").json() == plain


# ---- hidden and missing look alike --------------------------------------------------------------------------------

HIDDEN = {
    "needs": "draft_need", "achievements": "draft_achievement", "solutions": "solution", "projects": "project",
    "contracts": "contract", "proposals": "blind_proposal", "matches": "match", "people": "person:owner",
    "organisations": "refused", "milestones": "milestone", "incomes": "income", "grades": "grade",
    "memberships": "membership:request", "shortlist": "shortlisted", "saved-searches": "saved_search",
}  # fmt: skip
PAGES = ("needs", "achievements", "projects", "people", "organisations")
BEHIND_LOGIN = ("solutions", "contracts", "proposals", "matches")


def looks(client: Client, method: str, path: str, pk: int, body: Any = None) -> tuple[int, str]:
    """Status and text of an answer, without tokens, which are never the same, and its length."""
    kind = {"content_type": "application/json"} if path.startswith("/api/") else {}
    answer = client.get(path.format(pk=pk)) if method == "get" else client.post(path.format(pk=pk), body or {}, **kind)
    return answer.status_code, TOKEN.sub("", text_of(answer))


TOKEN = re.compile(r'(?:content|value)="[0-9A-Za-z]{32,}"|nonce="[^"]*"|(?:Set-Cookie|Content-Length): .*')


def assert_alike(client: Client, method: str, path: str, pk: int, status: int, body: Any = None) -> None:
    """A row that may not be known of is answered word for word like one that is not there."""
    hidden, (status_of_missing, text) = (
        looks(client, method, path, pk, body),
        looks(client, method, path, NOWHERE, body),
    )
    missing = (status_of_missing, text.replace(str(NOWHERE), str(pk)))
    assert (hidden == missing, hidden[0]) == (True, status), f"{path}: {first_difference(hidden[1], missing[1])}"


def first_difference(one: str, other: str) -> str:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{a!r} | {b!r}" for a, b in lines if a != b), "length")


@pytest.mark.parametrize("persona", LOOKERS[:2])
@pytest.mark.parametrize("resource", sorted(HIDDEN))
def test_a_hidden_record_looks_like_none(world: World, persona: str, resource: str) -> None:
    client, pk = client_of(world, persona), world.rows[HIDDEN[resource]].pk
    known = persona != "stranger"
    assert_alike(client, "get", f"/api/v1/{resource}/{{pk}}", pk, 404)
    if resource in PAGES or (known and resource in BEHIND_LOGIN):
        assert_alike(client, "get", f"/{resource}/{{pk}}/", pk, 404)
    assert_alike(client, "get", f"/{resource}/{{pk}}/save/", pk, 404 if known else 302)
    assert_alike(client, "post", f"/{resource}/{{pk}}/nonsense/", pk, 404 if known else 302)


@pytest.mark.parametrize("persona", LOOKERS)
def test_parts_of_a_hidden_record_look_like_those_of_none(world: World, persona: str) -> None:
    client, known = client_of(world, persona), persona != "stranger"
    draft, refused = world.rows["draft_need"].pk, world.rows["refused"].pk
    file = File.objects.order_by("pk").first()
    assert file is not None
    assert_alike(client, "get", "/files/{pk}/", file.pk, 404)
    assert_alike(client, "get", "/needs/{pk}/alike/", draft, 404 if known else 302)
    assert_alike(client, "get", "/needs/{pk}/candidates/", draft, 404 if known else 302)
    assert_alike(client, "get", "/organisations/{pk}/request/", refused, 404 if known else 302)
    assert_alike(client, "get", "/api/v1/needs/{pk}/candidates", draft, 404 if known else 401)
    for verb in ("grade", "set-aside", "propose"):
        assert_alike(client, "post", f"/needs/{{pk}}/{verb}/", draft, 404 if known else 302)
    notice = Notice.objects.filter(person=world.people["owner"]).first()
    assert notice is not None
    assert_alike(client, "get", "/notices/{pk}/", notice.pk, 404 if known else 302)
    column = world.rows["draft_achievement"].pk
    assert_alike(client, "get", "/compare/?a={pk}", column, 200)


@pytest.mark.parametrize(
    ("path", "field", "record"),
    [
        ("/api/v1/solutions", "need", "draft_need"),
        ("/api/v1/shortlist", "achievement", "draft_achievement"),
        ("/api/v1/proposals", "need", "draft_need"),
        ("/api/v1/proposals", "achievement", "draft_achievement"),
        ("/api/v1/proposals", "person", "person:owner"),
        ("/api/v1/projects", "proposal", "blind_proposal"),
        ("/api/v1/grades", "need", "draft_need"),
        ("/api/v1/memberships/request", "organisation", "refused"),
    ],
)
def test_naming_a_hidden_record_in_a_form_is_like_naming_none(world: World, path: str, field: str, record: str) -> None:
    client = client_of(world, "competitor")
    pair = {"need": world.rows["open_need"].pk, "achievement": world.rows["open_achievement"].pk}
    rest = {"grades": {**pair, "grade": 3}, "proposals": pair if field != "person" else {"need": pair["need"]}}
    answers = [
        client.post(path, {**rest.get(path.split("/")[3], {}), field: pk}, content_type="application/json")
        for pk in (world.rows[record].pk, NOWHERE)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    errors = [answer.json()["errors"] for answer in answers]
    assert errors[0] == errors[1]
    assert field in errors[0]


def test_an_address_of_somebody_out_of_reach_is_like_one_of_nobody(world: World) -> None:
    """Members of a team are named by their address: who is no colleague and not listed is not found."""
    client = client_of(world, "competitor")
    refusals = []
    for email in (world.people["owner"].email, "nobody@example.test"):
        answer = client.post("/api/v1/achievements", {"title": "甲", "team": [email]}, content_type="application/json")
        assert answer.status_code == 422
        refusals.append(json.dumps(answer.json()["errors"], ensure_ascii=False).replace(email, "@"))
    assert refusals[0] == refusals[1]


def test_an_invitation_is_answered_alike_with_and_without_an_account(world: World) -> None:
    client, pk = client_of(world, "competitor"), world.rows["company_b"].pk
    answers = []
    for email in (world.people["asker"].email, "nobody@example.test"):
        answer = client.post(f"/organisations/{pk}/invite/", {"email": email})
        answers.append((answer.status_code, answer.headers["Location"]))
    assert answers[0] == answers[1]


# ---- accounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/"])
def test_nobody_learns_whether_an_address_has_an_account(world: World, path: str) -> None:
    answers = []
    for email in (world.people["owner"].email, "nobody@example.test"):
        cache.clear()
        data = {"email": email, "password1": "long enough 81 words", "password2": "long enough 81 words", "agree": "on",
                "terms": "on", "privacy": "on", "consent": "on"}  # fmt: skip
        answer = Client().post(path, data)
        answers.append((answer.status_code, answer.headers.get("Location"), answer.headers.keys()))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302


@pytest.mark.parametrize("record", ["draft_need", None])
def test_the_way_to_the_login_does_not_tell_what_lies_behind(world: World, record: str | None) -> None:
    pk = world.rows[record].pk if record else NOWHERE
    answer = Client().get(f"/needs/{pk}/save/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next=/needs/{pk}/save/")


def test_after_a_verb_nobody_is_sent_to_another_site(world: World) -> None:
    client, pk = client_of(world, "competitor"), world.rows["open_achievement"].pk
    away = {"achievement": pk, "next": "https://elsewhere.example/"}
    assert client.post("/shortlist/toggle/", away).headers["Location"] == "/shortlist/"
    back = {"achievement": pk, "next": "/achievements/"}
    assert client.post("/shortlist/toggle/", back).headers["Location"] == "/achievements/"


# ---- keys and cursors of other people -----------------------------------------------------------------------------


def test_a_key_of_somebody_else_opens_nothing(world: World) -> None:
    body, key = {"title": world.marks.of([("draft_need", "title")])[0]}, {"Idempotency-Key": "one-of-mine"}
    mine = client_of(world, "owner").post("/api/v1/needs", body, content_type="application/json", headers=key)
    theirs = client_of(world, "competitor").post("/api/v1/needs", body, content_type="application/json", headers=key)
    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert mine.json()["row"]["id"] != theirs.json()["row"]["id"]
    assert Need.objects.get(pk=theirs.json()["row"]["id"]).contact == world.people["competitor"]


def test_a_cursor_of_somebody_else_shows_ones_own(world: World) -> None:
    owners = client_of(world, "owner").get("/api/v1/needs", {"limit": 1}).json()
    theirs = client_of(world, "stranger").get("/api/v1/needs", {"cursor": owners["next"], "limit": 200}).json()
    public = {row.pk for name, row in world.rows.items() if type(row) is Need and CLEARANCE[name]["stranger"] > X}
    assert {item["id"] for item in theirs["items"]} <= public
    assert theirs["items"]


# ---- what is told, exported and replayed ----------------------------------------------------------------------------


@pytest.mark.parametrize("persona", [name for name in PERSONAS if name != "stranger"])
def test_notices_and_mails_say_what_their_reader_may_see(world: World, persona: str) -> None:
    person = world.people[persona]
    notices = Notice.objects.filter(person=person)
    texts = [f"{one.title} {one.reason} {one.url}" for one in notices]
    texts += [f"{one.subject} {one.text} {one.html}" for one in Mail.objects.filter(to=person.email)]
    found = {key for text in texts for key in world.marks.found_in(text)}
    assert found - allowed(world, persona) == set()


def test_there_are_notices_to_look_at(world: World) -> None:
    told = {person for person in PERSONAS[:-4] if Notice.objects.filter(person=world.people[person].pk or 0).exists()}
    assert {"owner", "manager", "operator", "professor"} <= told
    assert Mail.objects.count() > 20


def test_the_journal_keeps_nothing_confidential_in_clear(world: World) -> None:
    """Values above “registered”, and what people wrote with a decision, lie beside the chain."""
    text = json.dumps(list(journal.export()), default=str, ensure_ascii=False)
    found = {key for key in world.marks.found_in(text) if key[1].startswith("words:") or level(world, *key) > 1}
    assert found == set()


def test_the_replayed_feed_is_public(world: World) -> None:
    lines = b"".join(stream.line_of(item) for item in queries.feed(after=0, limit=500)).decode()
    found = world.marks.found_in(lines)
    assert found - allowed(world, "stranger") == set()
    assert {("open_need", "title"), ("sealed_need", "title"), ("case", "title")} <= found


def test_near_duplicates_do_not_see_through_levels(world: World) -> None:
    """What is alike is weighed by what the reader reads of both; a draft of somebody else is like nothing."""
    from keqiao.exchange.duplicates import alike

    for persona in LOOKERS:
        person = world.people[persona] if persona != "stranger" else AnonymousUser()
        for row in [*Need.objects.visible_to(person), *Achievement.objects.visible_to(person)]:
            pks = {one.row.pk for one in alike(row, person)}
            own = {r.pk for n, r in world.rows.items() if type(r) is type(row) and CLEARANCE[n][persona] > X}
            assert pks <= own
