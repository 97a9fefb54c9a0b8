from __future__ import annotations

import pytest

from keqiao.engine.specs import Figure, compare, figures
from keqiao.engine.specs.checking import likeness


def checked(target: str, offered: str) -> tuple[str, float | None]:
    [wanted] = figures(target)
    check = compare(wanted, figures(offered))
    return check.verdict, check.gap


@pytest.mark.parametrize(
    ("target", "offered", "verdict", "gap"),
    [
        ("吸光率≥98%", "吸光率98.68%", "met", 0.0),
        ("吸光率≥98%", "吸光率98%", "met", 0.0),
        ("吸光率≥98%", "吸光率97.5%", "missed", 0.5),
        ("吸光率≥98%", "吸光率在95%以下", "missed", 3.0),
        ("吸光率≥98%", "吸光率在99%以下", "unknown", None),
        ("吸光率≥98%", "吸光率90%以上", "unknown", None),
        ("吸光率≥98%", "吸光率95%~99%", "missed", 3.0),
        ("吸光率≥98%", "absorptance of 98.7 %", "met", 0.0),
        ("吸光率≥98%", "吸收率0.985", "met", 0.0),
        ("PUE≤1.15", "PUE 1.04", "met", 0.0),
        ("PUE≤1.15", "电能利用效率1.2", "missed", 0.05),
        ("厚度≤50μm", "涂层厚度0.04mm", "met", 0.0),
        ("厚度≤50μm", "涂层厚度0.06mm", "missed", 10.0),
        ("工作温度-40℃~85℃", "工作温度-50℃~100℃", "met", 0.0),
        ("工作温度-40℃~85℃", "工作温度-20℃~60℃", "missed", 25.0),
        ("粒径10-20nm", "粒径15nm", "met", 0.0),
        ("粒径10-20nm", "粒径12-18nm", "met", 0.0),
        ("粒径10-20nm", "粒径25nm", "missed", 5.0),
        ("粒径10-20nm", "粒径5nm", "missed", 5.0),
        ("抗拉强度500MPa", "抗拉强度520MPa", "met", 0.0),
        ("抗拉强度500MPa", "抗拉强度0.45GPa", "missed", 50.0),
        ("误差1%", "误差0.5%", "met", 0.0),
        ("预算300万元", "预算280万元", "met", 0.0),
        ("预算300万元", "预算350万元", "missed", 500000.0),
        ("沸点50℃", "沸点51℃", "met", 0.0),
        ("沸点50℃", "沸点60℃", "missed", 7.5),
        ("重量约2kg", "重量2.05kg", "met", 0.0),
        ("吸光率≥98%", "密度1.2g/cm3", "unknown", None),
        ("吸光率≥98%", "没有数字", "unknown", None),
        ("寿命≥10年", "寿命120个月", "met", 0.0),
    ],
)
def test_target_against_offer(target: str, offered: str, verdict: str, gap: float | None) -> None:
    assert checked(target, offered) == (verdict, None if gap is None else pytest.approx(gap))


@pytest.mark.parametrize(
    ("target", "offered", "margin", "share"),
    [
        ("PUE≤1.15", "PUE 1.04", 0.11, 0.11 / 1.15),
        ("PUE≤1.02", "PUE 1.04", -0.02, -0.02 / 1.02),
        ("吸光率≥98%", "吸光率98.68%", 0.68, 0.68 / 98),
        ("吸光率≥98%", "吸光率98%", 0.0, 0.0),
        ("厚度≤50μm", "涂层厚度0.04mm", 10.0, 0.2),
        ("抗拉强度≥500MPa", "抗拉强度0.45GPa", -50.0, -0.1),
        ("固化温度≤120℃", "固化温度80℃", 40.0, None),
        ("时延≤0ms", "时延2ms", -2.0, None),
        ("工作温度-40℃~85℃", "工作温度-50℃~100℃", 10.0, None),
        ("工作温度-40℃~85℃", "工作温度-20℃~60℃", -25.0, None),
        ("粒径10-20nm", "粒径12-18nm", 2.0, 0.2),
        ("粒径10-20nm", "粒径25nm", -5.0, -0.25),
        ("粒径10-20nm", "粒径5nm", -5.0, -0.5),
        ("吸光率≥98%", "吸光率在99%以下", None, None),
        ("吸光率≥98%", "没有数字", None, None),
    ],
)
def test_margin_says_by_how_much(target: str, offered: str, margin: float | None, share: float | None) -> None:
    [wanted] = figures(target)
    check = compare(wanted, figures(offered))
    assert check.margin == (None if margin is None else pytest.approx(margin))
    assert check.share == (None if share is None else pytest.approx(share))
    assert check.gap == (0.0 if check.verdict == "met" else None if margin is None else pytest.approx(-margin))


@pytest.mark.parametrize(
    ("target", "offered", "verdict"),
    [
        ("定位精度优于0.1mm", "定位精度±0.05mm", "met"),
        ("定位精度0.1mm", "定位精度0.05mm", "met"),
        ("识别精度优于95%", "识别精度97%", "met"),
        ("测量精度优于0.1%", "测量精度0.2%", "missed"),
        ("分辨率优于20位", "分辨率23bit", "met"),
    ],
)
def test_accuracy_and_resolution_go_both_ways(target: str, offered: str, verdict: str) -> None:
    assert checked(target, offered)[0] == verdict


def test_check_names_what_it_was_checked_against() -> None:
    [target] = figures("吸光率≥98%")
    other, same = figures("密度1.2g/cm3，吸光率98.68%")
    check = compare(target, [other, same])
    assert (check.target, check.offered) == (target, same)


def test_best_of_equally_named_figures_counts() -> None:
    [target] = figures("吸光率≥98%")
    assert compare(target, figures("吸光率95%；吸光率99%")).verdict == "met"


def test_name_that_is_more_alike_counts_before_a_better_value() -> None:
    [target] = figures("屈服强度≥500MPa")
    check = compare(target, figures("抗拉强度600MPa，屈服强度450MPa"))
    assert (check.verdict, check.gap) == ("missed", 50.0)


def test_another_dimension_is_not_compared() -> None:
    target = Figure("强度", 500, None, "MPa")
    assert compare(target, [Figure("强度", 600, 600, "kg")]).offered is None


def test_target_without_a_name_is_unknown() -> None:
    assert compare(Figure("", 1, None, "kg"), [Figure("", 2, 2, "kg")]).verdict == "unknown"


def test_open_target_is_unknown() -> None:
    assert compare(Figure("重量", None, None, "kg"), [Figure("重量", 2, 2, "kg")]).verdict == "unknown"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("吸光率", "吸光率", 1.0),
        ("吸光率", "吸收率", 1.0),
        ("PUE", "电能利用效率", 1.0),
        ("导热系数", "Thermal Conductivity", 1.0),
        ("吸光率", "", 0.0),
        ("密度", "吸光率", 0.0),
    ],
)
def test_likeness_of_names(one: str, other: str, alike: float) -> None:
    assert likeness(one, other) == likeness(other, one) == alike


def test_qualified_name_is_like_its_head_and_qualifiers_differ() -> None:
    assert 0.8 < likeness("涂层吸光率", "吸光率") < 1.0
    assert likeness("屈服强度", "抗拉强度") < 0.6
    assert likeness("工作温度", "储存温度") < 0.6
