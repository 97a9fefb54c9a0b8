"""What is wrong with a value that does not fit its schema, in the caller's language and with the remedy."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORDS: dict[str, str | Promise] = {
    "missing": gettext_lazy("请填写这一项。"),
    "extra_forbidden": gettext_lazy("没有这个字段。请检查名称，或去掉它。"),
    "string_type": gettext_lazy("这里要写文本，放在英文引号里。"),
    "string_too_long": gettext_lazy("最多 %(max_length)s 个字。请缩短。"),
    "string_too_short": gettext_lazy("至少 %(min_length)s 个字。请补充。"),
    "string_pattern_mismatch": gettext_lazy("格式不对，应符合 %(pattern)s。"),
    "string_unicode": gettext_lazy("文本里有无法识别的字符。请用 UTF-8 编码。"),
    "int_type": gettext_lazy("这里要写整数，例如 3。"),
    "int_parsing": gettext_lazy("这里要写整数，例如 3。"),
    "int_from_float": gettext_lazy("这里要写整数，不能带小数。"),
    "int_parsing_size": gettext_lazy("数字太大。请检查位数。"),
    "float_type": gettext_lazy("这里要写数字，例如 1.5。"),
    "float_parsing": gettext_lazy("这里要写数字，例如 1.5。"),
    "finite_number": gettext_lazy("这里要写一个确定的数，不能是无穷大或 NaN。"),
    "decimal_type": gettext_lazy("这里要写数字，例如 300000 或 0.5。"),
    "decimal_parsing": gettext_lazy("这里要写数字，例如 300000 或 0.5。"),
    "decimal_max_digits": gettext_lazy("数字太长，最多 %(max_digits)s 位。"),
    "decimal_max_places": gettext_lazy("最多 %(decimal_places)s 位小数。"),
    "decimal_whole_digits": gettext_lazy("整数部分最多 %(whole_digits)s 位。"),
    "greater_than": gettext_lazy("必须大于 %(gt)s。"),
    "greater_than_equal": gettext_lazy("不能小于 %(ge)s。"),
    "less_than": gettext_lazy("必须小于 %(lt)s。"),
    "less_than_equal": gettext_lazy("不能大于 %(le)s。"),
    "literal_error": gettext_lazy("只能是其中之一：%(expected)s。"),
    "enum": gettext_lazy("只能是其中之一：%(expected)s。"),
    "bool_type": gettext_lazy("只能是 true 或 false。"),
    "bool_parsing": gettext_lazy("只能是 true 或 false。"),
    "list_type": gettext_lazy('这里要写列表，例如 ["a", "b"]。'),
    "too_long": gettext_lazy("最多 %(max_length)s 项。请删减。"),
    "too_short": gettext_lazy("至少 %(min_length)s 项。请补充。"),
    "dict_type": gettext_lazy('这里要写对象，例如 {"name": "value"}。'),
    "model_type": gettext_lazy('这里要写对象，例如 {"name": "value"}。'),
    "model_attributes_type": gettext_lazy('这里要写对象，例如 {"name": "value"}。'),
    "json_invalid": gettext_lazy("不是有效的 JSON。请检查引号和括号。"),
    "json_type": gettext_lazy("这里要写 JSON 文本。"),
}
WORDS |= dict.fromkeys(
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    gettext_lazy("看不懂这个日期。请写成 2027-03-31。"),
)
WORDS |= dict.fromkeys(
    ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid", "timezone_aware"),
    gettext_lazy("看不懂这个时间。请写成 2027-03-31T18:00:00+08:00。"),
)
"""By pydantic's name of the error; its context fills the gaps."""


def in_words(error: dict[str, Any]) -> str:
    """One error of a schema."""
    words = WORDS.get(error["type"])
    context = dict(error.get("ctx") or {})
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ")
    if words is None:
        return _("内容或格式不对。请对照接口说明（/api/v1/docs）修改。")
    return str(words) % context if context else str(words)
