"""Sample rounds: values as people type them, judged against the targets of the contract; wrong ones are named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from keqiao.kernel import clocks
from keqiao.kernel.access import Invalid, NotNow
from keqiao.kernel.models import Entry, File
from keqiao.projects import measure
from keqiao.projects.charts import charts_of
from keqiao.projects.models import Project
from tests.stages import ABSORPTION, pdf, today

SHOCK = {"name": "工作温度", "min": -40, "max": 85, "unit": "degC"}
LOOKS = {"name": "外观", "min": None, "max": None, "unit": ""}
COST = {"name": "单件成本", "min": None, "max": 120, "unit": "CNY"}


@pytest.fixture
def running(project: Project, steps: Any) -> Project:
    type(project.need).objects.update(targets=[ABSORPTION, SHOCK, LOOKS])
    return steps.running(project)


@pytest.fixture
def testing(running: Project, steps: Any) -> Project:
    steps.sample(running)
    running.refresh_from_db()
    return running


def enter(steps: Any, project: Project, files: Any = None, **data: Any) -> None:
    steps.on(project, "measure", steps.asker, files, **({"received_on": today(), "measured_on": today()} | data))


@pytest.mark.parametrize(
    ("text", "unit", "ends"),
    [
        ("98.68", "%", (98.68, 98.68)),
        ("９８.６８ ％", "%", (98.68, 98.68)),
        ("98.68%", "%", (98.68, 98.68)),
        ("-55~120 ℃", "degC", (-55, 120)),
        ("−55至120", "degC", (-55, 120)),
        ("1,200", "", (1200, 1200)),
        ("1.5e3", "", (1500, 1500)),
        (".5", "", (0.5, 0.5)),
        ("120元", "CNY", (120, 120)),
    ],
)
def test_value_is_read_as_people_write_it(text: str, unit: str, ends: tuple[float, float]):
    assert measure.parse_value(text, unit) == ends


@pytest.mark.parametrize(
    "text", ["九十八", "98.68 MPa", "NaN", "inf", "1e99", "98.6.8", "120~-55", "", "1;2", "😀", "9" * 40]
)
def test_value_that_is_no_number_is_refused(text: str):
    with pytest.raises(measure.NotANumber):
        measure.parse_value(text, "%")


@given(st.decimals(min_value=0, max_value=100, places=3))
def test_value_meets_the_target_exactly_from_its_limit_on(value: Any):
    judged = measure.judge(ABSORPTION, measure.parse_value(str(value), "%"))
    assert judged["verdict"] == ("met" if value >= 98 else "missed")
    assert judged["low"] == float(value)


@pytest.mark.parametrize(
    ("target", "value", "verdict", "gap"),
    [
        (ABSORPTION, (98.0, 98.0), "met", 0.0),
        (ABSORPTION, (97.99, 97.99), "missed", 0.01),
        (COST, (120.0, 120.0), "met", 0.0),
        (COST, (130.5, 130.5), "missed", 10.5),
        (SHOCK, (-55.0, 120.0), "met", 0.0),
        (SHOCK, (-20.0, 120.0), "missed", 20.0),
        (ABSORPTION, None, "unknown", None),
    ],
)
def test_verdict_and_gap(target: Any, value: Any, verdict: str, gap: float | None):
    judged = measure.judge(target, value)
    assert (judged["verdict"], judged["gap"]) == (verdict, gap)


@pytest.mark.django_db
def test_round_keeps_values_report_and_verdicts(testing: Project, steps: Any):
    enter(steps, testing, {"report": pdf("一轮.pdf")}, value_1="97.2", value_2="-45~90", note="八至十四微米")
    found = testing.rounds[0]
    assert [(item["name"], item["shown"], item["verdict"]) for item in found["values"]] == [
        ("吸光率", "97.2 %", "missed"),
        ("工作温度", "-45~90 ℃", "met"),
    ]
    assert (found["all_met"], found["note"], found["report"]) == (False, "八至十四微米", File.objects.get().pk)


@pytest.mark.django_db
def test_value_that_was_not_measured_stays_open(testing: Project, steps: Any):
    enter(steps, testing, value_1="98.68")
    found = testing.rounds[0]
    assert ([item["verdict"] for item in found["values"]], found["all_met"]) == (["met", "unknown"], False)


@pytest.mark.django_db
@pytest.mark.parametrize("values", [[98.68, None], [98.68], {"吸光率": "98.68"}])
def test_values_may_come_as_one_list_or_object(testing: Project, steps: Any, values: Any):
    """The API sends them so."""
    enter(steps, testing, values=values)
    assert [item["low"] for item in testing.rounds[0]["values"]] == [98.68, None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"value_1": "高"}, "value_1", "“吸光率 ≥ 98 %”请填写数字"),
        ({"value_1": "98 MPa"}, "value_1", "单位与指标相同"),
        ({}, "__all__", "至少填写一个"),
        ({"values": [1, 2, 3]}, "values", "测量值比指标多"),
        ({"values": {"硬度": 3}}, "values", "没有这个指标：硬度"),
        ({"values": "{"}, "values", "JSON"),
        ({"value_1": "98", "measured_on": "2999-01-01"}, "measured_on", "不能晚于今天"),
        ({"value_1": "98", "received_on": "2001-01-01", "measured_on": today()}, "received_on", "不能早于送样日期"),
        ({"value_1": "98", "received_on": ""}, "received_on", "必填"),
    ],
)
def test_wrong_measurement_is_named_and_nothing_is_written(
    testing: Project, steps: Any, data: Any, field: str, words: str
):
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as raised:
        enter(steps, testing, **data)
    assert field in raised.value.errors
    assert words in raised.value.errors[field][0]
    testing.refresh_from_db()
    assert (testing.state, testing.rounds[0]["values"], Entry.objects.count()) == ("testing", [], entries)


@pytest.mark.django_db
def test_measuring_before_receiving_is_refused(testing: Project, steps: Any):
    testing.round_rows.update(sent_on=timezone.localdate() - timedelta(days=9))
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    with pytest.raises(Invalid) as raised:
        enter(steps, testing, value_1="98", measured_on=yesterday)
    assert list(raised.value.errors) == ["measured_on"]


@pytest.mark.django_db
def test_next_sample_waits_for_the_answer(testing: Project, steps: Any):
    with pytest.raises(NotNow):
        steps.sample(testing)
    assert testing.round_rows.count() == 1


@pytest.mark.django_db
def test_clock_of_the_answer_runs_from_sample_to_measurement(running: Project, steps: Any):
    assert [run.name for run in clocks.running(running)] == ["first_sample"]
    steps.sample(running)
    assert [run.name for run in clocks.running(running)] == ["sample_answer"]
    enter(steps, running, value_1="98.68")
    assert not clocks.running(running).exists()


@pytest.mark.django_db
def test_project_without_figures_needs_no_sample(project: Project, steps: Any):
    type(project.need).objects.update(targets=[])
    steps.running(project)
    with pytest.raises(Invalid) as raised:
        steps.sample(project)
    assert list(raised.value.errors) == ["targets"]
    assert project.next_step["verb"] == "deliver"


def rounds(*values: float | None) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "measured_on": "2026-01-01",
            "values": [measure.judge(ABSORPTION, None if value is None else (value, value))],
        }
        for number, value in enumerate(values, start=1)
    ]


def test_chart_shows_rounds_and_the_target_as_a_band():
    chart = charts_of([ABSORPTION], rounds(93.1, 97.2, 98.68))[0]
    axis, line = chart["options"]["yAxis"], chart["options"]["series"][0]
    assert [point["value"] for point in line["data"]] == [93.1, 97.2, 98.68]
    assert [point["itemStyle"]["color"] for point in line["data"]] == ["var(--bad)", "var(--bad)", "var(--good)"]
    assert (axis["min"], axis["max"], axis["interval"]) == (90, 100, 2)
    assert line["markArea"]["data"] == [[{"yAxis": 98}, {"yAxis": 100}]]
    assert chart["title"] == "吸光率 ≥ 98 %"


def test_chart_leaves_a_hole_where_nothing_was_measured():
    chart = charts_of([ABSORPTION], rounds(93.1, None))[0]
    assert chart["options"]["series"][0]["data"][1] is None


def test_chart_of_a_single_round_has_a_band_too():
    options = charts_of([COST], [{"number": 1, "measured_on": "x", "values": [measure.judge(COST, (120.0, 120.0))]}])
    assert options[0]["options"]["series"][0]["markArea"]["data"][0][1] == {"yAxis": 120}
    assert options[0]["options"]["yAxis"]["min"] < 120 < options[0]["options"]["yAxis"]["max"]


def test_measured_range_is_shown_in_the_table_alone():
    found = charts_of([SHOCK], [{"number": 1, "measured_on": "x", "values": [measure.judge(SHOCK, (-45.0, 90.0))]}])
    assert (found[0]["options"], found[0]["points"][0][1]["shown"]) == (None, "-45~90 ℃")
