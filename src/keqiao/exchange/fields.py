"""Form fields of the exchange: each takes what people type and says what is wrong in words that help."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from keqiao.engine.specs import Figure, figures
from keqiao.exchange import taxonomy
from keqiao.exchange.widgets import FieldPicker, LevelTable
from keqiao.kernel.visibility import Level

MOST_FIGURES = 60
LONGEST_LINE = 200


def tidy(value: str) -> str:
    """Line ends made plain; half characters, which no database keeps, refused."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(gettext("含有无法保存的字符，请删去后重试。"), code="characters")
    return text


class TextField(forms.CharField):
    """Text with a limit that is said in full: how much there is, how much may be."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.error_messages["max_length"] = _(
            "最多 %(limit_value)d 字，现在有 %(show_value)d 字。请删减，细节可以放在附件里。"
        )
        for validator in self.validators:
            if getattr(validator, "code", "") == "max_length":
                validator.message = self.error_messages["max_length"]  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> str:
        return tidy(str(super().to_python(value) or ""))


class LineField(TextField):
    """One line of text: line breaks and runs of spaces become one space."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(), **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class FieldCodesField(forms.Field):
    """Codes of technical fields; at most `most`. Takes codes as people write them, or exact names."""

    most = 5
    api_type = list[str]
    widget = FieldPicker

    def clean(self, value: Any) -> list[str]:
        given = [value] if isinstance(value, str) else list(value or [])
        words = [word for text in given for word in re.split(r"[,，、;；\s]+", str(text)) if word]
        codes = list(dict.fromkeys(self.code_of(word) for word in words))
        if len(codes) > self.most:
            raise ValidationError(
                _("最多选择 %(most)d 个技术领域，请去掉不太相关的。"), params={"most": self.most}, code="most"
            )
        return codes

    def code_of(self, word: str) -> str:
        code = taxonomy.normal(word)
        if code in taxonomy.fields():
            return code
        named = next((term.code for term in taxonomy.fields().values() if term.name == word), None)
        if named is None:
            raise ValidationError(
                _("没有“%(word)s”这个技术领域。请输入两三个字，从列出的领域中选择。"),
                params={"word": word[:30]},
                code="unknown",
            )
        return named


def region_choices() -> list[tuple[str, Any]]:
    """Provinces as groups; a province stands first in its own group."""
    choices: list[tuple[str, Any]] = [("", gettext("（不限）"))]
    for province in taxonomy.children(taxonomy.regions(), ""):
        cities = taxonomy.children(taxonomy.regions(), province.code)
        group = [(province.code, province.label), *((city.code, city.label) for city in cities)]
        choices.append((province.label, group))
    return choices


class RegionField(forms.CharField):
    """A province or city, by code or by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, required=False, widget=forms.Select(), **kwargs)
        self.widget.choices = CallableChoiceIterator(region_choices)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        code = taxonomy.region_code(typed) if typed else ""
        if typed and not code:
            raise ValidationError(
                _("没有找到地区“%(typed)s”。请写省或市的名称，例如“湖北省武汉市”。"),
                params={"typed": typed},
                code="unknown",
            )
        return code


AMOUNT = re.compile(
    r"[¥￥]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(百万|千万|万|亿|w|W)?(元|块|人民币|rmb|RMB|CNY)*"
)
TIMES = {"百万": 10**6, "千万": 10**7, "万": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8}
LARGEST = Decimal(10) ** 12


class MoneyField(forms.CharField):
    """An amount of yuan as people write it: `300万`, `３００ 万元`, `1.2亿`; a small bare number is asked back."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例如“300 万元”或“50000 元”。"))
        super().__init__(max_length=40, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return in_words(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        typed = unicodedata.normalize("NFKC", str(super().clean(value)))
        text = re.sub(r"\s+", "", typed)
        if not text:
            return None
        match = AMOUNT.fullmatch(text)
        if match is None:
            raise ValidationError(_("看不懂这个金额。请写成“300 万元”或“50000 元”。"), code="amount")
        number, times, yuan = Decimal(match[1].replace(",", "")), match[2], match[3]
        if not times and not yuan and number < 1000:
            raise ValidationError(
                _("请写明单位：%(number)s 万元还是 %(number)s 元？"), params={"number": match[1]}, code="unit"
            )
        amount = (number * TIMES.get(times, 1)).quantize(Decimal("0.01"))
        if amount >= LARGEST:
            raise ValidationError(_("金额太大，请检查是不是多写了“万”或“亿”。"), code="largest")
        return amount


def in_words(amount: Decimal) -> str:
    """The amount in a form that the field reads again."""
    if (get_language() or "").startswith("en"):
        return f"{amount.normalize():,f} CNY"
    if amount >= 10_000 and amount % 100 == 0:
        return f"{(amount / 10_000).normalize():f} 万元"
    return f"{amount.normalize():f} 元"


WISH = re.compile(r"[（(]\s*(?:期望|可选|wish|optional)\s*[)）]\s*$", re.IGNORECASE)
KEYS = ("name", "min", "max", "unit")


class FiguresField(forms.CharField):
    """Figures, one a line (`吸光率 ≥ 98 %`; `（期望）` at its end: a wish, not a must), or a list of lines or objects.

    Gives a list of `{"name", "min", "max", "unit", "approx", "text", "hard"}`.
    """

    api_type = list[dict[str, Any] | str]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(line_of(item) if isinstance(item, Mapping) else str(item) for item in value)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        items: Iterable[Any] = value if isinstance(value, list) else tidy(str(value or "")).splitlines()
        found: list[dict[str, Any]] = []
        problems: list[str] = []
        for item in list(items)[: MOST_FIGURES + 1]:
            try:
                found += from_object(item) if isinstance(item, Mapping) else from_line(str(item))
            except ValidationError as error:
                problems += error.messages
        if len(found) > MOST_FIGURES:
            problems.append(gettext("最多填写 %(most)d 个指标，请保留关键的。") % {"most": MOST_FIGURES})
        if problems:
            raise ValidationError(problems)
        return found


def from_line(line: str) -> list[dict[str, Any]]:
    """The figures of one line; an empty line has none, a line without a figure is refused with the remedy."""
    text = (
        line.strip().lstrip("·•-*、0123456789.）)")
        if re.match(r"\s*(?:[·•*、-]|\d{1,2}[、.）)])\s*\D", line)
        else line.strip()
    )
    text = text.strip()
    if not text:
        return []
    if len(text) > LONGEST_LINE:
        raise ValidationError(
            _("“%(line)s…”太长。一行写一个指标，例如“吸光率 ≥ 98 %%”。"), params={"line": text[:20]}, code="long"
        )
    hard = WISH.search(text) is None
    found = [figure for figure in figures(tidy(WISH.sub("", text))) if figure.name]
    if not found:
        raise ValidationError(
            _("看不懂“%(line)s”。请写“名称 比较符号 数值 单位”，例如“吸光率 ≥ 98 %%”；不能测量的要求写进问题描述。"),
            params={"line": text[:40]},
            code="figure",
        )
    return [as_target(figure, text if len(found) == 1 else "", hard=hard) for figure in found]


def as_target(figure: Figure, text: str, *, hard: bool = True) -> dict[str, Any]:
    """A figure of the engine as records keep it."""
    data = figure.as_json()
    kept = {key: data[key] for key in (*KEYS, "approx")}
    return kept | {"text": text or written(kept), "hard": hard}


def from_object(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A figure given as an object: name, min and/or max, unit; anything else is read from its `text`."""
    name, unit = str(item.get("name") or "").strip(), str(item.get("unit") or "")
    low, high = item.get("min"), item.get("max")
    if not name and item.get("text"):
        return from_line(str(item["text"]))
    numbers = [value for value in (low, high) if value is not None]
    fits = all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers)
    if not name or not numbers or not fits or len(name) > 60 or len(unit) > 30:
        raise ValidationError(
            _("指标需要 name（名称）、min 或 max（数字）和 unit（单位）：%(item)s"),
            params={"item": str(dict(item))[:80]},
        )
    if low is not None and high is not None and low > high:
        raise ValidationError(_("“%(name)s”的下限大于上限，请对调。"), params={"name": name}, code="order")
    ends = (None if low is None else float(low), None if high is None else float(high))
    figure = Figure(tidy(name), *ends, tidy(unit), bool(item.get("approx")))
    return [as_target(figure, tidy(str(item.get("text") or ""))[:LONGEST_LINE], hard=bool(item.get("hard", True)))]


def line_of(item: Mapping[str, Any]) -> str:
    """A kept figure as the line that it came from."""
    text = str(item.get("text") or written(item))
    return text if item.get("hard", True) or WISH.search(text) else text + gettext("（期望）")


def written(item: Mapping[str, Any]) -> str:
    """A figure in a form that the engine reads back."""
    low, high = item.get("min"), item.get("max")
    about = "约 " if item.get("approx") else ""
    unit = f" {item['unit']}" if item.get("unit") else ""
    if low is None:
        return f"{item['name']} ≤ {about}{high}{unit}"
    if high is None:
        return f"{item['name']} ≥ {about}{low}{unit}"
    return f"{item['name']} {about}{low}{unit}" if low == high else f"{item['name']} {about}{low}~{high}{unit}"


ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Dubai", "Europe/London",
    "Europe/Paris", "Europe/Moscow", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC",
)  # fmt: skip
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")


class DeadlineField(forms.CharField):
    """A moment: `2027-03-31`, `2027年3月31日` (the end of that day) or with a time, and an offset if need be."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(max_length=40, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value
        text = unicodedata.normalize("NFKC", str(super().clean(value))).strip()
        if not text:
            return None
        try:
            return self.read(text)
        except ValueError:
            raise ValidationError(
                _("看不懂这个时间。请写成“2027-03-31”或“2027-03-31 17:00”。"), code="moment"
            ) from None

    def read(self, text: str) -> datetime:
        if match := DATE.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
            return datetime.combine(datetime(year, month, day), time(23, 59, 59))  # noqa: DTZ001 (the zone is another field)
        return datetime.fromisoformat(
            DATE.sub(lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}", text, count=1).replace("/", "-")
        )


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment in that time zone, unless it says one itself; refused when it is past or absurdly far away."""
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    now = timezone.now()
    if moment <= now:
        raise ValidationError(_("截止时间已经过去。请选择将来的时间。"), code="past")
    if moment > now + timedelta(days=3660):
        raise ValidationError(_("截止时间太远了。请选择十年以内的时间。"), code="far")
    return moment


class LevelsField(forms.Field):
    """Who may see each of the fields that leave a choice: `{"budget_maximum": "nda"}`; names or numbers of levels."""

    api_type = dict[str, str]

    def __init__(self, labels: Mapping[str, Any], **kwargs: Any) -> None:
        self.labels = dict(labels)
        super().__init__(required=False, widget=LevelTable(self.labels), **kwargs)

    def clean(self, value: Any) -> dict[str, int]:
        given = value if isinstance(value, Mapping) else {}
        levels: dict[str, int] = {}
        for name, chosen in given.items():
            if name not in self.labels:
                raise ValidationError(_("“%(name)s”不能选择保密级别。"), params={"name": str(name)[:40]})
            if chosen not in (None, ""):
                levels[name] = level_named(chosen)
        return levels


def level_named(chosen: Any) -> int:
    """The level by its name (`nda`) or number."""
    text = str(chosen).strip().upper()
    if text in Level.__members__:
        return int(Level[text])
    if text.isdigit() and int(text) in Level.values:
        return int(text)
    raise ValidationError(
        _("没有“%(chosen)s”这个保密级别。可以是 public、registered、nda、staff。"), params={"chosen": str(chosen)[:20]}
    )
