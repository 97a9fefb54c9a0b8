"""What people wrote in Chinese is marked as Chinese on English pages, and nothing else is touched."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.matching import projection
from keqiao.parties.models import Node, Organisation, Person
from keqiao.web.parts import VOID, LanguageOfParts, marked


@pytest.mark.parametrize(
    ("page", "result"),
    [
        ("<h1>涂层</h1>", '<h1 lang="zh-Hans">涂层</h1>'),
        ("<p> 吸光率 ≥ 98 %。 </p>", '<p lang="zh-Hans"> 吸光率 ≥ 98 %。 </p>'),
        ("<p>Need 涂层，耐温 ok</p>", '<p>Need <span lang="zh-Hans">涂层，耐温</span> ok</p>'),
        ("<p>甲 and 乙</p>", '<p><span lang="zh-Hans">甲</span> and <span lang="zh-Hans">乙</span></p>'),
        ("<p>涂层<b>x</b></p>", '<p><span lang="zh-Hans">涂层</span><b>x</b></p>'),
        ("<br>涂层", '<br><span lang="zh-Hans">涂层</span>'),
        ("<title>涂层 | Keqiao</title>", '<title lang="zh-Hans">涂层 | Keqiao</title>'),
        ("<option value=1>武汉 (Wuhan)</option>", '<option value=1 lang="zh-Hans">武汉 (Wuhan)</option>'),
        ('<input value="涂层"/>', '<input value="涂层" lang="zh-Hans"/>'),
        ('<input title="涂层">', '<input title="涂层">'),
        ('<a title="a>b 涂">涂层</a>', '<a title="a>b 涂" lang="zh-Hans">涂层</a>'),
        ('<div lang="zh"><div>甲</div>乙</div>', '<div lang="zh"><div>甲</div>乙</div>'),
        ('<html lang="en"><p>甲</p></html>', '<html lang="en"><p lang="zh-Hans">甲</p></html>'),
        ("<script>let a='涂<b>层'</script><!-- 涂 -->", "<script>let a='涂<b>层'</script><!-- 涂 -->"),
        ("<p>plain</p>", "<p>plain</p>"),
        ("<p>，</p>", "<p>，</p>"),
        ("1 < 2 涂层", "1 < 2 涂层"),
    ],
)
def test_chinese_is_marked_where_it_stands(page: str, result: str) -> None:
    assert marked(page) == result


@given(st.text(alphabet="ab涂层，<>/\"'= \n-!p", max_size=60))
def test_marking_adds_marks_and_changes_nothing_else(page: str) -> None:
    again = marked(page)
    assert again.replace('<span lang="zh-Hans">', "").replace("</span>", "").replace(' lang="zh-Hans"', "") == page


class Unmarked(HTMLParser):
    """Chinese that stands in no element that says so; of a page that says it is English."""

    def __init__(self) -> None:
        super().__init__()
        self.languages: list[tuple[str, str]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own = dict(attributes).get("lang") or (self.languages[-1][1] if self.languages else "")
        if tag not in VOID:
            self.languages.append((tag, own))

    def handle_endtag(self, tag: str) -> None:
        while self.languages and self.languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, language = self.languages[-1] if self.languages else ("", "")
        if (
            any("\u3400" <= c <= "\u9fff" for c in data)
            and not language.startswith("zh")
            and tag not in {"script", "style"}
        ):
            self.found.append(data.strip())


def unmarked(page: str) -> list[str]:
    parser = Unmarked()
    parser.feed(page)
    return parser.found


def test_the_finder_finds() -> None:
    assert unmarked('<html lang="en"><p>涂层</p><p lang="zh-Hans"><b>好</b></p></html>') == ["涂层"]


def page(path: str, language: str, person: Any = None) -> str:
    client = Client(headers={"Accept-Language": language})
    if person is not None:
        client.force_login(person)
    projection.reset()
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.fixture
def need(owner: Person, company_a: Organisation, wuhan: Node) -> Need:
    return Need.objects.create(
        title="红外探测器用消光涂层",
        problem="外购涂层吸光率多在 95% 以下，希望 98% 以上。", fields=["C3985"], region="4201",
        targets=[{"name": "使用寿命", "min": 10, "max": None, "unit": "year", "text": "使用寿命 ≥ 10 年"}],
        organisation=company_a, contact=owner, node=wuhan, state=NeedState.OPEN, published_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def achievement(professor: Person, university: Organisation, wuhan: Node) -> Achievement:
    return Achievement.objects.create(
        title="低温喷涂消光涂层工艺", summary="一次喷涂成型，吸光率高。", fields=["C3985"], region="4201",
        specifications=[{"name": "使用寿命", "min": 12, "max": 12, "unit": "year", "text": "使用寿命 12 年"}],
        organisation=university, contact=professor, node=wuhan, state=AchievementState.PUBLISHED,
        published_at=timezone.now(),
    )  # fmt: skip


PATHS = (
    "/", "/needs/", "/achievements/", "/desk/", "/needs/{need}/", "/achievements/{offer}/", "/needs/new/",
    "/compare/?a={offer}&need={need}", "/search/?q=涂层", "/people/", "/organisations/",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_english_pages_mark_what_is_chinese(path: str, need: Need, achievement: Achievement, owner: Any) -> None:
    html = page(path.format(need=need.pk, offer=achievement.pk), "en", owner)
    assert '<html lang="en"' in html
    assert "涂层" in html or path in {"/", "/people/", "/organisations/", "/needs/new/"}
    assert unmarked(html) == []


@pytest.mark.django_db
def test_compared_figures_have_english_units(need: Need, achievement: Achievement, owner: Any) -> None:
    html = page(f"/compare/?a={achievement.pk}&need={need.pk}", "en", owner)
    assert ("≥ 10 years" in html, "12 years" in html, "年" in html) == (True, True, False)


@pytest.mark.django_db
def test_chinese_pages_are_left_alone(need: Need, owner: Any) -> None:
    html = page(f"/needs/{need.pk}/", "zh-hans", owner)
    assert html.count('lang="zh-Hans"') == 1


@pytest.mark.parametrize(
    "answer",
    [HttpResponse("涂层", content_type="text/plain"),
     HttpResponse('{"a": "<p>涂</p>"}', content_type="application/json"),
     StreamingHttpResponse(["<p>涂</p>"])],
)  # fmt: skip
def test_what_is_no_page_is_left_alone(answer: Any) -> None:
    with translation.override("en"):
        changed = LanguageOfParts(lambda _request: answer)(HttpRequest())
    assert b"lang" not in (b"".join(changed) if changed.streaming else changed.content)
