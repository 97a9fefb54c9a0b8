"""Every page and every verb of the room over HTTP: who gets it, in which language; a denial changes nothing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from keqiao.api.actions import issue
from keqiao.kernel.models import File
from keqiao.projects.models import Income, Milestone, Project
from tests.projects.test_who import BLIND, INVOLVED, SIDES, WITH_MANAGER, world
from tests.stages import pdf, today

pytestmark = pytest.mark.django_db

WATCHING = {"colleague", "auditor"}
NAMES = ("owner", "colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator",
         "auditor", "stranger")  # fmt: skip


def logged_in(person: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"Accept-Language": language})
    if not isinstance(person, AnonymousUser):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def rich(project: Project, steps: Any) -> Project:
    """Under way, with something of everything."""
    steps.running(project)
    steps.sample(project)
    steps.on(project, "measure", steps.asker, {"report": pdf()}, received_on=today(), measured_on=today(),
             value_1="93.1", note="三次平均")  # fmt: skip
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="120000.50", note="首期")
    steps.on(project, "upload", steps.asker, {"file": pdf("图纸.pdf")}, reach="staff")
    project.refresh_from_db()
    return project


FORMS = [
    ("/projects/{project}/send_sample/", {"professor"}),
    ("/projects/{project}/request_acceptance/", {"professor"}),
    ("/projects/{project}/plan_milestone/", WITH_MANAGER),
    ("/projects/{project}/record_income/", SIDES),
    ("/projects/{project}/hand_over/", SIDES),
    ("/projects/{project}/upload/", INVOLVED),
    ("/projects/{project}/stop/", INVOLVED),
    ("/milestones/{milestone}/save/", WITH_MANAGER),
    ("/milestones/{milestone}/deliver/", {"professor"}),
    ("/milestones/{milestone}/cancel/", {"owner", "manager"}),
    ("/incomes/{income}/dispute/", {"owner"}),
    ("/incomes/{income}/withdraw/", {"professor"}),
    ("/contracts/{contract}/register/", {"manager", "operator", "centre_operator"}),
]


RIGHT: dict[str, dict[str, Any]] = {
    "send_sample": {"sent_on": today(), "sample": "二"},
    "request_acceptance": {"request": "达标"},
    "plan_milestone": {"title": "二", "due_on": "2099-01-01"},
    "record_income": {"received_on": today(), "amount": "1"},
    "hand_over": {"person": 1},
    "upload": {"reach": "staff"},
    "stop": {"code": "other", "reason": "停"},
    "save": {"title": "三", "due_on": "2099-01-01"},
    "deliver": {"delivery_note": "样品"},
    "cancel": {"reason": "不做了"},
    "dispute": {"dispute": "不符"},
    "withdraw": {},
    "register": {
        "registration_number": "TEST-2026-1",
        "registration_authority": "试验市",
        "registered_on": today(),
        "technical_amount": "1",
    },
}
"""What each verb would take from somebody who may."""


def address(path: str, project: Project) -> str:
    return path.format(
        project=project.pk,
        contract=project.contract_rows.get().pk,
        milestone=Milestone.objects.get().pk,
        income=Income.objects.get().pk,
    )


@pytest.mark.parametrize("name", NAMES)
def test_form_of_each_verb_opens_for_those_who_may_run_it(rich: Project, personas: Any, name: str) -> None:
    client, before = logged_in(personas[name]), world()
    for path, allowed in FORMS:
        answer = client.get(address(path, rich))
        wanted = 302 if name == "stranger" else 404 if name in BLIND else 200 if name in allowed else 403
        assert answer.status_code == wanted, path
        if wanted == 403:
            assert "可以" in answer.text, path
    assert world() == before


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SIDES])
def test_verbs_denied_on_pages_and_by_the_api_change_nothing(rich: Project, personas: Any, name: str) -> None:
    person = personas[name]
    client, before = logged_in(person), world()
    token = None if name == "stranger" else issue(person, name="程序")[1]
    caller = Client(headers={"authorization": f"Bearer {token}"} if token else {})
    before = world()
    for path, allowed in FORMS:
        if name in allowed:
            continue
        where = address(path, rich)
        data = RIGHT[path.split("/")[-2]]
        page = client.post(where, data | {"key": "k"})
        api = caller.post(f"/api/v1{where.rstrip('/')}", data, content_type="application/json")
        assert page.status_code == (302 if name == "stranger" else 404 if name in BLIND else 403), path
        assert api.status_code == (401 if name == "stranger" else 404 if name in BLIND else 403), path
    assert world() == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["owner", "professor", "manager", "operator"])
def test_project_page_offers_exactly_what_may_be_done_now(
    rich: Project, personas: Any, name: str, language: str
) -> None:
    page = logged_in(personas[name], language).get(f"/projects/{rich.pk}/").text
    found = set(re.findall(r'(?:href|action)="/((?:projects|milestones|incomes)/\d+/[a-z_]+)/"', page))
    offered = {where for path, allowed in FORMS if name in allowed and "contracts" not in path
               for where in [address(path, rich).strip("/")]}  # fmt: skip
    confirm = {f"incomes/{Income.objects.get().pk}/confirm"} if name == "owner" else set()
    manage = set() if name in SIDES else {f"projects/{rich.pk}/assign_manager"}
    assert found == offered | confirm | manage | {f"projects/{rich.pk}/frozen"}


WRITTEN = (
    "红外探测器用消光涂层", "吸光率", "甲辰试验光电有限公司", "丙午试验大学", "林工", "沈教授", "技术经理人小唐",
    "消光涂层技术开发合同", "样品达标", "第一批，改了固化温度", "三次平均", "首期", "宽谱消光涂层的低温喷涂",
    "报告", "图纸", "同事小周",
)  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", ["/projects/", "/projects/{project}/", *(path for path, _allowed in FORMS)])
def test_english_pages_say_in_chinese_only_what_people_wrote(rich: Project, personas: Any, path: str) -> None:
    """What the platform says is English; titles, names and notes stay as they were written."""
    who = next(
        (name for name in ("owner", "professor", "manager") if name in dict(FORMS).get(path, {"owner"})), "owner"
    )
    page = logged_in(personas[who], "en").get(address(path, rich)).text
    main = page.split("<main")[1].split("</main>")[0]
    said = re.sub(r"<script.*?</script>|<[^>]*>", "\n", main, flags=re.DOTALL)
    for words in WRITTEN:
        said = said.replace(words, "")
    assert [line.strip() for line in said.splitlines() if CHINESE.search(line)] == []


def test_download_of_each_file_follows_the_project(rich: Project, personas: Any) -> None:
    for name in NAMES:
        client = logged_in(personas[name])
        for file in File.objects.all():
            answer = client.get(f"/files/{file.pk}/")
            assert answer.status_code == (404 if name in BLIND else 200), (name, file.name)
            if answer.streaming:
                b"".join(answer.streaming_content)


# ---- money ------------------------------------------------------------------------------------------------------

AMOUNTS = [
    ("0.01", "0.01"), ("99999999.99", "99999999.99"), ("999999999999.99", "999999999999.99"), ("30万", "300000.00"),
    ("1.25 亿元", "125000000.00"), ("￥１２，３４５．６７", "12345.67"), ("CNY 3 million", "3000000.00"),
    ("0.07万", "700.00"),
]  # fmt: skip

WRONG = [
    ("", "必填"), ("0", "须大于 0"), ("0.001", "精确到分"), ("-5", "不能是负数"), ("负五万", "看不懂"),
    ("5 美元", "只接受人民币"), ("$5", "只接受人民币"), ("€3,000", "只接受人民币"), ("3万-5万", "这是一个范围"),
    ("1000000000000", "金额太大"), ("100 亿亿", "看不懂"), ("9" * 41, ""), ("1e3", "看不懂"), ("NaN", "看不懂"),
    ("一百", "看不懂"), ("😀", "看不懂"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), AMOUNTS)
def test_amount_is_kept_to_the_cent_from_page_and_api(rich: Project, steps: Any, typed: str, kept: str) -> None:
    data = {"received_on": today(), "amount": typed}
    assert logged_in(steps.provider).post(f"/projects/{rich.pk}/record_income/", data).status_code == 302
    _token, text = issue(steps.provider, name="程序")
    caller = Client(headers={"authorization": f"Bearer {text}"})
    row = caller.post(f"/api/v1/projects/{rich.pk}/record_income", data, content_type="application/json").json()["row"]
    amounts = [str(income.amount) for income in rich.income_rows.order_by("pk")]
    assert amounts == ["120000.50", kept, kept]
    waiting = Decimal("120000.50") + 2 * Decimal(kept)
    assert row["fields"]["money"]["waiting"] == f"{waiting:.2f}"
    assert f"{waiting:,.2f} 元" in logged_in(steps.asker).get(f"/projects/{rich.pk}/").text


@pytest.mark.parametrize(("typed", "words"), WRONG)
def test_wrong_amount_is_refused_by_page_and_api_alike(rich: Project, steps: Any, typed: str, words: str) -> None:
    _token, text = issue(steps.provider, name="程序")
    caller = Client(headers={"authorization": f"Bearer {text}"})
    before, data = world(), {"received_on": today(), "amount": typed}
    page = logged_in(steps.provider).post(f"/projects/{rich.pk}/record_income/", data)
    api = caller.post(f"/api/v1/projects/{rich.pk}/record_income", data, content_type="application/json")
    assert (page.status_code, api.status_code, list(api.json()["errors"])) == (422, 422, ["amount"])
    assert words in page.text
    assert words in api.json()["errors"]["amount"][0]
    assert world() == before


@pytest.mark.parametrize(
    ("number", "status"), [(0.1, 200), (123456.78, 200), (100, 200), (-1, 422), (0.005, 422), (1e15, 422), (True, 422)]
)
def test_amount_as_a_number_over_the_api_is_exact(rich: Project, steps: Any, number: Any, status: int) -> None:
    _token, text = issue(steps.provider, name="程序")
    caller = Client(headers={"authorization": f"Bearer {text}"})
    body = {"received_on": today(), "amount": number}
    answer = caller.post(f"/api/v1/projects/{rich.pk}/record_income", body, content_type="application/json")
    assert answer.status_code == status, answer.text
    kept = [income.amount for income in rich.income_rows.order_by("pk")][1:]
    assert kept == ([Decimal(str(number)).quantize(Decimal("0.01"))] if status == 200 else [])
