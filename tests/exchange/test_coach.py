"""The need coach: pasted texts become cards, and what is missing is said. Texts are made up."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.exchange import coach
from keqiao.exchange.cards import NeedForm
from keqiao.exchange.coach import words as coach_words
from keqiao.exchange.enums import CooperationMode, NeedKind
from keqiao.parties import taxonomy

TODAY = date(2026, 11, 24)

COATING = (
    "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求。"
    "希望吸光率达到 98% 以上，能耐 -40~85℃ 冲击，单件成本降低三成。"
)
TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "coating": (
        COATING,
        {"kind": "technology", "title": "消光涂层吸光率达到 98% 以上", "names": ["吸光率", "能耐", "单件成本降低"],
         "fields": ["X1.2", "C3983", "X3.3"], "current": "外购消光涂层吸光率多在 95% 以下",
         "missing": ["problem", "budget_maximum", "deadline", "cooperation_modes", "region"]},
    ),
    "powder": (
        "湖北某食品企业，粉体食品防结剂成本高。需要一种替代方案，添加量≤1%，预算50-100万元，3个月内完成小试，合作开发。",
        {"kind": "technology", "names": ["添加量"], "budget": (500_000, 1_000_000), "deadline": "2027-02-24",
         "region": "42",
         "modes": ["development"], "missing": ["current_state", "problem"]},
    ),
    "engineer": (
        "武汉的一家智能驾驶公司诚聘车载嵌入式软件工程师2名，年薪40-60万，博士优先。",
        {"kind": "talent", "region": "4201", "names": []},
    ),
    "round": (
        "公司完成天使轮后计划A轮融资3000万元，出让股权10%，用于扩建产线。",
        {"kind": "finance", "budget": (None, 30_000_000)},
    ),
    "workshop": (
        "我司需租赁厂房5000平方米，层高不低于8米，位于宜昌市，2027年3月31日前入驻。",
        {"kind": "site", "region": "4205", "deadline": "2027-03-31", "names": ["租赁厂房", "层高"]},
    ),
    "cooling": (
        "A data centre operator needs immersion cooling with PUE at most 1.15 within 12 months. Currently PUE is 1.4.",
        {"kind": "technology", "language": "en", "names": ["PUE"], "fields": ["X1.4", "I655"], "deadline": "2027-11-24",
         "current": "Currently PUE is 1.4"},
    ),
    "heading": (
        "低温锂电池电解液\n技术指标：\n1、循环寿命≥2000次；\n2、内阻≤20毫欧。\n年用量约20吨，经费80万元。",
        {"kind": "technology", "title": "低温锂电池电解液", "names": ["循环寿命", "内阻"], "budget": (None, 800_000),
         "fields": ["X5.2", "C3841"]},
    ),
    "gear": (
        "目前进口减速器回差3角分，价格高。拟委托开发国产减速器，要求回差≤1角分，额定寿命不低于6000小时，投入200万元。",
        {"kind": "technology", "names": ["回差", "额定寿命"], "budget": (None, 2_000_000), "modes": ["development"]},
    ),
    "wastewater": (
        "印染废水COD现在只能降到120mg/L，需要降到50mg/L以下，处理成本不超过3元/吨。地处广东省佛山市。",
        {"kind": "technology", "region": "4406", "fields": ["X7.2", "D462"]},
    ),
    "lab": (
        "想与高校共建实验室，研究钙钛矿组件封装，使用寿命达到25年，先用后付也可以谈。",
        {"modes": ["joint_laboratory", "try_first"], "names": ["使用寿命"]},
    ),
    "deadline_year_end": ("明年底前找到可以买断的配方，预算一百五十万元。",
                          {"deadline": "2027-12-31", "modes": ["transfer"]}),
    "half_year": ("半年内给出检测方案。", {"deadline": "2027-05-24"}),
    "past": ("2020年3月1日前完成。", {"deadline": ""}),
    "university": ("与武汉大学合作过，仍未解决焊缝气孔问题，希望气孔率≤0.5%。", {"region": "", "names": ["气孔率"]}),
    "short": ("求助", {"title": "求助", "missing_first": "problem"}),
    "emoji": ("需要一种🔥耐火涂料，耐温≥１２００℃👍", {"names": ["耐温"], "kind": "technology"}),
    "loan": ("流动资金紧张，需要银行贷款500万元，期限一年。", {"kind": "finance", "budget": (None, 5_000_000)}),
    "licence": ("Seeking a licence for a hydrogen storage alloy with capacity at least 2.5 %.",
                {"modes": ["licence"], "language": "en"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_what_the_coach_reads(name: str) -> None:
    text, expected = TEXTS[name]
    card = coach.read(text, TODAY)
    seen = {
        "kind": card.kind,
        "title": card.title,
        "names": [target["name"] for target in card.targets],
        "fields": card.fields,
        "region": card.region,
        "deadline": card.deadline,
        "modes": card.cooperation_modes,
        "budget": (card.budget_minimum, card.budget_maximum),
        "language": card.source_language,
        "missing": [one.field for one in card.missing],
        "missing_first": card.missing[0].field if card.missing else "",
        "current": card.current_state if card.current_state == expected.get("current") else card.current_state[:17],
    }
    wanted = dict(expected)
    if "current" in wanted:
        assert wanted.pop("current") in card.current_state
    assert {key: seen[key] for key in wanted} == wanted


MESSY = [json.loads(line) for line in (Path(__file__).parent / "coach_texts.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("expected", MESSY, ids=lambda expected: expected["name"])
def test_what_the_coach_reads_from_texts_as_people_paste_them(expected: dict[str, Any]) -> None:
    """Lists, forms, chat, HTML, emoji, no punctuation, two languages: every part of the card."""
    card = coach.read(expected["text"], TODAY)
    plain = ("title", "current_state", "kind", "fields", "region", "deadline", "cooperation_modes", "source_language")
    seen = {name: getattr(card, name) for name in plain} | {
        "targets": [[target[key] for key in ("name", "min", "max", "unit")] for target in card.targets],
        "budget": [card.budget_minimum, card.budget_maximum],
        "missing": [one.field for one in card.missing],
    }
    wanted = {key: value for key, value in expected.items() if key not in {"name", "text"}}
    assert {key: seen[key] for key in wanted} == wanted


def test_markup_is_shown_as_what_a_person_saw() -> None:
    card = coach.read(
        "<style>p{}</style><p>现状&nbsp;A</p><ul><li>强度 &ge; 5&nbsp;MPa</li></ul><script>x()</script>", TODAY
    )
    assert card.problem == "现状 A\n强度 ≥ 5 MPa"
    assert [target["min"] for target in card.targets] == [5]


@pytest.mark.parametrize("text", ["温度<80℃且>20℃", "a<b", "x < y > z", "吸光率 > 98 %，厚度 <br", "1 <2> 3"])
def test_signs_are_no_markup(text: str) -> None:
    assert coach.read(text, TODAY).problem == text


@pytest.mark.parametrize(
    ("said", "day"),
    [("明年6月底前", "2027-06-30"), ("2027年3月前交付", "2027-03-31"), ("12月底前", "2026-12-31"),
     ("3月前", "2027-03-31"),
     ("年内完成", "2026-12-31"), ("年底前", "2026-12-31"), ("后年年底", "2028-12-31"), ("期限：6个月", "2027-05-24"),
     ("工期不超过八个月", "2027-07-24"), ("十八个月内", "2028-05-24"),
     ("二十四个月内", "2028-11-24"), ("within 2 years", "2028-11-24"),
     ("by 2027/9/30", "2027-09-30"),
     ("２０２７年３月１日前", "2027-03-01"), ("两年内", "2028-11-24"), ("2027年2月30日前", ""), ("今年3月底前", "")],
)  # fmt: skip
def test_deadline_as_people_say_it(said: str, day: str) -> None:
    assert coach.read(f"需要一种涂层，{said}", TODAY).deadline == day


@pytest.mark.parametrize(
    ("said", "region"),
    [("公司在苏州，与武汉大学合作", "3205"), ("与清华大学深圳研究院合作，位于湖北宜昌", "4205"),
     ("based in Wuhan, Hubei", "4201"),
     ("样品寄往上海，我们在襄阳", "4206"), ("中南路", ""), ("a xian of steel", "")],
)  # fmt: skip
def test_region_is_where_the_need_says_it_is(said: str, region: str) -> None:
    assert coach.read(said, TODAY).region == region


def test_amounts_in_another_currency_are_no_budget() -> None:
    for said in ("预算新台币300万元", "预算 50 万美元", "budget USD 500,000"):
        assert coach.read(f"需要一种涂层，{said}", TODAY).budget_maximum is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("诚聘工程师一名", ["待遇", "时间"]),
        ("A轮融资，出让股权", ["金额", "时间"]),
        ("寻找厂房，承重2吨", ["租金", "时间"]),
    ],
)
def test_questions_fit_the_kind_of_need(text: str, words: list[str]) -> None:
    questions = {one.field: str(one.question) for one in coach.read(text, TODAY).missing}
    assert [questions[name].partition("：")[0] for name in ("budget_maximum", "deadline")] == words


def test_a_hundred_kilobytes_are_read_like_their_beginning() -> None:
    text = "目前吸光率 95%。希望吸光率达到 98% 以上，" + "补充说明；" * 20_000
    assert len(text.encode()) > 100_000
    card = coach.read(text, TODAY)
    assert (len(card.problem), [target["min"] for target in card.targets]) == (coach.MOST_TEXT, [98])
    assert card.current_state == "目前吸光率 95%"


def test_the_figure_of_now_is_no_target() -> None:
    card = coach.read(COATING, TODAY)
    absorption = [target for target in card.targets if target["name"] == "吸光率"]
    assert [(target["min"], target["max"], target["unit"]) for target in absorption] == [(98, None, "%")]


def test_the_card_fills_the_form_and_the_form_reads_it_back() -> None:
    card = coach.read(COATING + "预算 80 万元，半年内完成，位于武汉市。", TODAY)
    form = NeedForm(initial=card.as_initial(), row=None, actor=None)
    shown = {name: form[name].value() for name in NeedForm.base_fields}
    again = NeedForm({name: value for name, value in shown.items() if value is not None}, row=None, actor=None)
    assert again.is_valid(), again.errors
    assert again.cleaned_data["budget_maximum"] == 800_000
    assert again.cleaned_data["region"] == "4201"
    assert [t["name"] for t in again.cleaned_data["targets"]] == [t["name"] for t in card.targets]


def test_english_text_goes_into_the_english_fields() -> None:
    initial = coach.read(TEXTS["cooling"][0], TODAY).as_initial()
    assert initial["title"] == initial["problem"] == ""
    assert initial["title_en"] == "Immersion cooling with PUE at most 1.15 within 12 months"
    assert initial["source_language"] == "en"


def test_a_complete_text_misses_nothing() -> None:
    text = COATING + "一年用 2 万件。预算 80 万元，2027年6月30日前交付，委托开发，在武汉市。"
    assert coach.read(text, TODAY).missing == []


def test_every_code_in_the_word_lists_exists() -> None:
    codes = {code for codes in coach_words.FIELD_WORDS.values() for code in codes}
    assert codes - set(taxonomy.fields()) == set()
    assert set(coach_words.KIND_WORDS) == set(NeedKind.values)
    assert set(coach_words.MODE_WORDS) == set(CooperationMode.values)


@given(st.text(max_size=400))
@settings(deadline=None, max_examples=150)
def test_any_text_gives_a_card_that_the_form_can_show(text: str) -> None:
    card = coach.read(text, TODAY)
    assert card.kind in NeedKind.values
    assert set(card.fields) <= set(taxonomy.fields())
    assert len(card.title) <= 120
    assert card.region == "" or card.region in taxonomy.regions()
    assert not card.deadline or date.fromisoformat(card.deadline) > TODAY


@given(st.lists(st.sampled_from([*(text for text, _e in TEXTS.values()), "\n", "。", "，"]), max_size=4))
@settings(deadline=None, max_examples=40)
def test_the_same_text_gives_the_same_card(parts: list[str]) -> None:
    text = "".join(parts)
    assert coach.read(text, TODAY) == coach.read(text, TODAY)


def test_a_very_long_text_is_read_up_to_the_limit() -> None:
    card = coach.read(COATING * 2000, TODAY)
    assert len(card.problem) <= coach.MOST_TEXT
    assert len(card.targets) <= coach.MOST_TARGETS
