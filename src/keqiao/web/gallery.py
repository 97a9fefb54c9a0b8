"""Every component on one page, with made-up data: for those who build pages and for the checks of both themes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from keqiao.kernel.visibility import Level


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=_("标题"), max_length=120, help_text=_("一句话说清要解决什么，40 字以内最好。"))
    problem = forms.CharField(label=_("要解决的问题"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    kind = forms.ChoiceField(label=_("需求类型"), choices=[("technology", _("技术")), ("talent", _("人才"))])
    budget = forms.DecimalField(label=_("预算上限（元）"), required=False, help_text=_("只有注册用户看得到。"))
    modes = forms.MultipleChoiceField(
        label=_("合作方式"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("a", _("委托开发")),
            ("b", _("技术许可")),
            ("c", _("作价入股")),
            ("d", _("技术服务")),
            ("e", _("先用后付")),
        ],
    )
    sealed = forms.ChoiceField(
        label=_("是否隐名"), widget=forms.RadioSelect, choices=[("no", _("公开单位")), ("yes", _("签保密协议后公开"))]
    )
    attachment = forms.FileField(label=_("附件"), required=False)
    agreed = forms.BooleanField(label=_("我确认内容真实，可以公开"))


ABSORPTION = {"name": "吸光率", "min": 98, "max": None, "unit": "%"}
SHOCK = {"name": "温度冲击", "min": -40, "max": 85, "unit": "degC"}
COST = {"name": "单件成本", "min": None, "max": 35, "unit": "CNY"}

CHECKS = [
    {"target": ABSORPTION, "offered": ABSORPTION | {"min": 98.68, "max": 98.68}, "verdict": "met", "margin": 0.68},
    {"target": SHOCK, "offered": SHOCK | {"min": -55, "max": 120}, "verdict": "met", "margin": 15.0},
    {"target": COST, "offered": None, "verdict": "unknown", "margin": None},
]
MISSED = [
    {"target": ABSORPTION, "offered": ABSORPTION | {"min": 93, "max": 95}, "verdict": "missed", "margin": -3.0},
    *CHECKS[1:],
]
PARTS = [
    {"name": "text", "value": 0.46},
    {"name": "words", "value": 0.22},
    {"name": "figures", "value": 0.14},
    {"name": "field", "value": 0.04},
]
THEIRS = [
    ("8–14 μm 波段", False),
    ("吸光率", True),
    (" 98.68%，一步", False),
    ("喷涂", True),
    ("，适合", False),
    ("量产", True),
]
OURS = [("外购消光涂层", False), ("吸光率", True), ("多在 95% 以下，达不到", False), ("量产", True), ("要求", False)]

ROUNDS = {
    "xAxis": {"type": "category", "data": ["第 1 轮", "第 2 轮", "第 3 轮", "第 4 轮"]},
    "yAxis": {"type": "value", "name": "%", "min": 94, "max": 100},
    "series": [
        {
            "type": "line",
            "name": "吸光率",
            "data": [95.4, 96.9, 98.1, 98.68],
            "symbolSize": 9,
            "label": {"show": True},
            "markArea": {
                "silent": True,
                "itemStyle": {"color": "var(--good-soft)"},
                "data": [[{"yAxis": 98}, {"yAxis": 100}]],
            },
        }
    ],
}
FIELDS = {
    "grid": {"left": 96, "right": 48, "top": 8, "bottom": 24},
    "xAxis": {"type": "value"},
    "yAxis": {"type": "category", "inverse": True, "data": ["新材料", "高端装备", "新一代信息", "生物医药"]},
    "series": [
        {"type": "bar", "barWidth": 12, "data": [412, 377, 304, 210], "label": {"show": True, "position": "right"}}
    ],
}


def verb(name: str, label: Any, tone: str = "secondary", *, asks: bool = False) -> SimpleNamespace:
    """What the verb bar needs of a verb."""
    return SimpleNamespace(name=name, label=label, tone=tone, form=asks, confirm="")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """All components; a form with mistakes shows how they are told."""
    filled = SampleForm({"title": "红外探测器用消光涂层", "kind": "technology", "sealed": "no"})
    filled.is_valid()
    context = {
        "form": SampleForm(initial={"sealed": "no"}),
        "filled": filled,
        "checks": CHECKS,
        "missed": MISSED,
        "parts": PARTS,
        "theirs": THEIRS,
        "ours": OURS,
        "rounds": ROUNDS,
        "fields": FIELDS,
        "figures": [ABSORPTION, SHOCK],
        "level": Level.NDA,
        "workflow": SimpleNamespace(name="needs"),
        "row": SimpleNamespace(pk=1),
        "verbs": [
            verb("propose", _("推荐给对方"), "primary"),
            verb("edit", _("修改"), asks=True),
            verb("withdraw", _("撤回"), "danger", asks=True),
            verb("share", _("共享给节点"), asks=True),
        ],
    }
    return render(request, "web/gallery.html", context)
