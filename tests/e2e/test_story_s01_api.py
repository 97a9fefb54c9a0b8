"""Story S1 through the API: a need finds its technology, from free text to a measured result."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.caller import Act, Caller, settled, soon

PROBLEM = (
    "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求。"
    "希望吸光率达到 98% 以上，并能与现有壳体工艺兼容。预算 300 万元，可以委托开发。"
)
KEY = f"s01-{time.time()}"
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


def number_of(metric: str, stats: dict[str, Any]) -> int:
    return next(int(each["value"]) for each in stats["metrics"] if each["name"] == metric)


def test_a_need_finds_its_technology(act: Act) -> None:
    owner, operator, manager = act("owner"), act("operator"), act("manager")
    professor, stranger, competitor = act("professor"), act(None), act("competitor")
    before = settled(lambda: stranger.get("/stats"))

    # 1 the coach turns the text into a card and says what is missing; strangers may ask it too
    coached = stranger.post("/coach", {"text": PROBLEM})
    assert [(t["name"], t["min"], t["unit"]) for t in coached["card"]["targets"]] == [("吸光率", 98, "%")]
    assert coached["card"]["kind"] == "technology"
    card = coached["card"] | {
        "title": "红外探测器壳体消光涂层：吸光率 98% 以上",
        "region": "4201",
        "deadline": (TODAY + timedelta(days=90)).isoformat(),
        "budget_maximum": "300 万元",
        "cooperation_modes": ["development"],
    }
    need = owner.run("/needs", card, key=KEY)
    path = f"/needs/{need['id']}"
    assert owner.run("/needs", card, key=KEY)["id"] == need["id"]
    assert stranger.ask("GET", path).status == 404

    # 2 triage: returned with a reason, mended, accepted
    owner.run(f"{path}/submit")
    assert operator.run(f"{path}/return", {"reason": "请补充现有工艺的温度上限。"})["state"] == "returned"
    owner.run(f"{path}/save", {"problem": PROBLEM + "现有壳体工艺温度不超过 120 ℃。"})
    owner.run(f"{path}/submit")
    refused = competitor.ask("POST", f"{path}/publish")
    assert refused.status == 404
    assert operator.run(f"{path}/publish")["state"] == "open"

    # 3 ranked achievements, people and solved needs, each with evidence and each target checked
    found = soon(lambda: owner.get(f"{path}/candidates")["achievements"])
    checked = [
        (check["target"]["name"], check["offered"]["min"], check["verdict"])
        for candidate in found[:5]
        for check in candidate["evidence"]["checks"]
        if check["offered"]
    ]
    assert ("吸光率", 98.68, "met") in checked
    winner = next(
        each for each in found
        if any(check["offered"] and check["offered"]["min"] == 98.68 for check in each["evidence"]["checks"])
    )  # fmt: skip
    assert winner["evidence"]["words"]

    # 4 a technology manager is assigned and proposes; both sides accept
    me = manager.get("/people?limit=1")  # the token works for reading too
    assert "items" in me
    operator.run(f"{path}/assign_manager", {"manager": person_id(operator, "manager")})
    proposal = manager.run("/proposals", {"need": need["id"], "achievement": winner["id"], "note": "指标达到要求。"})
    proposal_path = f"/proposals/{proposal['id']}"
    assert owner.run(f"{proposal_path}/accept")["state"] == "accepted_by_need"
    assert professor.run(f"{proposal_path}/accept")["state"] == "agreed"
    assert competitor.ask("GET", proposal_path).status == 404

    # 5 a project: contract signed by both, milestones, three sample rounds measured against the target
    project = manager.run("/projects", {"proposal": proposal["id"]})
    project_path = f"/projects/{project['id']}"
    assert owner.get(path)["state"] == "in_project"
    sign_contract(act, project_path)
    manager.run(
        f"{project_path}/plan_milestone", {"title": "样品达标", "due_on": (TODAY + timedelta(days=60)).isoformat()}
    )
    owner.run(f"{project_path}/start")
    for value in (93.1, 97.2, 98.68):
        professor.run(f"{project_path}/send_sample", {"sent_on": TODAY.isoformat(), "sample": f"批次 {value}"})
        last = owner.run(
            f"{project_path}/measure",
            {"received_on": TODAY.isoformat(), "measured_on": TODAY.isoformat(), "values": {"吸光率": value}},
        )
    rounds = last["fields"]["rounds"]
    assert [(each["values"][0]["low"], each["values"][0]["verdict"]) for each in rounds] == [
        (93.1, "missed"), (97.2, "missed"), (98.68, "met"),
    ]  # fmt: skip

    # 6 acceptance, registration, income confirmed by the other side, reward, ratings, close; the staff's grade
    finish(act, project_path, last["fields"]["milestones"][0]["id"])
    operator.run("/grades", {"need": need["id"], "achievement": winner["id"], "grade": 4})
    assert owner.get(path)["state"] == "solved"

    # 7 feed and numbers show it, with no field shown to anybody who may not see it
    shown = soon(lambda: [each for each in stranger.get("/feed") if each["url"].endswith(f"/needs/{need['id']}/")])
    assert shown[0]["title"] == card["title"]
    assert "300" not in str(shown)
    after = stranger.get("/stats")
    for metric in ("needs", "matches", "projects"):
        assert number_of(metric, after) == number_of(metric, before) + 1 or soon(
            lambda metric=metric: number_of(metric, stranger.get("/stats")) == number_of(metric, before) + 1, 30
        )
    assert "budget_maximum" in stranger.get(path)["hidden"]
    assert stranger.ask("GET", project_path).status == 404


def person_id(operator: Caller, who: str) -> int:
    """The id of one of the demo's people, as staff find it."""
    from keqiao.demo.accounts import BY_KEY

    cursor = ""
    while True:
        page = operator.get(f"/people?limit=200{cursor}")
        for each in page["items"]:
            if each["fields"].get("email") == BY_KEY[who].email:
                return int(each["id"])
        cursor = f"&cursor={page['next']}"
        assert page["next"], who


def sign_contract(act: Act, project_path: str) -> None:
    """Drafted by the manager, signed by both sides over the same text."""
    manager = act("manager")
    drafted = manager.run(
        f"{project_path}/draft_contract",
        {
            "title": "消光涂层委托开发合同", "type": "development_entrusted", "subject": "吸光率 ≥ 98 % 的消光涂层",
            "payment_mode": "lump_sum", "amount": "3000000", "ownership": "shared",
        },
    )  # fmt: skip
    contract = drafted["fields"]["contract"]["id"]
    digest = manager.run(f"/contracts/{contract}/propose")["fields"]["digest"]
    for side in ("owner", "professor"):
        act(side).run(f"/contracts/{contract}/sign", {"agree": True, "digest": digest})
    assert manager.get(project_path)["state"] == "contracted"


def finish(act: Act, project_path: str, milestone: int) -> None:
    """From the last sample to a closed project."""
    owner, professor, manager = act("owner"), act("professor"), act("manager")
    professor.run(f"/milestones/{milestone}/deliver", {"delivery_note": "第三轮样品 98.68 %"})
    owner.run(f"/milestones/{milestone}/accept")
    professor.run(f"{project_path}/request_acceptance", {"request": "三轮送样，最后一轮吸光率 98.68 %。"})
    accepted = owner.run(f"{project_path}/accept", {"verdict": "passed", "evidence": "复测 98.68 %，合格。"})
    contract = accepted["fields"]["contract"]["id"]
    manager.run(
        f"/contracts/{contract}/register",
        {
            "registration_number": f"2026420101{int(time.time()) % 10**6:06d}", "registration_authority": "试验登记点",
            "registered_on": TODAY.isoformat(), "technical_amount": "3000000",
        },
    )  # fmt: skip
    earned = professor.run(f"{project_path}/record_income", {"received_on": TODAY.isoformat(), "amount": "3000000"})
    income = earned["fields"]["incomes"][0]["id"]
    assert owner.run(f"/incomes/{income}/confirm")["state"] == "confirmed"
    professor.run(
        f"{project_path}/record_reward", {"recipient": "沈未迟团队", "amount": "2100000", "paid_on": TODAY.isoformat()}
    )
    owner.run(f"{project_path}/rate", {"score": 5, "comment": "数据说话"})
    professor.run(f"{project_path}/rate", {"score": 5})
    assert manager.run(f"{project_path}/close")["state"] == "closed"
