"""Numbers, times and texts as people read them, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from keqiao.kernel.visibility import Hidden, Level
from keqiao.web.templatetags import ui

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        (Decimal(3_000_000), "300 万元", "CNY 3 million"),
        (Decimal("1234567.00"), "123.46 万元", "CNY 1.23 million"),
        (Decimal(120_000_000), "1.2 亿元", "CNY 120 million"),
        (Decimal(10_000), "1 万元", "CNY 10,000"),
        (Decimal("9999.50"), "9,999.5 元", "CNY 9,999.5"),
        (Decimal(300_000), "30 万元", "CNY 300,000"),
        (0, "0 元", "CNY 0"),
        (35, "35 元", "CNY 35"),
    ],
)
def test_money_in_both_languages(amount: Any, chinese: str, english: str) -> None:
    assert ui.money(amount) == chinese
    with translation.override("en"):
        assert ui.money(amount) == english


@pytest.mark.parametrize("nothing", [None, "", Hidden(Level.NDA)])
def test_money_of_nothing_or_hidden_is_empty(nothing: object) -> None:
    assert ui.money(nothing) == ""


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(seconds=60), "1 分钟前"),
        (timedelta(minutes=59, seconds=59), "59 分钟前"),
        (timedelta(hours=1), "1 小时前"),
        (timedelta(hours=23, minutes=59), "23 小时前"),
        (timedelta(days=1), "1 天前"),
        (timedelta(days=7), "7 天前"),
        (timedelta(days=8), "11 月 15 日"),
    ],
)
@time_machine.travel(MONDAY, tick=False)
def test_since_says_age_as_people_do(age: timedelta, words: str) -> None:
    assert ui.since(timezone.now() - age) == words


def test_since_of_nothing_is_empty() -> None:
    assert ui.since(None) == ""


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (MONDAY + timedelta(days=3), "还剩 3 个工作日"),
        (MONDAY + timedelta(days=1), "还剩 1 个工作日"),
        (MONDAY + timedelta(hours=2), "还剩 2 小时"),
        (MONDAY + timedelta(minutes=5), "还剩 1 小时"),
        (MONDAY - timedelta(days=3), "已超时 1 个工作日"),
        (MONDAY - timedelta(minutes=30), "已超时 1 小时"),
    ],
)
@time_machine.travel(MONDAY, tick=False)
def test_workdays_left_counts_working_time(due: datetime, words: str, db: None) -> None:
    assert ui.workdays_left(due) == words


@time_machine.travel(MONDAY, tick=False)
def test_clock_tone_turns_amber_below_half_a_day_and_red_after(db: None) -> None:
    tones = [
        ui.clock_tone(SimpleNamespace(paused_at=None, due_at=MONDAY + timedelta(hours=hours), node=""))
        for hours in (24, 2, -1)
    ]
    assert tones == ["good", "warn", "bad"]


def test_clock_that_is_paused_says_so() -> None:
    run = SimpleNamespace(paused_at=MONDAY, due_at=MONDAY, node="")
    assert ui.clock_left(run) == "等待补充，时钟暂停"
    assert ui.clock_tone(run) == "good"


def figure(low: float | None, high: float | None, unit: str, **more: Any) -> dict[str, Any]:
    return {"name": "指标", "min": low, "max": high, "unit": unit, **more}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (figure(98, None, "%"), "≥ 98 %"),
        (figure(98.68, 98.68, "%"), "98.68 %"),
        (figure(None, 1.15, ""), "≤ 1.15"),
        (figure(-40, 85, "degC"), "−40–85 ℃"),
        (figure(None, 2.7, "g/cm**3"), "≤ 2.7 g/cm³"),
        (figure(20, None, "mW/(m*K)"), "≥ 20 mW/(m·K)"),
        (figure(5, 5, "mg*L**-1"), "5 mg·L⁻¹"),
        (figure(100_000, None, "count"), "≥ 100,000"),
        (figure(50, 50, "um", approx=True), "≈ 50 μm"),
        (figure(10, None, "year"), "≥ 10 年"),
        (figure(None, 3_000_000, "CNY"), "≤ 300 万元"),
        (figure(30, 50, "CNY"), "30 元–50 元"),
        (figure(None, None, "%"), ""),
    ],
)
def test_figure_text_is_an_interval_with_its_unit(given: dict[str, Any], text: str) -> None:
    assert ui.figure_text(given) == text
    assert ui.figure_line(given) == f"指标 {text}".strip()


def test_figure_text_takes_figures_of_the_engine_and_english_units() -> None:
    lasting = SimpleNamespace(name="life", min=8, max=None, unit="hour", approx=False)
    assert ui.figure_text(lasting) == "≥ 8 小时"
    with translation.override("en"):
        assert ui.figure_text(lasting) == "≥ 8 h"
        assert ui.figure_text(figure(None, 3_000_000, "CNY")) == "≤ CNY 3 million"


@pytest.mark.parametrize(("value", "text"), [(0.856, "86 %"), ("0.5", "50 %"), (0, "0 %"), (None, ""), ("", "")])
def test_percent_is_whole_and_empty_for_nothing(value: Any, text: str) -> None:
    assert ui.percent(value) == text


@pytest.mark.parametrize(("value", "whole", "share"), [(25, 100, 25.0), (7, 5, 100.0), (-1, 5, 0.0), (3, 0, 0.0)])
def test_share_of_stays_within_the_bar(value: float, whole: float, share: float) -> None:
    assert ui.share_of(value, whole) == share


def test_lowering_names_what_takes_away_and_by_how_much() -> None:
    parts = [{"name": "text", "value": 0.4}, {"name": "figures", "value": -0.124}, {"name": "learned", "value": -0.004}]
    assert ui.lowering(parts) == [{"label": "指标", "share": "−12 %"}]
    assert ui.lowering([]) == []


def test_stacked_puts_positive_parts_one_after_the_other() -> None:
    parts = [{"name": "text", "value": 0.5}, {"name": "figures", "value": -0.2}, {"name": "field", "value": 0.12}]
    assert ui.stacked(parts) == [
        {"x": 0.0, "width": 50.0, "tone": "text", "label": "文字", "share": "50 %"},
        {"x": 50.0, "width": 12.0, "tone": "field", "label": "领域", "share": "12 %"},
    ]
    assert ui.stacked([]) == []


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([(0, 3)], "<mark>吸光率</mark>98%以上"),
        ([(3, 6), (0, 3)], "<mark>吸光率</mark><mark>98%</mark>以上"),
        ([(0, 4), (2, 6)], "<mark>吸光率9</mark><mark>8%</mark>以上"),
        ([(0, 6), (1, 2)], "<mark>吸光率98%</mark>以上"),
        ([], "吸光率98%以上"),
    ],
)
def test_highlight_marks_spans_in_order(spans: list[tuple[int, int]], marked: str) -> None:
    assert ui.highlight("吸光率98%以上", spans) == marked


def test_highlight_escapes_the_text() -> None:
    assert ui.highlight("<b>&", [(0, 3)]) == "<mark>&lt;b&gt;</mark>&amp;"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("吸光率达到 98 % 以上", "吸光率达到 98~% 以上"),
        ("厚度 ≤ 3 μm 的涂层", "厚度 ≤~3~μm 的涂层"),
        ("3 个月内、300 万元", "3~个月内、300~万元"),
        ("−40–85 ℃ 冲击", "−40–85~℃ 冲击"),
        ("第 2 轮 和 其他", "第 2 轮 和 其他"),
        ("", ""),
    ],
)
def test_number_and_unit_stay_together(text: str, shown: str) -> None:
    assert ui.together(text) == shown.replace("~", "\N{NO-BREAK SPACE}")


def test_highlight_finds_its_places_in_a_text_held_together() -> None:
    assert ui.highlight("≥ 98 % 吸光率", [(2, 6), (7, 10)]) == "≥\xa0<mark>98\xa0%</mark> <mark>吸光率</mark>"


def test_title_in_language_falls_back_to_the_other() -> None:
    both = SimpleNamespace(title="消光涂层", title_en="Extinction coating")
    only_english = SimpleNamespace(title="", title_en="Extinction coating")
    assert (ui.title_in_language(both), ui.title_in_language(only_english)) == ("消光涂层", "Extinction coating")
    with translation.override("en"):
        assert ui.title_in_language(both) == "Extinction coating"
        assert ui.title_in_language(SimpleNamespace(title="消光涂层", title_en="")) == "消光涂层"


class Kinds(forms.Form):
    text = forms.CharField(label="名称")
    tick = forms.BooleanField()
    one = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    file = forms.FileField()


def test_widgets_are_told_apart() -> None:
    kinds = {field.name: (ui.is_check(field), ui.is_group(field), ui.is_file(field)) for field in Kinds()}
    assert kinds == {
        "text": (False, False, False),
        "tick": (True, False, False),
        "one": (False, True, False),
        "many": (False, True, False),
        "file": (False, False, True),
    }


@pytest.mark.parametrize(
    ("labels", "layout"),
    [
        (["技术", "人才", "资金", "场地"], ""),
        (["我有科研成果，想找企业用起来", "先看看"], "choices-lines"),
        (["A", "B", "C", "D", "E"], "choices-many"),
    ],
)
def test_long_options_stand_on_lines_of_their_own(labels: list[str], layout: str) -> None:
    class Group(forms.Form):
        one = forms.ChoiceField(choices=[(label, label) for label in labels], widget=forms.RadioSelect)

    assert ui.layout_of_choices(Group()["one"]) == layout


def test_label_of_names_the_field_or_the_whole() -> None:
    assert ui.label_of(Kinds(), "text") == "名称"
    assert ui.label_of(Kinds(), "__all__") == "内容"
    assert ui.label_of(None, "other") == "other"


def test_without_create_leaves_verbs_of_an_existing_row() -> None:
    verbs = [SimpleNamespace(name="create"), SimpleNamespace(name="edit")]
    assert [verb.name for verb in ui.without_create(verbs)] == ["edit"]
    assert ui.without_create(None) == []


def test_new_key_is_new_each_time() -> None:
    page = Template("{% load ui %}{% new_key %} {% new_key %}").render(Context())
    first, second = page.split()
    assert first != second
    assert len(first) == 32
