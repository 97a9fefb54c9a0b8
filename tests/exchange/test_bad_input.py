"""Bad input, wherever it comes in: a message that names the field and the remedy, in the reader's language; nothing
lost of what was typed, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange import importing
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.models import Entry
from keqiao.parties.models import Person
from tests.exchange.conftest import ACHIEVEMENT_CARD, NEED_CARD
from tests.exchange.test_import_files import rows
from tests.exchange.test_pages import posted, text_of

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Bad:
    """What somebody gives for a field, and what they read about it."""

    field: str
    given: Any
    label: str
    words: str


LONG = "长" * 8001
NO_DATE = "看不懂这个时间。请写成“2027-03-31”或“2027-03-31 17:00”。"
NEED_INPUT = {
    "past_deadline": Bad("deadline", "2020-01-01", "截止时间", "截止时间已经过去。请选择将来的时间。"),
    "far_deadline": Bad("deadline", "2999-01-01", "截止时间", "截止时间太远了。请选择十年以内的时间。"),
    "no_date": Bad("deadline", "下个月", "截止时间", NO_DATE),
    "february": Bad("deadline", "2027-02-30", "截止时间", NO_DATE),
    "wrong_code": Bad("fields", "Z99", "技术领域", "没有“Z99”这个技术领域。请输入两三个字，从列出的领域中选择。"),
    "six_fields": Bad("fields", "C1 C2 C13,C14,C15,C17,C18", "技术领域", "没有“C1”这个技术领域。"),
    "no_place": Bad("region", "火星", "地区", "没有找到地区“火星”。请写省或市的名称，例如“湖北省武汉市”。"),
    "bare_amount": Bad("budget_maximum", "300", "预算上限", "请写明单位：300 万元还是 300 元？"),
    "no_amount": Bad("budget_maximum", "面议", "预算上限", "看不懂这个金额。请写成“300 万元”或“50000 元”。"),
    "foreign": Bad("budget_maximum", "50 万美元", "预算上限", ""),
    "negative": Bad("budget_maximum", "-3 万元", "预算上限", ""),
    "no_figure": Bad("targets", "外观好看", "目标指标", "看不懂“外观好看”。请写“名称 比较符号 数值 单位”"),
    "long_text": Bad("problem", LONG, "要解决的问题", "最多 8000 字，现在有 8001 字。请删减，细节可以放在附件里。"),
    "long_title": Bad("title", "长" * 121, "标题", "最多 120 字，现在有 121 字。请删减，细节可以放在附件里。"),
    "no_mode": Bad("cooperation_modes", "结拜", "合作方式", ""),
    "no_kind": Bad("kind", "求爱", "需求类型", ""),
}  # fmt: skip
GOOD = {"title": "消光涂层", "problem": "外购涂层吸光率偏低。"}


def untouched() -> bool:
    return not (Need.objects.exists() or Achievement.objects.exists() or Entry.objects.exists())


@pytest.fixture
def asker(owner: Person, company_a: Any, browse: Any) -> Client:
    return browse(owner)


@pytest.mark.parametrize("name", NEED_INPUT)
def test_on_the_page(name: str, asker: Client) -> None:
    bad = NEED_INPUT[name]
    given = [bad.given] if bad.field in {"cooperation_modes", "fields"} else bad.given
    answer = asker.post("/needs/new/", posted(NEED_CARD) | {"background": "写了很久的背景。", bad.field: given})
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'<a href="#id_{bad.field}">{bad.label}</a>' in page
    assert bad.words in page
    assert "写了很久的背景。" in page
    assert bad.field in {"cooperation_modes", "kind", "region", "fields"} or str(bad.given)[:200] in page
    assert untouched()


@pytest.mark.parametrize("name", NEED_INPUT)
def test_on_the_page_in_english(name: str, owner: Person, company_a: Any) -> None:
    bad = NEED_INPUT[name]
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(owner)
    given = [bad.given] if bad.field in {"cooperation_modes", "fields"} else bad.given
    page = text_of(client.post("/needs/new/", posted(NEED_CARD) | {bad.field: given}))
    (message,) = [part for part in page.split("<li>") if part.startswith(f'<a href="#id_{bad.field}">')]
    assert bad.words[:6] == "" or bad.words[:6] not in message
    assert untouched()


@pytest.mark.parametrize("name", sorted(NEED_INPUT.keys() - {"bare_amount"}))
def test_over_the_api(name: str, asker: Client) -> None:
    """An amount without a unit is in yuan there, as the description says."""
    bad = NEED_INPUT[name]
    given = [bad.given] if bad.field in {"cooperation_modes", "fields", "targets"} else bad.given
    body = json.dumps(NEED_CARD | {bad.field: given})
    answer = asker.post("/api/v1/needs", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    errors = answer.json()["errors"]
    assert {key.split(".")[0] for key in errors} == {bad.field}
    assert untouched()


@pytest.mark.parametrize("kind", ["csv", "gb18030", "xlsx", "jsonl"])
@pytest.mark.parametrize("name", NEED_INPUT)
def test_in_a_table(name: str, kind: str, owner: Person, company_a: Any) -> None:
    bad = NEED_INPUT[name]
    row = GOOD | {bad.field: bad.given}
    content = FILES[kind](list(row), list(row.values()))
    made = importing.plan(importing.read(content), "needs", owner=owner)
    assert not made.is_good
    assert {problem.line for problem in made.problems} == {1 if kind == "jsonl" else 2}
    assert {problem.column for problem in made.problems} <= {bad.field, ""}
    assert bad.words in str(made.problems[0]) or bad.field == "targets"
    assert untouched()


def csv_of(head: list[str], cells: list[str]) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in (head, cells)).encode()


FILES: dict[str, Callable[[list[str], list[Any]], bytes]] = {
    "csv": csv_of,
    "gb18030": lambda head, cells: csv_of(head, cells).decode().encode("gb18030"),
    "xlsx": rows,
    "jsonl": lambda head, cells: json.dumps(dict(zip(head, cells, strict=True))).encode(),
}


# ---- what is unusual and right ----------------------------------------------------------------------------------

UNUSUAL = {
    "emoji": ("title", "求助🔥消光涂层👍🏽👨‍👩‍👧", "求助🔥消光涂层👍🏽👨‍👩‍👧"),
    "full_width_amount": ("budget_maximum", "８０万元", 800_000),
    "full_width_date": ("deadline", "２０３０－０３－３１", "2030-03-31"),
    "rare_character": ("title", "𠮷田工艺䶮", "𠮷田工艺䶮"),
    "right_to_left": ("title", "طلاء أسود", "طلاء أسود"),
    "two_lines": ("title", "消光\r\n 涂层", "消光 涂层"),
    "markup": ("title", "<b>涂层</b>&amp;", "<b>涂层</b>&amp;"),
    "formula": ("title", "=HYPERLINK(1)", "=HYPERLINK(1)"),
    "sql": ("title", "涂层'; DROP TABLE need; --", "涂层'; DROP TABLE need; --"),
    "place_in_words": ("region", "湖北省武汉市", "4201"),
    "field_in_words": ("fields", "涂料制造", ["C2641"]),
}


def kept(need: Need, field: str) -> Any:
    value = getattr(need, field)
    return f"{value:%Y-%m-%d}" if field == "deadline" else value


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("entrance", ["page", "api", "csv", "gb18030", "xlsx", "jsonl"])
def test_unusual_input_is_kept_as_it_was_meant(entrance: str, name: str, asker: Client, owner: Person) -> None:
    field, given, expected = UNUSUAL[name]
    card = GOOD | {field: given}
    if entrance == "page":
        asker.post("/needs/new/", card)
    elif entrance == "api":
        body = json.dumps(card | ({"fields": [given]} if field == "fields" else {}))
        assert asker.post("/api/v1/needs", body, content_type="application/json").status_code == 200
    else:
        if (entrance, name) == ("xlsx", "formula"):
            return  # a spreadsheet takes it for a formula, which was never computed: `test_import_files` has it
        made = importing.plan(importing.read(FILES[entrance](list(card), list(card.values()))), "needs", owner=owner)
        assert made.problems == []
        importing.write(made)
    assert kept(Need.objects.get(), field) == expected


# ---- too much ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["problem", "current_state", "background", "title", "targets", "problem_en"])
def test_ten_megabytes_in_any_field_of_the_page(field: str, asker: Client) -> None:
    answer = asker.post("/needs/new/", GOOD | {field: "a" * (10 * 2**20)})
    assert answer.status_code == 422
    assert f'<a href="#id_{field}">' in text_of(answer)
    assert untouched()


def test_ten_megabytes_over_the_api(asker: Client) -> None:
    body = json.dumps(GOOD | {"problem": "a" * (10 * 2**20)})
    answer = asker.post("/api/v1/needs", body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["problem"])
    assert untouched()


def test_ten_megabytes_in_one_cell(owner: Person, company_a: Any) -> None:
    content = csv_of(["title", "problem"], ["甲", "a" * (10 * 2**20)])
    made = importing.plan(importing.read(content), "needs", owner=owner)
    assert [str(problem) for problem in made.problems] == [
        "第 2 行 · problem：最多 8000 字，现在有 10485760 字。请删减，细节可以放在附件里。"
    ]


@pytest.mark.parametrize("kind", ["achievements"])
def test_ten_megabytes_in_an_achievement(kind: str, asker: Client) -> None:
    answer = asker.post(f"/{kind}/new/", posted(ACHIEVEMENT_CARD) | {"team": "", "details": "a" * (10 * 2**20)})
    assert answer.status_code == 422
    assert '<a href="#id_details">保密细节</a>' in text_of(answer)
    assert untouched()


# ---- the coach's box --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n\t ", "<p></p>"])
def test_an_empty_box_asks_for_a_sentence(text: str, asker: Client) -> None:
    answer = asker.post("/needs/coach/", {"text": text})
    assert answer.status_code == 422
    assert "请先写下要解决的问题，一句话也可以。" in text_of(answer)
    assert untouched()


def test_a_text_over_the_limit_comes_back_whole(asker: Client) -> None:
    text = "吸光率偏低。" * 1500
    answer = asker.post("/needs/coach/", {"text": text})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "最多 8000 字，现在有 9000 字。" in page
    assert text in page
    assert 'aria-invalid="true"' in page


def test_ten_megabytes_in_the_box(asker: Client) -> None:
    answer = asker.post("/needs/coach/", {"text": "长" * (10 * 2**20 // 3)})
    assert answer.status_code == 422
    assert "最多 8000 字，现在有 3495253 字。" in text_of(answer)


def test_markup_does_not_count(asker: Client) -> None:
    answer = asker.post("/needs/coach/", {"text": "<p>" + "<span></span>" * 2000 + "吸光率偏低，要求吸光率≥98%</p>"})
    assert answer.status_code == 200
    assert "吸光率" in text_of(answer)


@pytest.mark.parametrize(
    ("text", "status"), [("", 422), ("涂", 422), ("长" * 2001, 422), ("消光涂层吸光率偏低", 200), ("🔥🔥🔥🔥🔥", 200)]
)
def test_the_box_of_the_home_page(text: str, status: int, centre: Any) -> None:
    assert Client().post("/match/", {"text": text}).status_code == status


@pytest.mark.parametrize("path", ["/", "/needs/new/"])
def test_no_box_cuts_off_what_is_pasted(path: str, asker: Client, draft_need: Need) -> None:
    assert "<textarea" in text_of(asker.get(path))
    assert "maxlength" not in "".join(part.split(">")[0] for part in text_of(asker.get(path)).split("<textarea")[1:])


def test_no_field_of_a_card_cuts_off_what_is_pasted(asker: Client, draft_need: Need) -> None:
    page = text_of(asker.get(f"/needs/{draft_need.pk}/save/"))
    boxes = [part.split(">")[0] for part in page.split("<textarea")[1:]]
    assert len(boxes) == 5
    assert all("maxlength" not in box for box in boxes)


@pytest.mark.parametrize("text", ["a", "长" * 12_001])
def test_the_coach_over_the_api(text: str, asker: Client) -> None:
    answer = asker.post("/api/v1/coach", json.dumps({"text": text}), content_type="application/json")
    assert answer.status_code == (200 if text == "a" else 422)
    assert text == "a" or "text" in answer.json()["errors"]
