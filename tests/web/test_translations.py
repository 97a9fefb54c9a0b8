"""English is complete: every message has its English, and pages and mails asked for in English hold no Chinese."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.workflow import REGISTRY
from keqiao.matching import projection
from keqiao.notices.models import Notice
from keqiao.notices.words import letter_of
from keqiao.parties.enums import OrganisationState
from keqiao.parties.models import Node, Organisation, Person
from keqiao.projects.models import Project
from tests.matching.rankings import make_ranking
from tests.stages import Steps, open_need, propose, published_achievement, today

LOCALE = Path(__file__).parents[2] / "src/keqiao/locale/en/LC_MESSAGES"
CHINESE = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uff00-\uffef]+")
ALLOWED = re.compile(r'(?:切换为</span>)?中文|科(?:</span>)?(?:<b(?: lang="zh-Hans")?>)?桥(?:</b>)?')
"""The name of the platform, and of the language to switch to, which is said in that language."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%%")

Key = tuple[str | None, str]


def chinese_in(text: str) -> list[str]:
    """What of the text is Chinese, apart from the names that stay."""
    return CHINESE.findall(ALLOWED.sub("", text))


# ---- the catalogue ----------------------------------------------------------------------------------------------


def texts(entry: str) -> dict[str, str]:
    """The keywords of one entry of a catalogue with their texts, continued lines joined."""
    found: dict[str, str] = {}
    keyword = ""
    for line in entry.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith('"'):
            keyword, _, line = line.partition(" ")
        found[keyword] = found.get(keyword, "") + str(ast.literal_eval(line))
    return found


def entries() -> list[dict[str, str]]:
    """All entries but the header."""
    read = [texts(entry) for entry in (LOCALE / "django.po").read_text(encoding="utf-8").strip().split("\n\n")]
    return [entry for entry in read if entry.get("msgid")]


def english_of(entry: dict[str, str]) -> list[str]:
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


def test_every_message_has_its_english() -> None:
    lacking = [entry["msgid"] for entry in entries() if not all(text.strip() for text in english_of(entry))]
    assert len(entries()) > 1500
    assert lacking == []
    assert "#, fuzzy" not in (LOCALE / "django.po").read_text(encoding="utf-8")


def test_compiled_catalogue_says_what_the_texts_say() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries():
        context, first, plural = entry.get("msgctxt"), entry["msgid"], entry.get("msgid_plural")
        if plural:
            assert [compiled.ngettext(first, plural, n) for n in (1, 2)] == english_of(entry)
        elif context:
            assert [compiled.pgettext(context, first)] == english_of(entry)
        else:
            assert [compiled.gettext(first)] == english_of(entry)


def test_placeholders_are_the_same_on_both_sides() -> None:
    for entry in entries():
        expected = set(PLACEHOLDER.findall(entry["msgid"]))
        for text in english_of(entry):
            assert set(PLACEHOLDER.findall(text)) == expected, entry["msgid"]


def test_english_texts_hold_no_chinese() -> None:
    assert {text: found for entry in entries() for text in english_of(entry) if (found := chinese_in(text))} == {}


# ---- pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def english_names(
    owner: Person, professor: Person, manager: Person, operator: Person, centre_operator: Person, competitor: Person
) -> None:
    """What people wrote is content, so in this world it is English, and what is Chinese on a page is a text of ours."""
    for number, person in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=person.pk).update(name=f"Person {number}", title="Engineer", is_listed=True)
    Person.objects.update(language="en")
    for number, organisation in enumerate(Organisation.objects.order_by("pk")):
        Organisation.objects.filter(pk=organisation.pk).update(name=f"Trial company {number}")
    for node in Node.objects.all():
        Node.objects.filter(pk=node.pk).update(name=node.name_en)
    for person in (owner, professor, manager, operator, centre_operator):
        person.refresh_from_db()


@pytest.fixture
def need(english_names: None, owner: Person, manager: Person) -> Need:
    return open_need(
        owner,
        manager,
        title="Matt coating for infrared detectors",
        problem="Bought coatings absorb less than 95 % of the light; the process is complex and its cost too high.",
        current_state="About 94 %.",
        targets=[{"name": "absorptance", "min": 98, "max": None, "unit": "%", "text": "absorptance ≥ 98 %"}],
        fields=["C3985"],
        region="4201",
        budget_maximum=800_000,
        source_language="en",
    )


@pytest.fixture
def achievement(need: Need, professor: Person) -> Achievement:
    return published_achievement(
        professor,
        title="Low-temperature spraying of matt coatings",
        summary="Sprayed in one step; high absorptance from eight to fourteen micrometres, verified in detectors.",
        details="",
        specifications=[{"name": "absorptance", "min": 98.68, "max": 98.68, "unit": "%", "text": "98.68 %"}],
        fields=["C39"],
        source_language="en",
    )


@pytest.fixture
def project(
    need: Need,
    achievement: Achievement,
    owner: Person,
    professor: Person,
    manager: Person,
    settings: Any,
    tmp_path: Any,
) -> Project:
    """Running, with a contract, a milestone and a round of samples."""
    settings.MEDIA_ROOT = tmp_path
    steps = Steps(owner, professor, manager)
    project = steps.opened(propose(need, achievement, manager))
    steps.contracted(project, title="Development of a coating", subject="Develop the coating and deliver samples.")
    steps.milestone(project, title="Samples reach the target")
    steps.on(project, "start", manager)
    steps.on(project, "send_sample", professor, sent_on=today(), sample="First batch")
    steps.on(project, "measure", owner, received_on=today(), measured_on=today(), value_1="97.1")
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def waiting(project: Project, owner: Person, company_a: Organisation, company_b: Organisation, wuhan: Node) -> Need:
    """A need in triage, and an organisation that waits for verification."""
    Organisation.objects.filter(pk=company_b.pk).update(state=OrganisationState.UNVERIFIED)
    return Need.objects.create(
        title="Anti-caking agent", problem="Powder cakes.", source_language="en", fields=["C14"],
        organisation=company_a, contact=owner, node=wuhan, state=NeedState.TRIAGE,
    )  # fmt: skip


def page(path: str, person: Person | None = None, *statuses: int) -> str:
    """The page as an English browser gets it."""
    client = Client(headers={"Accept-Language": "en"})
    if person is not None:
        client.force_login(person)
    response = client.get(path)
    assert response.status_code in (statuses or (200,)), path
    body = response.content.decode()
    assert "<c-" not in body
    return body


def chinese_on(pages: dict[str, str]) -> dict[str, list[str]]:
    return {path: found for path, body in pages.items() if (found := chinese_in(body))}


PUBLIC = (
    "/", "/needs/", "/achievements/", "/people/", "/organisations/", "/definitions/", "/accounts/login/",
    "/accounts/signup/", "/accounts/password/reset/", "/search/", "/compare/",
)  # fmt: skip


def test_public_pages_are_english(project: Project, need: Need, achievement: Achievement) -> None:
    projection.reset()
    pages = {path: page(path) for path in PUBLIC}
    pages |= {row.get_absolute_url(): page(row.get_absolute_url()) for row in (need, achievement)}
    pages["compared"] = page(f"/compare/?a={achievement.pk}&need={need.pk}")
    pages["nowhere"] = page("/nowhere/", None, 404)
    assert chinese_on(pages) == {}


OWN = (
    "/desk/", "/needs/new/", "/achievements/new/", "/solutions/", "/proposals/", "/projects/",
    "/notices/", "/saved-searches/", "/shortlist/", "/welcome/", "/welcome/organisation/", "/welcome/security/",
)  # fmt: skip


def test_pages_of_a_member_are_english(project: Project, owner: Person, company_a: Organisation) -> None:
    projection.reset()
    paths = [*OWN] + [row.get_absolute_url() for row in (project, project.proposal, owner, company_a)]
    paths.append(f"/contracts/{project.contract_rows.get().pk}/")
    assert chinese_on({path: page(path, owner) for path in paths}) == {}


def test_pages_of_operators_are_english(waiting: Need, operator: Person, centre_operator: Person) -> None:
    pages = {path: page(path, operator) for path in ("/desk/", "/triage/", "/verification/")}
    pages["/outbox/"] = page("/outbox/", centre_operator)
    make_ranking("in_use", digest="0" * 64), make_ranking("not_better")
    pages["/rankings/"] = page("/rankings/", centre_operator)
    pages["/desk/ of the centre"] = page("/desk/", centre_operator)
    assert chinese_on(pages) == {}


def test_pages_of_steps_are_english(
    project: Project, waiting: Need, achievement: Achievement, owner: Person, professor: Person, manager: Person,
    operator: Person,
) -> None:  # fmt: skip
    """Every step that somebody may take now on a row of the story, with its fields and their helps."""
    rows = [("projects", project), ("needs", waiting), ("achievements", achievement)]
    rows.append(("milestones", project.milestone_rows.get()))
    pages = {}
    for name, row in rows:
        for person in (owner, professor, manager, operator):
            for verb in REGISTRY[name].available(row, person):
                path = f"/{name}/{row.pk}/{verb.name}/"
                pages[path] = page(path, person, 200, 403, 409)
    assert len(pages) > 15
    assert chinese_on(pages) == {}


def test_mails_to_an_english_reader_are_english(project: Project, sealed: Callable[[], int]) -> None:
    sealed()
    letters = [letter_of(notice, "en") for notice in Notice.objects.all()]
    assert letters
    assert [chinese_in(letter.subject + letter.text + letter.html) for letter in letters] == [[]] * len(letters)
