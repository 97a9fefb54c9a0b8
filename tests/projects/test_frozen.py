"""What was decided on is kept as it was, with its hash: shown, printed, verified by anybody, and never changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import Client

from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Version
from keqiao.parties.models import Organisation
from keqiao.projects.enums import ROLES
from keqiao.projects.frozen import versions
from keqiao.projects.models import Contract, Project
from tests.stages import propose, today

pytestmark = pytest.mark.django_db

INSIDE = {"owner", "colleague", "professor", "manager", "operator", "centre_operator", "auditor"}


def logged_in(person: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"Accept-Language": language})
    if not isinstance(person, AnonymousUser):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def accepted(project: Project, steps: Any) -> Project:
    return steps.accepted(project)


def of_kind(project: Project, kind: str) -> Version:
    return Version.objects.filter(object_type=kind).latest("pk")


def test_every_decision_is_kept_newest_first(accepted: Project, steps: Any) -> None:
    steps.on(accepted, "record_income", steps.provider, received_on=today(), amount="100")
    steps.on(accepted.income_rows.get(), "confirm", steps.asker)
    steps.on(accepted, "rate", steps.asker, score=5)
    steps.on(accepted, "rate", steps.provider, score=4)
    steps.on(accepted, "close", steps.manager)
    kept = versions(Project.objects.get())
    assert [(item.kind, item.label) for item in kept] == [
        ("项目", "结项"),
        ("到账", "确认到账"),
        ("项目", "作出验收结论"),
        ("里程碑", "通过"),
        ("项目", "填写测量值"),
        ("合同", "提交双方签署"),
    ]
    assert all(item.is_whole for item in kept)
    closing = kept[0].version.content
    assert (closing["asker_score"], closing["provider_score"]) == (5, 4)
    assert [item["amount"] for item in closing["incomes"]] == ["100.00"]


@pytest.mark.parametrize("kind", ["contract", "milestone", "project"])
def test_downloaded_text_has_the_hash_that_stands_in_the_journal(accepted: Project, owner: Any, kind: str) -> None:
    version = of_kind(accepted, kind)
    answer = logged_in(owner).get(f"/projects/{accepted.pk}/frozen/{version.pk}/text/")
    assert hashlib.sha256(answer.content).hexdigest() == version.sha256 == version.entry.changes["frozen"]
    assert json.loads(answer.content) == version.content
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="keqiao-{kind}-')
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "name", ["owner", "colleague", "professor", "manager", "operator", "centre_operator", "auditor",
             "competitor", "other_operator", "stranger"],
)  # fmt: skip
def test_frozen_texts_are_for_those_who_see_the_inside(accepted: Project, personas: Any, name: str) -> None:
    client, version = logged_in(personas[name]), of_kind(accepted, "contract")
    expected = 200 if name in INSIDE else 404
    for path in ("", f"{version.pk}/", f"{version.pk}/text/"):
        answer = client.get(f"/projects/{accepted.pk}/frozen/{path}")
        assert answer.status_code == expected, path
        shows_price = "480,000.00" in answer.text or '"480000.00"' in answer.text
        assert shows_price == (expected == 200 and path != ""), path


def test_published_case_opens_no_frozen_text(accepted: Project, steps: Any, competitor: Any) -> None:
    for person in (steps.asker, steps.provider):
        steps.on(accepted, "agree_case", person, agree=True)
    steps.on(accepted, "publish_case", steps.manager, case_summary="案例")
    client = logged_in(competitor)
    assert client.get(f"/projects/{accepted.pk}/").status_code == 200
    assert client.get(f"/projects/{accepted.pk}/frozen/").status_code == 404
    version = of_kind(accepted, "project")
    assert client.get(f"/projects/{accepted.pk}/frozen/{version.pk}/text/").status_code == 404


def test_text_of_another_project_is_not_found_here(
    accepted: Project, steps: Any, need: Any, achievement: Any, owner: Any
) -> None:
    version = of_kind(accepted, "contract")
    need.pk, need.state = None, "open"
    achievement.pk = None
    need.save()
    achievement.save()
    other = steps.opened(propose(need, achievement, steps.manager))
    client = logged_in(owner)
    assert client.get(f"/projects/{other.pk}/frozen/{version.pk}/").status_code == 404
    assert client.get(f"/projects/{other.pk}/frozen/999999/text/").status_code == 404
    assert "合同提交签署时会有第一份" in client.get(f"/projects/{other.pk}/frozen/").text


def test_later_changes_of_the_rows_change_nothing_that_was_frozen(accepted: Project, owner: Any) -> None:
    version = of_kind(accepted, "contract")
    Contract.objects.update(amount="1.00", subject="改过的标的", title="改过的名称")
    Organisation.objects.filter(pk=accepted.asker_organisation_id).update(name="改名后的公司")
    page = logged_in(owner).get(f"/projects/{accepted.pk}/frozen/{version.pk}/").text
    for words in (
        "480,000.00 元",
        "消光涂层技术开发合同",
        "甲辰试验光电有限公司",
        "委托人",
        "与内容一致",
        version.sha256,
    ):
        assert words in page
    for words in ("改过的", "改名后的公司"):
        assert words not in page.split('class="card contract')[1]
    assert not Version.objects.exclude(pk=version.pk).filter(content__icontains="改名后").exists()


def test_contract_names_the_parties_who_signed_even_after_they_are_renamed(accepted: Project, owner: Any) -> None:
    Organisation.objects.filter(pk=accepted.asker_organisation_id).update(name="改名后的公司")
    page = logged_in(owner).get(f"/contracts/{accepted.contract_rows.get().pk}/").text
    assert "委托人：甲辰试验光电有限公司" in " ".join(page.split()).replace("<p>", "")
    assert "改名后的公司" not in page


@pytest.mark.parametrize(("kind", "roles"), ROLES.items())
def test_parties_are_called_as_the_civil_code_calls_them(
    project: Project, steps: Any, owner: Any, kind: str, roles: tuple[str, str]
) -> None:
    contract = steps.proposed(project, type=kind)
    page = logged_in(owner).get(f"/contracts/{contract.pk}/").text
    assert [f"<dt>{role}</dt>" in page for role in roles] == [True, True]


def test_database_refuses_to_change_a_frozen_text(accepted: Project) -> None:
    version = of_kind(accepted, "contract")
    for change in (lambda: Version.objects.update(content={}), lambda: Version.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Version.objects.get(pk=version.pk).content["amount"] == "480000.00"


def test_forged_text_is_called_out(accepted: Project, owner: Any) -> None:
    """Whoever gets past the database changes the text; the hash in the journal does not follow."""
    version = of_kind(accepted, "contract")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE kernel_version DISABLE TRIGGER USER")
    Version.objects.filter(pk=version.pk).update(content=version.content | {"amount": "48000000.00"})
    page = logged_in(owner).get(f"/projects/{accepted.pk}/frozen/{version.pk}/").text
    assert ("与内容不符" in page, "✓" in page) == (True, False)
    forged = version.content | {"amount": "48000000.00"}
    digest = hashlib.sha256(json.dumps(forged, sort_keys=True).encode()).hexdigest()
    Version.objects.filter(pk=version.pk).update(sha256=digest)
    assert "与内容不符" in logged_in(owner).get(f"/projects/{accepted.pk}/frozen/").text


def test_page_says_whether_the_decision_stands_in_the_chain(accepted: Project, sealed: Any, owner: Any) -> None:
    version = of_kind(accepted, "project")
    path = f"/projects/{accepted.pk}/frozen/{version.pk}/"
    assert "还没有记入平台日志链" in logged_in(owner).get(path).text
    sealed()
    version = Version.objects.select_related("entry__seal").get(pk=version.pk)
    assert f"已记入平台日志链第 {version.entry.seal.position} 位" in logged_in(owner).get(path).text


def test_frozen_project_is_read_in_words_and_can_be_printed(accepted: Project, owner: Any) -> None:
    version = of_kind(accepted, "project")
    page = logged_in(owner).get(f"/projects/{accepted.pk}/frozen/{version.pk}/").text
    for words in ("吸光率：98.68 %，要求 ≥ 98 %，达到", "已通过", "技术开发（委托）合同", "一次总付", "480,000.00 元",
                  "第三方测试报告", "data-prints"):  # fmt: skip
        assert words in page
    for code in ("development_entrusted", "lump_sum", "passed", "None"):
        assert code not in page.split("<article")[1].split("</article>")[0]


def test_frozen_texts_are_read_in_english_too(accepted: Project, owner: Any) -> None:
    version = of_kind(accepted, "milestone")
    article = logged_in(owner, "en").get(f"/projects/{accepted.pk}/frozen/{version.pk}/").text
    labels = [part.split(">", 1)[1].split("</dt>")[0] for part in article.split("<dt")[1:]]
    assert labels
    assert [label for label in labels if not label.isascii()] == []


def test_pages_link_to_what_was_frozen(accepted: Project, owner: Any) -> None:
    client = logged_in(owner)
    page = client.get(f"/projects/{accepted.pk}/").text
    last = versions_of(accepted).last()
    assert last is not None
    assert f'href="/projects/{accepted.pk}/frozen/"' in page
    assert f'href="/projects/{accepted.pk}/frozen/{last.pk}/"' in page
    contract = accepted.contract_rows.get()
    signed = versions_of(contract).get()
    assert f'href="/projects/{accepted.pk}/frozen/{signed.pk}/"' in client.get(f"/contracts/{contract.pk}/").text


def test_list_of_frozen_texts_asks_the_same_for_one_and_three(
    project: Project, steps: Any, owner: Any, django_assert_max_num_queries: Any
) -> None:
    steps.running(project)
    client, path = logged_in(owner), f"/projects/{project.pk}/frozen/"
    client.get(path)
    with django_assert_max_num_queries(40) as one:
        client.get(path)
    steps.measured(project, "93.1")
    steps.measured(project, "97.2")
    with django_assert_max_num_queries(40) as three:
        assert client.get(path).text.count("与内容一致") == 3
    assert len(one) == len(three)
