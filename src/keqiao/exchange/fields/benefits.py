"""The field of benefit estimates: what a user of an achievement gains, as formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.engine.formulas import FormulaError, parse
from keqiao.engine.specs.signs import read as read_signs
from keqiao.engine.specs.units import read_unit
from keqiao.exchange.fields.text import tidy

MOST_BENEFITS = 8
LONGEST_NAME = 40
_LINE = re.compile(r"(?P<name>[^=＝]+?)\s*(?:[（(](?P<unit>[^=＝]*)[)）])?\s*[=＝]\s*(?P<formula>.+)")

# What a formula can have wrong, to people; the place is said before it.
SAYS = {
    "long": _("公式超过 %(text)s 个字符，请拆成几行。"),
    "deep": _("括号嵌套超过 %(text)s 层，请拆成几行。"),
    "empty": _("等号后面没有公式。"),
    "character": _("“%(text)s”在公式里没有意义。可以用数、单位、指标名称、+ - * / ^ 和括号。"),
    "unexpected": _("这里不应出现“%(text)s”，请检查前后是否少写了数、名称或运算符号。"),
    "unclosed": _("这个括号没有对应的右括号。"),
    "function": _("没有“%(text)s”这个函数，可以用 min、max、abs、sqrt。"),
    "arguments": _("%(text)s 的参数个数不对。"),
    "number": _("“%(text)s”太大，无法计算。"),
    "unit": _("不认识单位“%(text)s”。"),
    "dimensions": _("单位对不上：%(text)s。"),
    "exponent": _("指数应是 -9 到 9 之间的数，不带单位。"),
    "missing": _("指标表里没有“%(text)s”。"),
    "arithmetic": _("算不出来：除数为 0、负数开方，或结果太大。"),
}


def problem(error: FormulaError) -> str:
    """What is wrong with a formula, and where, in the reader's language."""
    what = str(SAYS[error.code]) % {"text": error.text or gettext("公式结尾")}
    return gettext("第 %(place)d 个字符处：%(what)s") % {"place": error.place + 1, "what": what}


class BenefitsField(forms.CharField):
    """Estimates, one a line: `年省电费（元）= 负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh`; or objects.

    Gives a list of `{"name", "unit", "formula"}`. Whether units fit is for who knows the figures (`exchange.benefits`).
    """

    api_type = list[dict[str, Any] | str]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(line_of(item) if isinstance(item, Mapping) else str(item) for item in value)

    def clean(self, value: Any) -> list[dict[str, str]]:
        items: Iterable[Any] = value if isinstance(value, list) else tidy(str(value or "")).splitlines()
        lines = [item for item in items if not isinstance(item, str) or item.strip()]
        if len(lines) > MOST_BENEFITS:
            raise ValidationError(_("最多写 %(most)d 个效益公式。"), params={"most": MOST_BENEFITS})
        found: list[dict[str, str]] = []
        problems: list[str] = []
        for item in lines:
            try:
                found.append(from_object(item) if isinstance(item, Mapping) else from_line(str(item)))
            except ValidationError as error:
                problems += error.messages
        if problems:
            raise ValidationError(problems)
        return found


def from_line(line: str) -> dict[str, str]:
    """One estimate as it is typed."""
    match = _LINE.fullmatch(tidy(line).strip())
    if match is None:
        raise ValidationError(
            _("看不懂“%(line)s”。请写“名称（单位）= 公式”，例如“年节电量（kWh）= 负荷[kW] * 8760 h”。"),
            params={"line": line.strip()[:40]},
        )
    return checked(match["name"].strip(), (match["unit"] or "").strip(), match["formula"].strip())


def from_object(item: Mapping[str, Any]) -> dict[str, str]:
    """One estimate given as an object."""
    name, unit, formula = (tidy(str(item.get(key) or "")).strip() for key in ("name", "unit", "formula"))
    if not name or not formula:
        raise ValidationError(
            _("效益估算需要 name（名称）、unit（单位）和 formula（公式）：%(item)s"),
            params={"item": str(dict(item))[:80]},
        )
    return checked(name, unit, formula)


def checked(name: str, unit: str, formula: str) -> dict[str, str]:
    """An estimate as records keep it, with its unit as pint reads it."""
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("“%(name)s…”太长，名称最多 %(most)d 字。"), params={"name": name[:20], "most": LONGEST_NAME}
        )
    spelt = read_signs(unit)[0]
    read = read_unit(spelt, 0) if unit else None
    if unit and (read is None or read.end != len(spelt) or read.factor != 1.0):
        raise ValidationError(_("“%(name)s”的单位“%(unit)s”不认识。"), params={"name": name, "unit": unit[:30]})
    try:
        parse(formula)
    except FormulaError as error:
        raise ValidationError("%(name)s：%(what)s", params={"name": name, "what": problem(error)}) from None
    return {"name": name, "unit": read.name if read else "", "formula": formula}


def line_of(item: Mapping[str, Any]) -> str:
    """A kept estimate as the line that it is typed as."""
    unit = f"（{item['unit']}）" if item.get("unit") else ""
    return f"{item.get('name', '')}{unit} = {item.get('formula', '')}"
