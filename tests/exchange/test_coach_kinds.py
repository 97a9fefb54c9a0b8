"""The coach on texts of other kinds: the whole card, written down by hand. What it cannot know it asks for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange import coach
from keqiao.exchange.cards import NeedForm
from keqiao.exchange.models import Need
from keqiao.kernel.models import Entry
from keqiao.parties.models import Person

TODAY = date(2026, 11, 24)
CARDS: dict[str, tuple[str, dict[str, Any]]] = {
    "steel": (
        "我厂位于黄石市，冷轧带钢表面清洁度差，现在残碳 8 mg/m2，要求降到 3 mg/m2 以下，年产 20 万吨。预算 150 万元。",
        {"kind": "technology", "title": "冷轧带钢表面清洁度差", "targets": [("残碳", None, 3, "mg/m**2")],
         "current_state": "现在残碳 8 mg/m2", "fields": ["X3.1", "C31"], "region": "4202",
         "budget": (None, 1_500_000), "deadline": "", "modes": [], "missing": ["deadline", "cooperation_modes"]},
    ),
    "engineers": (
        "招聘：光伏组件可靠性工程师 3 名，硕士以上，5 年经验，薪资面议，工作地点在宜昌。",
        {"kind": "talent", "title": "光伏组件可靠性工程师 3 名", "targets": [], "current_state": "",
         "fields": ["X6.3", "C3825"], "region": "4205", "budget": (None, None), "deadline": "", "modes": [],
         "missing": ["deadline"]},
    ),
    "pilot_line": (
        "拟融资 2000 万元扩建中试线，可出让 8% 股权，期望 2027 年 6 月底前到账，公司在襄阳。",
        {"kind": "finance", "targets": [], "region": "4206", "budget": (None, 20_000_000), "deadline": "2027-06-30",
         "modes": [], "missing": ["fields"]},
    ),
    "clean_room": (
        "需要 1200 平方米百级洁净室，层高 4.5 米以上，武汉东湖高新区，2027年1月31日前入驻，月租金不超过 6 万元。",
        {"kind": "site", "title": "1200 平方米百级洁净室",
         "targets": [("百级洁净室", 1200, 1200, "m**2"), ("层高", 4.5, None, "m")], "region": "4201",
         "budget": (None, 60_000), "deadline": "2027-01-31", "missing": ["fields"]},
    ),
    "film": (
        "Looking for a partner for a biodegradable film: tensile strength at least 30 MPa. Today we use PE at 22 MPa.",
        {"kind": "technology", "title": "Partner for a biodegradable film", "language": "en",
         "targets": [("tensile strength", 30, None, "MPa")],
         "current_state": "Today we use PE at 22 MPa",
         "missing": ["problem", "fields", "budget_maximum", "deadline", "cooperation_modes", "region"]},
    ),
    "cold_store": (
        "冷库能耗高，现在每吨每天 1.8 kWh，希望降低 30%。",
        {"kind": "technology", "title": "冷库能耗高", "current_state": "现在每吨每天 1.8 kWh",
         "fields": ["X7.1", "C3464"],
         "missing": ["problem", "budget_maximum", "deadline", "cooperation_modes", "region"]},
    ),
    "laboratory": (
        "想和科研院所共建实验室，攻关固态电池界面问题，先用后付。",
        {"kind": "technology", "fields": ["X5.2", "C3841"], "modes": ["joint_laboratory", "try_first"], "targets": [],
         "missing": ["problem", "targets", "current_state", "budget_maximum", "deadline", "region"]},
    ),
    "where_first": (
        "公司在襄阳，生产汽车轴承，要求磨削烧伤率不高于 0.5%。",
        {"kind": "technology", "region": "4206", "targets": [("磨削烧伤率", None, 0.5, "%")]},
    ),
}  # fmt: skip


def card_of(text: str) -> dict[str, Any]:
    card = coach.read(text, TODAY)
    return {
        "kind": card.kind,
        "title": card.title,
        "targets": [(one["name"], one["min"], one["max"], one["unit"]) for one in card.targets],
        "current_state": card.current_state,
        "fields": card.fields,
        "region": card.region,
        "budget": (card.budget_minimum, card.budget_maximum),
        "deadline": card.deadline,
        "modes": card.cooperation_modes,
        "language": card.source_language,
        "missing": [one.field for one in card.missing],
    }


@pytest.mark.parametrize("name", CARDS)
def test_the_card_of_a_text(name: str) -> None:
    text, wanted = CARDS[name]
    found = card_of(text)
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "title"),
    [("我厂位于黄石市，带钢表面清洁度差。", "带钢表面清洁度差"), ("我们在武汉，需要一种防腐涂层。", "防腐涂层"),
     ("位于宜昌的冷库能耗高。", "位于宜昌的冷库能耗高"), ("公司在襄阳，轴承磨削烧伤。", "轴承磨削烧伤")],
)  # fmt: skip
def test_where_somebody_is_is_no_title(text: str, title: str) -> None:
    assert card_of(text)["title"] == title


@pytest.mark.parametrize("said", ["年产 20 万吨", "年产量 2 万只", "月产 3000 件", "年用量 50 吨", "月采购量 2 吨"])
def test_how_much_somebody_makes_is_no_target(said: str) -> None:
    assert card_of(f"消光涂层吸光率偏低，要求吸光率≥98%，{said}。")["targets"] == [("吸光率", 98, None, "%")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", CARDS)
def test_every_card_can_be_saved_as_it_was_read(name: str, owner: Person, company_a: Any) -> None:
    """What the coach fills in is what the form takes: nothing has to be mended before the first save."""
    card = coach.read(CARDS[name][0], TODAY)
    form = NeedForm(initial=card.as_initial(), row=None, actor=owner)
    shown = {field: form[field].value() for field in NeedForm.base_fields}
    client = Client()
    client.force_login(owner)
    made = client.post("/needs/new/", {key: value for key, value in shown.items() if value not in (None, "")})
    assert made.status_code == 302, made.content.decode()[:2000]
    need = Need.objects.get()
    assert (need.kind, need.state, Entry.objects.count()) == (CARDS[name][1]["kind"], "draft", 1)
    kept, read = ([(one["name"], one["min"], one["max"]) for one in found] for found in (need.targets, card.targets))
    assert kept == read
