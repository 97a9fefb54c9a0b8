"""Components render what they promise: names for screen readers, escaped values, nothing of cotton left over."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import Client
from django_cotton.compiler_regex import CottonCompiler

from keqiao.kernel.visibility import Level
from keqiao.web.gallery import CHECKS, PARTS, SampleForm


def render(source: str, **context: Any) -> str:
    """A piece of a template as a page would write it, spaces squeezed."""
    compiled = CottonCompiler().process("{% load ui %}" + source)  # what cotton's loader does to a file
    page = engines["django"].from_string(compiled).render(context)
    return re.sub(r"\s+", " ", page).strip()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_leaves_no_component_raw_and_nothing_inline(client: Client, db: None, language: str) -> None:
    client.cookies["django_language"] = language
    page = client.get("/gallery/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "<c-" not in html
    assert "{%" not in html
    assert "{{" not in html
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*(?: src=|application/json))", html)
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in html


def test_theme_of_the_cookie_is_drawn_by_the_server(client: Client, db: None) -> None:
    assert "data-theme" not in client.get("/gallery/").content.decode().split("<head>")[0]
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/gallery/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/gallery/").content.decode().split("<head>")[0]


def test_button_is_a_link_when_it_has_an_address() -> None:
    assert render('<c-button href="/needs/" kind="primary">去</c-button>').startswith(
        '<a href="/needs/" class="button button-primary'
    )
    assert render("<c-button>去</c-button>").startswith('<button type="submit" class="button button-secondary')


def test_button_escapes_what_it_passes_on() -> None:
    html = render('<c-button type="button" :data-title="title" hx-post="/x/" disabled>x</c-button>', title='"><b>')
    assert 'data-title="&quot;&gt;&lt;b&gt;"' in html
    assert 'hx-post="/x/"' in html
    assert " disabled" in html


def test_field_ties_label_help_and_error_to_the_input() -> None:
    form = SampleForm({"title": ""})
    html = render('<c-field :field="form.title" />', form=form)
    assert '<label class="field-label" for="id_title">' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_of_choices_is_a_named_group() -> None:
    html = render('<c-field :field="form.sealed" />', form=SampleForm())
    assert html.startswith("<fieldset")
    assert '<legend class="field-label">是否隐名' in html
    assert html.count('<label class="choice"') == 2


def test_field_says_when_it_is_optional() -> None:
    assert "选填" in render('<c-field :field="form.budget" />', form=SampleForm())
    assert "选填" not in render('<c-field :field="form.title" />', form=SampleForm())


def test_field_that_is_hidden_has_no_label() -> None:
    form = forms.Form()
    form.fields["key"] = forms.CharField(widget=forms.HiddenInput)
    assert render('<c-field :field="field" />', field=form["key"]) == '<input type="hidden" name="key" id="id_key">'


def test_errors_lead_to_the_fields_and_take_the_focus() -> None:
    form = SampleForm({})
    html = render('<c-form.errors :form="form" />', form=form)
    assert 'role="alert" tabindex="-1" data-error-summary' in html
    assert '<a href="#id_problem">要解决的问题</a>' in html


def test_errors_of_a_refusal_are_told_by_field() -> None:
    refusal = SimpleNamespace(detail="还缺少必要内容。", errors={"title": ["请写标题。"], "__all__": ["请核对。"]})
    html = render('<c-form.errors :refusal="refusal" :form="form" />', refusal=refusal, form=SampleForm())
    assert "还缺少必要内容。" in html
    assert '<a href="#id_title">标题</a>：请写标题。' in html
    assert "<li>请核对。</li>" in html


def test_form_writes_all_fields_and_its_key() -> None:
    html = render('<c-form :form="form" key="abc" submit="提交" cancel="/needs/" />', form=SampleForm())
    assert html.count('class="field-label"') == 7
    assert '<input type="hidden" name="key" value="abc">' in html
    assert '<button class="button button-primary">提交</button>' in html
    assert 'x-data="autosave"' not in html


def test_form_saves_by_itself_when_it_knows_where() -> None:
    html = render('<c-form :form="form" save_url="/needs/new/" edit_url="/needs/0/edit/" />', form=SampleForm())
    assert 'data-save-url="/needs/new/" data-edit-url="/needs/0/edit/"' in html


def verb(name: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"name": name, "label": name, "tone": "secondary", "form": None, "confirm": ""} | more)


def test_verb_bar_keeps_three_and_folds_the_rest() -> None:
    verbs = [verb("create"), *(verb(name) for name in ("accept", "decline", "share", "withdraw"))]
    html = render(
        '<c-verb-bar :workflow="workflow" :row="row" :verbs="verbs" />',
        workflow=SimpleNamespace(name="needs"),
        row=SimpleNamespace(pk=7),
        verbs=verbs,
    )
    outside, menu = html.split('<details class="menu')
    assert re.findall(r'action="([^"]+)"', outside) == [f"/needs/7/{name}/" for name in ("accept", "decline", "share")]
    assert re.findall(r'action="([^"]+)"', menu) == ["/needs/7/withdraw/"]
    assert "create" not in html


def test_verb_that_asks_is_a_link_and_others_post_with_a_key() -> None:
    context = {"workflow": SimpleNamespace(name="needs"), "row": SimpleNamespace(pk=7)}
    source = '<c-verb :workflow="workflow" :row="row" :verb="verb" />'
    asking = render(source, **context, verb=verb("edit", form=object()))
    plain = render(source, **context, verb=verb("submit", tone="primary"))
    assert asking == '<a class="button button-secondary" href="/needs/7/edit/">edit</a>'
    assert re.search(r'<input type="hidden" name="key" value="[0-9a-f]{32}">', plain)


def test_verb_bar_of_nothing_is_nothing() -> None:
    assert render('<c-verb-bar :workflow="w" :row="r" :verbs="[]" />') == ""


def test_target_table_says_verdicts_in_words() -> None:
    html = render('<c-target-table :checks="checks" />', checks=CHECKS)
    assert re.findall(r"<span>(达到|未达到|待确认)</span>", html) == ["达到", "达到", "待确认"]
    assert "≥ 98 %" in html
    assert "−55–120 ℃" in html


def test_score_bar_draws_parts_without_inline_style() -> None:
    html = render('<c-score-bar :parts="parts" total="0.86" legend />', parts=PARTS)
    assert re.findall(r'width="([\d.]+)" height="6"', html) == ["46.0", "22.0", "14.0", "4.0"]
    assert 'aria-label="匹配度 86 %"' in html
    assert "style" not in html


def test_marked_escapes_and_highlights() -> None:
    assert render('<c-marked :segments="s" />', s=[("<b>", False), ("吸光率", True)]) == "&lt;b&gt;<mark>吸光率</mark>"


def test_inline_components_bring_no_spaces() -> None:
    """A space before a full stop, or after an opening quotation mark, would be seen."""
    inside = '“<c-marked :segments="s" />”、<c-chip>x</c-chip>、<c-badge>x</c-badge>、<c-verdict verdict="met" />。'
    html = render(inside + '<c-icon name="bell" />。<c-clock text="x" />。', s=[("吸光率", True)])
    assert html.startswith("“<mark>吸光率</mark>”、<span")
    assert re.findall(r">\s+[、。]|[、“]\s+<", html) == []


def test_cards_escape_what_people_wrote() -> None:
    html = render('<c-need-card :title="title" kind="技术" href="/needs/1/" />', title="<script>")
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_need_card_does_not_pick_up_names_of_the_page() -> None:
    html = render(
        '<c-need-card title="甲" kind="技术" href="/needs/1/" />', text="OTHER", budget="OTHER", figures=["x"]
    )
    assert "OTHER" not in html


def test_hidden_says_what_would_open_it() -> None:
    assert "签署保密协议后可见" in render('<c-hidden :level="level" />', level=Level.NDA)


def test_clock_without_a_run_is_nothing() -> None:
    assert render('<c-clock :run="run" />', run=None) == ""
    assert "还剩 2 小时" in render('<c-clock text="还剩 2 小时" tone="warn" />')


def test_pager_with_cursors_links_both_ways() -> None:
    html = render('<c-pager previous="?after=1" next="?after=9" />')
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', html) == [("prev", "?after=1"), ("next", "?after=9")]
    assert render("<c-pager />") == ""


def test_chart_carries_its_options_and_a_table() -> None:
    html = render(
        '<c-chart id="c1" :options="options" title="轮次"><table></table></c-chart>', options={"a": "</script>"}
    )
    assert '<script id="c1" type="application/json">{"a": "\\u003C/script\\u003E"}</script>' in html
    assert 'role="img" aria-label="轮次"' in html
    assert "<details><summary>以表格查看</summary><table></table></details>" in html


def test_column_says_what_will_be_in_it() -> None:
    assert '<p class="column-empty">这里会有卡片</p>' in render('<c-column title="已推荐" empty="这里会有卡片" />')
