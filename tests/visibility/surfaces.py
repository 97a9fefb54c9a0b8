"""Every address of the platform that answers a GET, with what to ask it for; one that is missing here fails a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client
from django.urls import get_resolver

from keqiao.kernel.models import File, Version
from keqiao.kernel.workflow import REGISTRY
from keqiao.notices.models import Notice
from tests.visibility.cast import World

Addresses = Callable[[World], list[str]]


def client_of(world: World, persona: str, **headers: str) -> Client:
    """A browser in which this person is logged in (or nobody)."""
    client = Client(headers=headers or None)
    person = world.person(persona)
    if person.pk:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


SAYS_NOTHING = frozenset({"Content-Security-Policy", "Content-Length"})
"""Heads whose words and numbers could be taken for a marker."""


def text_of(answer: Any) -> str:
    """Everything that an answer gives away: head and body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name not in SAYS_NOTHING)
    return f"{head}\n{body.decode('utf-8', 'replace')}"


def records(world: World, resource: str) -> list[Any]:
    model = REGISTRY[resource].model
    return [row for row in world.rows.values() if type(row) is model]


def each(path: str, resource: str) -> Addresses:
    return lambda world: [path.format(pk=row.pk) for row in records(world, resource)]


def just(*paths: str) -> Addresses:
    return lambda world: list(paths)


def comparisons(world: World) -> list[str]:
    pks = [row.pk for row in records(world, "achievements")]
    columns = ["&".join(f"a={pk}" for pk in part) for part in (pks[:4], pks[-4:])]
    needs = [f"&need={world.rows[name].pk}" for name in ("sealed_need", "draft_need")]
    return [f"/compare/?{part}{need}" for part in columns for need in needs]


def frozen_texts(world: World) -> list[str]:
    """What was decided on in the project, each as it was then."""
    kept = Version.objects.filter(object_type__in=("project", "contract", "milestone", "income"))
    return [f"/projects/{world.rows['project'].pk}/frozen/{pk}/" for pk in kept.values_list("pk", flat=True)]


def states(path: str, resource: str) -> list[str]:
    return [f"{path}?state={state}" for state in REGISTRY[resource].states.values]


JOINED = ("refused", "waiting")
PAGES: dict[str, Addresses] = {
    "home": just("/"),
    "desk": just("/desk/"),
    "definitions": just("/definitions/"),
    "number": just(*(f"/definitions/{name}/" for name in ("matches", "projects"))),
    "about": just("/about/"),
    "privacy": just("/privacy/"),
    "terms": just("/terms/"),
    "health": just("/healthz"),
    "favicon": just("/favicon.ico"),
    "file": lambda world: [f"/files/{pk}/" for pk in File.objects.values_list("pk", flat=True)],
    "organisations": just("/organisations/", "/organisations/?state=rejected", "/organisations/?state=unverified"),
    "find_organisation": just("/organisations/find/?q=zq", "/organisations/find/?q=9199"),
    "organisation": each("/organisations/{pk}/", "organisations"),
    "request_membership": lambda world: [f"/organisations/{world.rows[name].pk}/request/" for name in JOINED],
    "verification": just("/verification/", "/verification/?node=wuhan"),
    "nodes": just("/nodes/"),
    "node": each("/nodes/{pk}/", "nodes"),
    "calendar": just("/calendar/", "/calendar/?node=wuhan"),
    "people": just("/people/", "/people/?q=zq"),
    "person": each("/people/{pk}/", "people"),
    "welcome": just("/welcome/"),
    "welcome_organisation": just("/welcome/organisation/", "/welcome/organisation/?q=zq"),
    "welcome_security": just("/welcome/security/"),
    "invitation": just("/invitations/nothing/"),
    "needs": lambda world: ["/needs/", "/needs/?mine=1", "/needs/?field=C39", *states("/needs/", "needs")],
    "need_new": just("/needs/new/", "/needs/new/?blank=1"),
    "need": each("/needs/{pk}/", "needs"),
    "achievements": lambda world: ["/achievements/", "/achievements/?mine=1", "/achievements/?region=42"],
    "achievement": each("/achievements/{pk}/", "achievements"),
    "alike": lambda world: [*each("/needs/{pk}/alike/", "needs")(world),
                            *each("/achievements/{pk}/alike/", "achievements")(world)],
    "published": lambda world: [*each("/organisations/{pk}/needs/", "organisations")(world),
                                *each("/organisations/{pk}/achievements/", "organisations")(world)],
    "solutions": just("/solutions/", "/solutions/?side=received"),
    "solution": each("/solutions/{pk}/", "solutions"),
    "triage": just("/triage/", "/triage/?node=wuhan"),
    "field_search": just("/fields/search/?field_search=涂"),
    "field_pick": just("/fields/pick/?add=C39"),
    "search": just("/search/", "/search/?q=涂层", "/search/?q=涂层&order=newest&kind=need", "/search/?order=relevance"),
    "compare": comparisons,
    "shortlist": just("/shortlist/"),
    "saved_searches": just("/saved-searches/"),
    "found_match": each("/matches/{pk}/", "matches"),
    "need_candidates": each("/needs/{pk}/candidates/", "needs"),
    "rankings": just("/rankings/"),
    "assignments": just("/managers/"),
    "proposals": just("/proposals/", "/proposals/?role=asker", "/proposals/?role=provider", "/proposals/?role=manager"),
    "proposal": each("/proposals/{pk}/", "proposals"),
    "projects": lambda world: ["/projects/", "/projects/?turn=mine", "/projects/?q=zq", "/projects/?state=accepted"],
    "project": each("/projects/{pk}/", "projects"),
    "contract": each("/contracts/{pk}/", "contracts"),
    "frozen": each("/projects/{pk}/frozen/", "projects"),
    "frozen_version": frozen_texts,
    "frozen_text": lambda world: [f"{address}text/" for address in frozen_texts(world)],
    "notices": just("/notices/"),
    "notice": lambda world: [f"/notices/{pk}/" for pk in Notice.objects.values_list("pk", flat=True)[::25]],
    "outbox": just("/outbox/", "/outbox/?state=queued", "/outbox/?state=kept"),
    "new": lambda world: [f"/{name}/new/" for name in REGISTRY],
    "access_tokens": just("/accounts/tokens/"),
    "account_login": just("/accounts/login/?next=/needs/6/"),
    "account_email": just("/accounts/email/"),
    "mfa_index": just("/accounts/2fa/"),
}  # fmt: skip

FORMS = "verb"
"""The pages of verbs: see `forms_of`."""

NOT_ASKED = frozenset(
    {
        "need_coach", "match", "match_figures", "toggle_shortlist", "grade_pair", "set_aside", "propose",
        "read_notices", "retry_mail", "set_language",  # POST alone
        "gallery",  # components with made-up content
    }
)  # fmt: skip


def names(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the resolver with its name."""
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns, path)
        else:
            yield path, pattern.name or ""


def own_pages() -> set[str]:
    """The names of our own addresses: not the API's, nor those of django-allauth, which know no record of ours."""
    found = names(get_resolver().url_patterns)
    return {name for path, name in found if not path.startswith(("api/", "accounts/"))}


def forms_of(world: World, persona: str) -> list[str]:
    """The form of each verb that this person may run now, on the first record where that is so."""
    person, found = world.person(persona), {}
    for table in REGISTRY.values():
        for row in records(world, table.name):
            for verb in table.available(row, person) if person.pk else ():
                if verb.form is not None:
                    found.setdefault((table.name, verb.name), f"/{table.name}/{row.pk}/{verb.name}/")
    return list(found.values())


def api(world: World) -> list[str]:
    """What the API gives besides lists and records: numbers, the feed, searches, candidates, what is alike."""
    searches = ["/api/v1/search", "/api/v1/search?q=涂层", "/api/v1/search?q=涂层&order=newest"]
    candidates = each("/api/v1/needs/{pk}/candidates", "needs")(world)
    alike = each("/api/v1/needs/{pk}/alike", "needs")(world)
    alike += each("/api/v1/achievements/{pk}/alike", "achievements")(world)
    return [*searches, *candidates, *alike, "/api/v1/stats", "/api/v1/feed", "/api/v1/feed?after=0&limit=100"]
