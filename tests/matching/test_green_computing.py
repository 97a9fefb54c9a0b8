"""S12: a need of a data centre finds the liquid cooling whose figures fit, and says by how much."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import Level
from keqiao.matching.documents import need_query
from keqiao.matching.queries import candidates, find
from keqiao.parties.models import Person
from tests.matching.conftest import Make

COOLING = {
    "title": "数据中心两相浸没液冷系统",
    "summary": "服务器浸没在冷却液中，冷却液沸点约 50 ℃，设备运行温度 80–90 ℃，余热可供 13万平方米建筑采暖。",
    "fields": ["I64"],
}
PUE = {"name": "PUE", "min": None, "max": 1.15, "unit": "", "hard": True}


@pytest.fixture
def cooling(make_achievement: Make, market: list[Achievement]) -> Achievement:
    """The liquid cooling of the story, beside others that say more of the need's words."""
    made: Achievement = make_achievement(
        **COOLING, specifications=[{"name": "PUE", "min": 1.04, "max": 1.04, "unit": ""}]
    )
    make_achievement(
        title="数据中心间接蒸发冷却机组",
        summary="数据中心节能改造用的间接蒸发冷却机组，年均 PUE 1.25，机房免加湿。",
        specifications=[{"name": "年均PUE", "min": 1.25, "max": 1.25, "unit": ""}],
        fields=["I64"],
    )
    return made


@pytest.fixture
def asking(make_need: Make) -> Make:
    """A data centre that asks for a PUE of at most so much."""

    def make(most: float, **more: Any) -> Need:
        return make_need(  # type: ignore[no-any-return]
            title="数据中心冷却节能改造",
            problem="老旧数据中心改造，需要冷却方案降低能耗，希望余热能够利用。",
            current_state="",
            targets=[PUE | {"max": most} | more],
            fields=["I64"],
        )

    return make


def test_liquid_cooling_is_first_where_its_pue_fits(cooling: Achievement, asking: Make, indexed, owner: Person) -> None:
    indexed()
    first, *others = candidates(asking(1.15), owner).achievements
    assert first.row.pk == cooling.pk
    [check] = first.evidence["checks"]
    assert (check["verdict"], check["margin"], check["gap"]) == ("met", 0.11, 0.0)
    assert check["share"] == pytest.approx(0.11 / 1.15)
    [evaporative] = [one for one in others if "蒸发" in str(one.row)]
    [check] = evaporative.evidence["checks"]
    assert (check["verdict"], check["margin"], check["gap"]) == ("missed", -0.1, 0.1)


def test_liquid_cooling_sinks_where_its_pue_is_too_high(
    cooling: Achievement, asking: Make, indexed, owner: Person
) -> None:
    indexed()
    fitting = candidates(asking(1.15), owner).achievements[0]
    found = candidates(asking(1.02), owner).achievements
    [sunk] = [one for one in found if one.row.pk == cooling.pk]
    assert found[0].row.pk != cooling.pk
    assert sunk.score < fitting.score / 2
    [check] = sunk.evidence["checks"]
    assert (check["verdict"], check["margin"]) == ("missed", -0.02)
    [part] = [part["value"] for part in sunk.evidence["parts"] if part["name"] == "figures"]
    assert part < 0


def test_page_and_api_say_by_how_much(client, cooling: Achievement, asking: Make, indexed, owner: Person) -> None:
    need = asking(1.02)
    indexed()
    client.force_login(owner)
    page = client.get(f"/needs/{need.pk}/candidates/").content.decode()
    assert "未达到" in page
    assert "−0.02 (−1.96 %)" in page
    found = client.get(f"/api/v1/needs/{need.pk}/candidates").json()["achievements"]
    [sunk] = [one for one in found if one["id"] == cooling.pk]
    [check] = sunk["evidence"]["checks"]
    assert (check["verdict"], check["margin"], check["share"]) == ("missed", -0.02, pytest.approx(-0.02 / 1.02))


def test_a_wish_that_is_missed_sinks_nothing(cooling: Achievement, asking: Make, indexed, owner: Person) -> None:
    indexed()
    wished, must = (
        next(one for one in candidates(asking(1.02, hard=hard), owner).achievements if one.row.pk == cooling.pk)
        for hard in (False, True)
    )
    [check] = wished.evidence["checks"]
    assert (check["verdict"], check["hard"]) == ("missed", False)
    assert [part for part in wished.evidence["parts"] if part["name"] == "figures"] == []
    assert wished.score == pytest.approx(2 * must.score, abs=1e-3)


def test_a_wish_that_is_met_lifts(cooling: Achievement, asking: Make, indexed, owner: Person) -> None:
    indexed()
    first = candidates(asking(1.15, hard=False), owner).achievements[0]
    assert first.row.pk == cooling.pk
    assert [part["value"] for part in first.evidence["parts"] if part["name"] == "figures"] == [0.12]


BENEFITS = [
    {"name": "年省电费", "unit": "CNY", "formula": "负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh"},
    {"name": "可供暖面积", "unit": "m**2", "formula": "热量[GJ] / 0.35 GJ * 1 m2"},
]


def test_candidates_say_what_would_be_saved(client, cooling: Achievement, make_need: Make, indexed, owner) -> None:
    cooling.benefits = BENEFITS
    cooling.save()
    need = make_need(
        title="数据中心冷却节能改造", problem="数据中心改造，需要冷却方案降低能耗。", targets=[PUE], fields=["I64"],
        current_state="机房负荷 2 MW，年均 PUE 1.5。",
    )  # fmt: skip
    indexed()
    client.force_login(owner)
    page = client.get(f"/needs/{need.pk}/candidates/").content.decode()
    assert "约 484 万元" in page
    assert "还缺 热量 (GJ)" in page
    [first, *_] = client.get(f"/api/v1/needs/{need.pk}/candidates").json()["achievements"]
    assert [(one["value"], one["missing"]) for one in first["evidence"]["benefits"]] == [
        (4_840_000.0, []),
        (None, [{"name": "热量", "unit": "GJ"}]),
    ]


def test_others_do_not_read_the_needs_hidden_figures_in_an_estimate(
    cooling: Achievement, make_need: Make, indexed, owner: Person
) -> None:
    """What an estimate is filled in with is what the one who looks may read of the need."""
    cooling.benefits = BENEFITS[:1]
    cooling.save()
    need = make_need(
        title="数据中心冷却节能改造", problem="数据中心改造，需要冷却方案。", targets=[], fields=["I64"],
        current_state="机房负荷 2 MW，年均 PUE 1.5。", levels={"current_state": int(Level.STAFF)},
    )  # fmt: skip
    indexed()
    found = find(need_query(need.at(Level.REGISTERED)), ("achievement",), owner, 5)
    [[estimate]] = [one.evidence["benefits"] for one in found if one.row.pk == cooling.pk]
    assert (estimate["value"], [one["name"] for one in estimate["missing"]]) == (None, ["负荷", "现状.PUE"])
