"""What fits a need, and why."""

from __future__ import annotations

from keqiao.matching.queries import candidates
from tests.matching.conftest import Make


def checks(found) -> list[tuple[str, float, float, str]]:
    return [
        (check["target"]["name"], check["target"]["min"], (check["offered"] or {}).get("min"), check["verdict"])
        for check in found.evidence["checks"]
    ]


def test_extinction_coating_meets_its_target(make_need: Make, make_achievement: Make, market, indexed, owner) -> None:
    need = make_need()
    fits = make_achievement()
    falls_short = make_achievement(
        title="常规黑色消光涂层喷涂",
        summary="红外探测器用消光涂层，吸光率 95%，工艺成熟，已量产。",
        specifications=[{"name": "吸光率", "min": 95, "max": 95, "unit": "%"}],
    )
    indexed()
    found = candidates(need, owner).achievements
    assert [one.row.pk for one in found[:2]] == [fits.pk, falls_short.pk]
    assert checks(found[0]) == [("吸光率", 98, 98.68, "met")]
    assert checks(found[1]) == [("吸光率", 98, 95, "missed")]
    assert (found[1].evidence["checks"][0]["gap"], found[1].evidence["checks"][0]["gap_text"]) == (3.0, "Δ 3 %")
    assert ("消光涂层", True) in found[0].evidence["title"]
    assert found[0].evidence["field"] == {"query": "C39", "document": "C39", "kind": "same"}
