"""Form fields: what people type is understood, what cannot be is said with the remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.exchange.fields import (
    DeadlineField,
    FieldCodesField,
    FiguresField,
    LevelsField,
    RegionField,
    TextField,
    in_zone,
)


def refusal(field: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return "；".join(caught.value.messages)


def test_figures_one_a_line() -> None:
    assert FiguresField().clean("吸光率 ≥ 98 %\n\n2、厚度 １０±0.5 μm（期望）\r\n") == [
        {"name": "吸光率", "min": 98, "max": None, "unit": "%", "approx": False, "text": "吸光率 ≥ 98 %", "hard": True},
        {"name": "厚度", "min": 9.5, "max": 10.5, "unit": "um", "approx": False,
         "text": "厚度 １０±0.5 μm（期望）", "hard": False},
    ]  # fmt: skip


def test_a_line_without_a_figure_is_named_with_the_remedy() -> None:
    message = refusal(FiguresField(), "吸光率 ≥ 98 %\n外观好看")
    assert (
        message == "看不懂“外观好看”。请写“名称 比较符号 数值 单位”，例如“吸光率 ≥ 98 %”；不能测量的要求写进问题描述。"
    )


def test_figures_as_objects_and_lines_from_the_api() -> None:
    given_objects = [{"name": "吸光率", "min": 98, "unit": "%"}, "PUE ≤ 1.15", {"text": "寿命 ≥ 10 年"}]
    found = FiguresField().clean(given_objects)
    assert [(f["name"], f["min"], f["max"], f["unit"]) for f in found] == [
        ("吸光率", 98, None, "%"),
        ("PUE", None, 1.15, ""),
        ("寿命", 10, None, "year"),
    ]


@pytest.mark.parametrize(
    "item",
    [{"name": "x"}, {"min": 1}, {"name": "x", "min": "1"}, {"name": "x", "min": 3, "max": 1},
     {"name": "x", "min": True},
     {"name": "长" * 61, "min": 1}, {}],
)  # fmt: skip
def test_figures_as_bad_objects_are_refused(item: dict[str, Any]) -> None:
    assert refusal(FiguresField(), [item])


def test_too_many_figures_are_refused() -> None:
    assert "最多填写 60 个指标" in refusal(FiguresField(), "\n".join(f"强度 ≥ {n} MPa" for n in range(100)))


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_for_figures_is_read_or_refused(text: str) -> None:
    try:
        found = FiguresField().clean(text)
    except ValidationError:
        return
    again = FiguresField().clean(FiguresField().prepare_value(found))
    assert [f["name"] for f in again] == [f["name"] for f in found]


def test_fields_by_code_by_name_and_unknown() -> None:
    assert FieldCodesField().clean(["C39", "3976", "涂料制造", "C39"]) == ["C39", "C3976", "C2641"]
    assert FieldCodesField().clean("1.2，3985") == ["X1.2", "C3985"]
    assert FieldCodesField().clean(["Lithium-ion battery manufacture", "Coating manufacture"]) == ["C3841", "C2641"]
    assert FieldCodesField().clean("酒、饮料和精制茶制造业") == ["C15"]
    assert "没有“炼丹”这个技术领域" in refusal(FieldCodesField(), ["炼丹"])
    assert "最多选择 5 个" in refusal(FieldCodesField(), ["A", "B", "C", "D", "E", "F"])


def test_region_by_name_and_unknown() -> None:
    assert RegionField().clean("湖北省武汉市") == "4201"
    assert "没有找到地区“火星”" in refusal(RegionField(), "火星")


def test_text_says_how_long_it_is_and_may_be() -> None:
    message = refusal(TextField(max_length=8000), "长" * (10 * 2**20))
    assert message == "最多 8000 字，现在有 10485760 字。请删减，细节可以放在附件里。"


def test_text_keeps_emoji_and_makes_line_ends_plain() -> None:
    assert TextField(max_length=20).clean("好👍🏽\r\n行\r") == "好👍🏽\n行"


def test_text_with_half_a_character_is_refused() -> None:
    assert refusal(TextField(max_length=20), "a\ud800b") == "含有无法保存的字符，请删去后重试。"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("2099-03-31", "2099-03-31 23:59:59"), ("2099年3月1日", "2099-03-01 23:59:59"),
     ("2099-03-31T17:00", "2099-03-31 17:00:00"),
     ("２０９９/3/1 08:30", "2099-03-01 08:30:00")],
)  # fmt: skip
def test_deadline_as_people_write_it(typed: str, shown: str) -> None:
    assert str(DeadlineField().clean(typed)) == shown


@pytest.mark.parametrize("typed", ["明天", "2099-13-01", "2099-02-30", "31/03/2099", "20990331x"])
def test_deadline_that_is_no_date_is_refused(typed: str) -> None:
    assert "看不懂这个时间" in refusal(DeadlineField(), typed)


def test_deadline_is_in_its_own_time_zone_and_in_the_future() -> None:
    moment = DeadlineField().clean("2030-03-31 17:00")
    assert moment is not None
    assert in_zone(moment, "Europe/London").isoformat() == "2030-03-31T17:00:00+01:00"
    with pytest.raises(ValidationError, match="已经过去"):
        in_zone(timezone.now() - timedelta(seconds=1), "Asia/Shanghai")
    with pytest.raises(ValidationError, match="太远"):
        in_zone(timezone.now() + timedelta(days=4000), "Asia/Shanghai")


def test_levels_by_name_and_number_and_only_where_there_is_a_choice() -> None:
    field = LevelsField({"problem": "问题", "organisation": "单位"})
    assert field.clean({"problem": "registered", "organisation": 2}) == {"problem": 1, "organisation": 2}
    assert field.clean({"problem": ""}) == {}
    assert "不能选择保密级别" in refusal(field, {"title": "nda"})
    assert "没有“top”这个保密级别" in refusal(field, {"problem": "top"})
