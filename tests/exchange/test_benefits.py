"""Benefit estimates: written by the owner of an achievement, filled in for whoever reads."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from keqiao.engine.specs import Figure, figures
from keqiao.exchange.benefits import Sides, estimate
from keqiao.exchange.models import Achievement
from keqiao.kernel.models import Entry
from keqiao.parties.models import Person

SAVED = "年省电费（元）= 负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh"
KEPT = {"name": "年省电费", "unit": "CNY", "formula": "负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh"}
CARD = {"title": "浸没液冷", "specifications": ["PUE 1.04"], "benefits": [SAVED]}


def create(client: Client, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post("/api/v1/achievements", CARD | changes, content_type="application/json")
    return answer.status_code, answer.json()


def made(client: Client, **changes: Any) -> Achievement:
    status, said = create(client, **changes)
    assert status == 200, said
    return Achievement.objects.latest("pk")


@pytest.fixture
def signed_in(client: Client, professor: Person) -> Client:
    client.force_login(professor)
    return client


def test_formula_is_kept_with_label_and_unit(signed_in: Client) -> None:
    row = made(signed_in)
    assert row.benefits == [KEPT]
    assert signed_in.get(f"/api/v1/achievements/{row.pk}").json()["fields"]["benefits"] == [KEPT]
    assert made(signed_in, benefits=[KEPT]).benefits == [KEPT]


def test_form_shows_again_what_was_typed(signed_in: Client) -> None:
    page = signed_in.get(f"/achievements/{made(signed_in).pk}/save/").content.decode()
    line = f"年省电费（CNY） = {KEPT['formula']}"
    assert line in page
    assert made(signed_in, benefits=[line]).benefits == [KEPT]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("省电", "看不懂“省电”"),
        ("省电（度x）= 1 kWh", "“省电”的单位“度x”不认识。"),
        ("省电（kWh）= 负荷 * ", "省电：第 5 个字符处：这里不应出现“公式结尾”"),
        ("省电（kWh）= 3 kW * exec(2)", "省电：第 8 个字符处：没有“exec”这个函数"),
        ("省电（kWh）= (1 kWh", "省电：第 1 个字符处：这个括号没有对应的右括号。"),
        ("省电（kWh）= 负荷[kW] * 2", "省电：第 1 个字符处：单位对不上"),
        ("省电（kWh）= 2 kWh + PUE", "省电：第 7 个字符处：单位对不上"),
        ("省电（kWh）= 成果.WUE * 1 kWh", "省电：第 1 个字符处：指标表里没有“WUE”。"),
        ("长" * 41 + " = 1", "名称最多 40 字"),
    ],
)
def test_a_wrong_formula_is_refused_with_its_place(signed_in: Client, line: str, says: str) -> None:
    before = Entry.objects.count()
    status, problem = create(signed_in, benefits=[line])
    assert status == 422
    assert any(says in what for what in problem["errors"]["benefits"]), problem["errors"]
    assert (Achievement.objects.count(), Entry.objects.count()) == (0, before)


def test_more_than_eight_formulas_are_refused(signed_in: Client) -> None:
    status, problem = create(signed_in, benefits=["倍 = 1"] * 9)
    assert (status, problem["errors"]["benefits"]) == (422, ["最多写 8 个效益公式。"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("机房负荷 500 kW，现有PUE 1.5", 1_210_000),
        ("数据中心负荷 0.5 MW，PUE 1.5", 1_210_000),
        ("负荷 400~600 kW，PUE 1.5", 1_210_000),
        ("负荷 3 吨，PUE 1.5", None),
        ("PUE 1.5", None),
    ],
)
def test_figures_of_the_need_fill_the_formula(text: str, value: float | None) -> None:
    found = estimate(KEPT, Sides(own=[Figure("PUE", 1.04, 1.04, "")], present=figures(text)))
    assert found.value == value
    assert [name.key for name in found.missing] == ([] if value else ["负荷"])


def test_own_figure_comes_before_the_needs_and_a_target_when_it_is_meant() -> None:
    sides = Sides([Figure("PUE", 1.04, 1.04, "")], [Figure("PUE", 1.5, 1.5, "")], [Figure("PUE", None, 1.15, "")])
    values = [estimate({"name": "x", "unit": "", "formula": f}, sides).value for f in ("PUE", "现状.PUE", "目标.PUE")]
    assert values == [1.04, 1.5, 1.15]


def test_what_cannot_be_computed_says_why() -> None:
    found = estimate({"name": "x", "unit": "", "formula": "1 / (PUE - PUE)"}, Sides([Figure("PUE", 1, 1, "")]))
    assert (found.value, found.problem) == (None, "第 3 个字符处：算不出来：除数为 0、负数开方，或结果太大。")


@pytest.fixture
def published(signed_in: Client) -> Achievement:
    row = made(signed_in, summary="两相浸没液冷。")
    row.state = "published"
    row.save()
    return row


def test_reader_fills_in_what_is_missing(published: Achievement) -> None:
    stranger = Client()
    address = f"/achievements/{published.pk}/"
    page = stranger.get(address).content.decode()
    assert "还缺 负荷 (kW)、现状.PUE" in page
    assert "约 " not in page
    page = stranger.get(address, {"负荷": "500", "现状.PUE": "1.5"}).content.decode()
    assert "约 121 万元" in page
    assert 'name="负荷" value="500"' in page
    page = stranger.get(address, {"负荷": "<b>", "现状.PUE": "nan"}).content.decode()
    assert "还缺 负荷 (kW)、现状.PUE" in page
    assert "<b>" not in page.split('id="benefits"')[1].split("</form>")[0]


def test_hidden_figures_are_not_reckoned_with(published: Achievement) -> None:
    published.levels = {"specifications": 2}
    published.save()
    page = Client().get(f"/achievements/{published.pk}/", {"负荷": "500", "现状.PUE": "1.5"}).content.decode()
    assert "约 121 万元" not in page
    assert "还缺 PUE" in page
