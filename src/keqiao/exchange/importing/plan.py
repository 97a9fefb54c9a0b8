"""From a table to values that could be written, or the problems of each row. Nothing is written here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keqiao.engine.text import language
from keqiao.exchange.cards import AchievementForm, NeedForm
from keqiao.exchange.enums import CooperationMode, IntellectualProperty, NeedKind
from keqiao.exchange.fields import DATE, in_zone
from keqiao.exchange.importing.columns import BY_KIND, mapping, unit_in
from keqiao.exchange.importing.known import MODELS, Known, pass_over
from keqiao.exchange.importing.parties import PARTY_FIELDS, Register
from keqiao.exchange.importing.table import Broken, Table
from keqiao.exchange.maturity import MATURITY_NEEDS
from keqiao.parties.models import Node, Organisation, Person, standing_of

MOST_PROBLEMS = 10_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row: its line, the column as the file calls it, and the remedy."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = _("第 %(line)d 行") % {"line": self.line}
        colon = _("：")
        return f"{where} · {self.column}{colon}{self.message}" if self.column else f"{where}{colon}{self.message}"


@dataclass(slots=True)
class Plan:
    """What an import would do. `rows` are line, id in the file, and cleaned values; `known` are there already."""

    kind: str
    owner: Person
    columns: dict[str, str]
    unused: list[str]
    publish: bool = False
    node: str = ""
    rows: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems and bool(self.rows or self.known)


NEEDED = {"needs": ("title", "problem"), "achievements": ("title", "summary"), "parties": ("name",)}


def plan(
    table: Table,
    kind: str,
    *,
    owner: Person,
    own: Mapping[str, str] | None = None,
    node: str = "",
    publish: bool = False,
    again: bool = False,
    progress: Progress = lambda _done: None,
) -> Plan:
    """Check every row of the table. `own` maps columns to fields where their names do not tell.

    Rows that are there already are left out, unless they are wanted `again`.
    """
    columns = mapping(table.columns, kind, own or {})
    made = Plan(kind, owner, columns, [c for c in table.columns if c not in columns], publish, node)
    made.problems += problems_of_columns(table, kind, columns, own or {})
    made.problems += problems_of_owner(made)
    made.problems += [RowProblem(line, "", words) for line, words in table.problems]
    if not made.problems:
        check_rows(made, table.rows, progress)
    if not made.problems and not again and kind in MODELS:
        made.problems += [RowProblem(line, "", words) for line, words in pass_over(made)]
    return made


def problems_of_columns(
    table: Table, kind: str, columns: dict[str, str], own: Mapping[str, str]
) -> Iterable[RowProblem]:
    """Columns that are named but not there, fields that do not exist, and what every row needs."""
    for column, name in own.items():
        if column not in table.columns:
            yield RowProblem(1, column, _("文件里没有这一列。现有：%(there)s") % {"there": _("、").join(table.columns)})
        if name not in BY_KIND[kind]:
            allowed = _("、").join(called(kind, field) for field in BY_KIND[kind])
            yield RowProblem(1, column, _("没有“%(name)s”这个字段。可以是：%(all)s") % {"name": name, "all": allowed})
    yield from twins(table, columns)
    for name in NEEDED[kind][:1]:
        if name not in columns.values():
            words = _("没有找到“%(label)s”一列。请用 --map 列名=%(name)s 指定。现有：%(there)s")
            there = _("、").join(table.columns)
            yield RowProblem(1, "", words % {"label": label_of(kind, name), "name": name, "there": there})


def label_of(kind: str, name: str) -> str:
    """What the pages call a field."""
    return str(getattr(FIELDS[kind].get(name), "label", None) or OTHER.get(name, name))


def called(kind: str, name: str) -> str:
    """A field by its label and by the name that `--map` takes."""
    label = label_of(kind, name)
    return name if label == name else _("%(label)s（%(name)s）") % {"label": label, "name": name}


def twins(table: Table, columns: dict[str, str]) -> Iterable[RowProblem]:
    """A second column of the same name, with other things in it, that nobody said which of the two to take of."""
    for column in table.columns:
        name, numbered, _rest = column.rpartition(" (")
        if not numbered or name not in columns or column in columns:
            continue
        if any(row.get(column) not in (None, "", row.get(name)) for _line, row in table.rows):
            words = _("有两列都叫“%(name)s”，内容不同。请删去一列或改名，或用 --map 指定用哪一列。")
            yield RowProblem(1, column, words % {"name": name})


def problems_of_owner(made: Plan) -> Iterable[RowProblem]:
    if made.publish and not standing_of(made.owner).operates:
        yield RowProblem(0, "", _("直接发布需要平台运营人员的账号，%(who)s 不是。") % {"who": made.owner.email})
    if made.node and not Node.objects.filter(code=made.node).exists():
        there = ", ".join(Node.objects.values_list("code", flat=True))
        yield RowProblem(0, "", _("没有节点“%(node)s”。现有：%(there)s") % {"node": made.node, "there": there})


def check_rows(made: Plan, rows: list[tuple[int, dict[str, Any]]], progress: Progress) -> None:
    """Clean every row; a row with a problem is named and does not stop the others from being looked at."""
    cleaner = Cleaner(made)
    seen: dict[str, int] = {}
    for line, values in rows:
        own_id = str(values.get(next((c for c, f in made.columns.items() if f == "id"), ""), "")).strip()
        if own_id and own_id in seen:
            words = _("编号 %(id)s 与第 %(line)d 行重复。") % {"id": own_id, "line": seen[own_id]}
            made.problems.append(RowProblem(line, "", words))
        seen.setdefault(own_id, line)
        cleaned, problems = cleaner.clean(line, values)
        made.problems += problems
        made.rows.append((line, own_id, cleaned))
        progress(1)
        if len(made.problems) >= MOST_PROBLEMS:
            break


class Cleaner:
    """Cleans rows with the very fields of the forms, so that a table may hold what a page would take, no more."""

    def __init__(self, made: Plan) -> None:
        self.made = made
        self.fields = FIELDS[made.kind]
        self.nodes = {node.code: node for node in Node.objects.all()}
        self.nodes |= {node.name: node for node in self.nodes.values()}
        self.organisations: dict[str, Organisation | None] = {}
        self.register = Register.now() if made.kind == "parties" else Register(set(), set())

    def clean(self, line: int, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[RowProblem]]:
        """The values by field, and what is wrong."""
        cleaned: dict[str, Any] = {}
        problems: list[RowProblem] = []
        for column, name in self.made.columns.items():
            given = values.get(column)
            if name == "id" or given in (None, "", []):
                continue
            try:
                cleaned[name] = self.value(name, as_written(given, column, name))
            except ValidationError as error:
                problems += [RowProblem(line, column, message) for message in error.messages]
        if not problems:
            problems = [RowProblem(line, self.column_of(name), words) for name, words in self.whole(cleaned)]
        return cleaned, problems

    def column_of(self, name: str) -> str:
        """What the file calls a field; one that has no column there is called by its label and its name."""
        found = (column for column, field in self.made.columns.items() if field == name)
        return next(found, called(self.made.kind, name) if name else "")

    def value(self, name: str, given: Any) -> Any:
        """One value as records keep it."""
        if name == "node":
            return self.node(str(given).strip())
        if name == "organisation":
            return self.organisation(str(given).strip())
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField | forms.MultipleChoiceField):
            given = chosen(field, given)
        elif not isinstance(given, str | list):
            given = str(given)
        return field.clean(given)

    def node(self, typed: str) -> Node:
        if typed not in self.nodes:
            there = "、".join(code for code, node in self.nodes.items() if node.code == code)
            raise ValidationError(_("没有节点“%(node)s”。现有：%(there)s") % {"node": typed, "there": there})
        return self.nodes[typed]

    def organisation(self, typed: str) -> Organisation:
        """An organisation by its exact name or code: any for operators, one's own for others."""
        if typed not in self.organisations:
            found = Organisation.objects.select_related("node").filter(name=typed).first()
            found = found or Organisation.objects.select_related("node").filter(credit_code=typed.upper()).first()
            self.organisations[typed] = found
        organisation = self.organisations[typed]
        standing = standing_of(self.made.owner)
        if organisation is None:
            raise ValidationError(
                _("没有登记单位“%(name)s”。请先导入单位，或改成已登记的全称。") % {"name": typed[:60]}
            )
        if not standing.operates and organisation.pk not in standing.organisations:
            raise ValidationError(_("您不是“%(name)s”的成员，不能以它的名义导入。") % {"name": typed[:60]})
        return organisation

    def whole(self, cleaned: dict[str, Any]) -> Iterable[tuple[str, str]]:
        """What only several values together can tell."""
        if self.made.kind == "parties":
            yield from self.register.problems(cleaned)
            return
        text = NEEDED[self.made.kind][1]
        in_own_language(cleaned, text)
        yield from ((name, str(words)) for name, words in self.together(cleaned))
        if not (cleaned.get("title") or cleaned.get("title_en")):
            yield "", _("缺少标题。")
        if self.made.publish and not (cleaned.get(text) or cleaned.get(f"{text}_en")):
            cleaned[text] = cleaned.get("title") or ""

    def together(self, cleaned: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        if moment := cleaned.get("deadline"):
            try:
                cleaned["deadline"] = in_zone(moment, "Asia/Shanghai")
            except ValidationError as error:
                yield "", error.messages[0]
        low, high = cleaned.get("budget_minimum"), cleaned.get("budget_maximum")
        if low is not None and high is not None and low > high:
            yield "", _("预算下限大于上限，请对调。")
        if cleaned.get("maturity"):
            yield from ((name, words) for name, words in MATURITY_NEEDS.items() if not cleaned.get(name))


def in_own_language(cleaned: dict[str, Any], text: str) -> None:
    """English rows go into the English fields."""
    if cleaned.get("source_language") or cleaned.get("title_en") or cleaned.get(f"{text}_en"):
        return
    if language(f"{cleaned.get('title', '')} {cleaned.get(text, '')}") == "en":
        cleaned["source_language"] = "en"
        for name in ("title", text):
            cleaned[f"{name}_en"] = cleaned.pop(name, "")


def as_written(given: Any, column: str, name: str) -> Any:
    """The value as a person would have typed it into the form."""
    if isinstance(given, Broken):
        words = (
            _("单元格里是错误值（%(value)s）。请在表格里改正。")
            if given != "="
            else _("单元格里是还没有算出结果的公式。请在表格软件里打开、保存一次，或改成数值。")
        )
        raise ValidationError(words % {"value": given})
    return as_date(given) if name in DATES else with_unit(given, column, name)


DATES = ("deadline", "maturity_date")
SERIAL = re.compile(r"[34567]\d{4}")
"""Days since the end of 1899: what a date looks like in a cell that is not told to show one (years 1982 to 2119)."""


def as_date(given: Any) -> Any:
    """A day in ISO form: from a serial number, from `20270331`, from `2027/3/31`; anything else as it is."""
    text = unicodedata.normalize("NFKC", str(given)).strip()
    if SERIAL.fullmatch(text):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    if match := re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", text) or DATE.fullmatch(text):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return given


def with_unit(given: Any, column: str, name: str) -> Any:
    """A bare amount in a column called `预算（万元）` is in that unit."""
    unit = unit_in(column) if name.startswith("budget") else ""
    number = unicodedata.normalize("NFKC", str(given)).strip()
    return f"{number}{unit}" if unit and BARE.fullmatch(number) else given


BARE = re.compile(r"[0-9][0-9., ]*")


def chosen(field: Any, given: Any) -> Any:
    """Choices by value or by label; several parted by commas and the like."""
    by_label = {str(label): value for value, label in field.choices} | LABELS
    if not isinstance(field, forms.MultipleChoiceField):
        word = str(given).strip()
        return by_label.get(word, word)
    words = given if isinstance(given, list) else str(given).replace("；", ";").replace("、", ";").replace("，", ";")
    parts = words if isinstance(words, list) else [p.strip() for p in words.replace(",", ";").split(";") if p.strip()]
    return [by_label.get(str(part), part) for part in parts]


ALSO = {
    "technology": "技术需求",
    "talent": "人才需求",
    "finance": "资金需求",
    "site": "场地需求",
    "development": "合作开发 委托开发 技术开发",
    "transfer": "转让",
    "licence": "许可",
    "equity": "技术入股 入股",
    "consulting": "咨询",
    "service": "服务",
    IntellectualProperty.PATENT_GRANTED.value: "专利 发明专利 已授权",
    IntellectualProperty.SOFTWARE.value: "软著",
}
LABELS = {str(label): value for value, label in [*CooperationMode.choices, *NeedKind.choices]}
LABELS |= {word: value for value, words in ALSO.items() for word in words.split()}

OTHER = {
    "id": gettext_lazy("编号"),
    "node": gettext_lazy("节点"),
    "organisation": gettext_lazy("所属单位"),
    "staff_note": gettext_lazy("内部备注"),
}
"""Fields that no form of theirs names."""

FIELDS: dict[str, dict[str, Any]] = {
    "needs": dict(NeedForm.base_fields) | {"staff_note": forms.CharField(max_length=2000)},
    "achievements": dict(AchievementForm.base_fields) | {"staff_note": forms.CharField(max_length=2000)},
    "parties": PARTY_FIELDS,
}
