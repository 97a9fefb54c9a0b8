"""The same story through the API: bodies from the same forms, parts in the project's JSON, problems by field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from keqiao.api.actions import issue
from keqiao.projects.models import Project
from tests.stages import LUMP_SUM, today

pytestmark = pytest.mark.django_db


class Caller:
    """A program with somebody's token."""

    def __init__(self, person: Any) -> None:
        _token, text = issue(person, name="测试")
        self.client = Client(headers={"authorization": f"Bearer {text}"})

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json")

    def done(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.post(path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()["row"]


def test_story_through_the_api(proposal: Any, owner: Any, professor: Any, manager: Any):
    asker, provider, broker = Caller(owner), Caller(professor), Caller(manager)
    row = broker.done("projects", proposal=proposal.pk)
    project = f"projects/{row['id']}"
    row = broker.done(f"{project}/draft_contract", **(LUMP_SUM | {"amount": 480000.5}))
    contract = f"contracts/{row['fields']['contract']['id']}"
    saved = broker.done(f"{contract}/save", title="改名后的合同")
    assert (saved["fields"]["title"], saved["fields"]["amount"]) == ("改名后的合同", "480000.50")
    digest = broker.done(f"{contract}/propose")["fields"]["digest"]
    asker.done(f"{contract}/sign", agree=True, digest=digest)
    signed = provider.done(f"{contract}/sign", agree=True, digest=digest)
    assert signed["state"] == "signed"
    broker.done(f"{project}/plan_milestone", title="样品达标", due_on="2099-01-01", payment=480000.5)
    broker.done(f"{project}/start")
    provider.done(f"{project}/send_sample", sent_on=today(), sample="第一批")
    row = asker.done(f"{project}/measure", received_on=today(), measured_on=today(), values={"吸光率": 98.68})
    assert row["fields"]["rounds"][0]["values"][0] == {
        "name": "吸光率", "unit": "%", "target": "≥ 98 %", "low": 98.68, "high": 98.68, "shown": "98.68 %",
        "verdict": "met", "gap": 0.0,
    }  # fmt: skip
    milestone = f"milestones/{row['fields']['milestones'][0]['id']}"
    provider.done(f"{milestone}/deliver", delivery_note="样品")
    asker.done(f"{milestone}/accept")
    provider.done(f"{project}/request_acceptance", request="达标")
    row = asker.done(f"{project}/accept", verdict="passed", evidence="报告")
    assert (row["state"], row["fields"]["acceptance"]["verdict"]) == ("accepted", "passed")
    assert {verb["name"] for verb in row["verbs"]} == {"record_income", "rate", "agree_case", "hand_over", "upload"}


def test_contract_with_instalments_is_saved_in_part_without_losing_them(project: Project, steps: Any, manager: Any):
    lines = "2026-03-01 180000 签订后\n2026-06-01 300000 验收后"
    contract = steps.drafted(project, payment_mode="instalments", instalments=lines)
    saved = Caller(manager).done(f"contracts/{contract.pk}/save", subject="只改标的")
    assert saved["fields"]["instalments"] == contract.instalments
    assert saved["fields"]["subject"] == "只改标的"


def test_problems_come_by_field(project: Project, steps: Any, owner: Any, competitor: Any):
    steps.running(project)
    steps.sample(project)
    answer = Caller(owner).post(
        f"projects/{project.pk}/measure", received_on=today(), measured_on=today(), values={"吸光率": "高"}
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["value_1"])
    hidden = Caller(competitor).post(f"projects/{project.pk}/stop", code="other", reason="x")
    assert hidden.status_code == 404
    refused = Caller(owner).post(f"projects/{project.pk}/send_sample", sent_on=today(), sample="x")
    assert refused.status_code == 403
