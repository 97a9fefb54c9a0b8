"""Story S4 through the API: published needs are answered, everybody gets an answer, and languages meet."""

from __future__ import annotations

from typing import Any

from tests.e2e.caller import Act, soon

CARD = {
    "kind": "technology",
    "title": "全浸没相变液冷数据中心降耗改造",
    "problem": "机房单机柜功率升到 60 kW 以后风冷压不住，全年电费占成本一半以上，希望用液冷把能耗降下来并利用余热。",
    "targets": ["PUE ≤ 1.15"],
    "fields": ["I65"],
    "region": "4201",
    "cooperation_modes": ["transfer", "service"],
    "deadline": "2027-12-31",
    "budget_maximum": "800 万元",
}
ANSWER = {
    "approach": "服务器整机浸没在低沸点冷却液中，沸腾带走热量，冷凝器回流；余热以 45 ℃ 热水送出。",
    "evidence": "12 个机柜连续运行 8 个月，第三方实测。",
    "specifications": ["PUE 1.08"],
    "price_idea": "按机柜计价，含三年运维",
}


def published(act: Act, **changes: Any) -> dict[str, Any]:
    """A need of the demo's company, accepted by triage."""
    need = act("owner").run("/needs", CARD | changes)
    act("owner").run(f"/needs/{need['id']}/submit")
    found: dict[str, Any] = act("operator").run(f"/needs/{need['id']}/publish")
    return found


def answered(act: Act, who: str, need: int) -> str:
    """The path of a submitted solution."""
    made = act(who).run("/solutions", ANSWER | {"need": need})
    act(who).run(f"/solutions/{made['id']}/submit")
    return f"/solutions/{made['id']}"


def test_everybody_who_answers_gets_an_answer(act: Act) -> None:
    owner, professor, company = act("owner"), act("professor"), act("competitor")
    need = published(act)
    first, second = answered(act, "professor", need["id"]), answered(act, "competitor", need["id"])

    # only the two sides and the staff know a solution; another answerer does not
    assert act(None).ask("GET", first).status == 404
    assert company.ask("GET", first).status == 404
    assert professor.get(first)["fields"]["specifications"][0]["max"] == 1.08
    assert owner.get(first)["state"] == "submitted"

    # shortlist, a question and its reply
    assert owner.run(f"{first}/shortlist")["state"] == "shortlisted"
    owner.run(f"{first}/ask", {"question": "冷却液的年损耗是多少？"})
    professor.run(f"{first}/reply", {"reply": "不高于 3 %，有 8 个月记录。"})

    # a decline needs a code and words; both reach the answerer
    bare = owner.ask("POST", f"{second}/decline", {})
    assert bare.status == 422
    assert set(bare.body["errors"]) == {"code", "reason"}
    declined = owner.run(f"{second}/decline", {"code": "evidence", "reason": "没有第三方测试报告。"})
    assert declined["state"] == "declined"
    told = company.get(second)["fields"]
    assert (told["decline_reason"], told["decline_text"]) == ("evidence", "没有第三方测试报告。")

    # acceptance makes an agreed proposal that a project can start from
    assert owner.run(f"{first}/accept")["state"] == "accepted"
    proposal = soon(lambda: [p for p in owner.get("/proposals")["items"] if p["fields"]["need"]["id"] == need["id"]])[0]
    assert proposal["state"] == "agreed"


def test_the_figures_decide_not_only_the_words(act: Act) -> None:
    fits = act(None).post("/match", {"text": "数据中心全浸没相变液冷，要求 PUE ≤ 1.15", "limit": 5})
    strict = act(None).post("/match", {"text": "数据中心全浸没相变液冷，要求 PUE ≤ 1.02", "limit": 5})
    assert verdicts(fits)[0] == "met"
    assert "met" not in verdicts(strict)


def verdicts(found: dict[str, Any]) -> list[str]:
    """What was found for PUE, candidate by candidate."""
    return [
        check["verdict"]
        for candidate in found["candidates"]
        for check in candidate["evidence"]["checks"]
        if check["target"]["name"] == "PUE"
    ]


def test_a_chinese_need_finds_an_english_achievement(act: Act) -> None:
    professor, operator = act("professor"), act("operator")
    made = professor.run(
        "/achievements",
        {
            "source_language": "en",
            "title_en": "Superhydrophobic anti-icing coating for wind turbine blades",
            "summary_en": (
                "A superhydrophobic coating that delays ice formation on wind turbine blades. Ice adhesion strength is "
                "reduced to 18 kPa and the coating survives 120 icing and de-icing cycles in a climate chamber."
            ),
            "specifications": ["结冰附着强度 18 kPa"],
            "fields": ["C26"],
            "region": "4201",
            "intellectual_property": "know_how",
            "maturity": 5,
            "maturity_evidence": "climate chamber, 120 cycles",
            "maturity_assessor": "team",
            "maturity_date": "2026-06-01",
            "cooperation_modes": ["licence"],
        },
    )
    professor.run(f"/achievements/{made['id']}/submit")
    operator.run(f"/achievements/{made['id']}/publish")
    question = {"text": "风电叶片冬季结冰停机，寻找超疏水防冰涂层，降低冰的附着强度。", "limit": 5}
    found = soon(lambda: [c for c in act(None).post("/match", question)["candidates"] if c["id"] == made["id"]])
    assert found[0]["kind"] == "achievement"
