"""Widgets of the exchange: the field picker and the table of confidentiality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import Level
from keqiao.parties import taxonomy


class FieldPicker(forms.Widget):
    """Chips of the chosen fields and a box that finds more; works without scripts as a line of codes."""

    template_name = "exchange/widgets/field_picker.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        codes = [value] if isinstance(value, str) and value else list(value or [])
        return context | {"name": name, "chosen": taxonomy.labels(codes), "identity": (attrs or {}).get("id", name)}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


def usual(field: str) -> str:
    """Who sees a field of a need or an achievement when nothing was chosen for it."""
    levels = {**Achievement.field_levels, **Need.field_levels}
    return str(levels[field].label) if field in levels else ""


class LevelTable(forms.Widget):
    """One choice of level per field. In a posted form each is called `levels-<field>`."""

    template_name = "exchange/widgets/level_table.html"

    def __init__(self, labels: Mapping[str, Any]) -> None:
        super().__init__()
        self.labels = labels

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        chosen = value if isinstance(value, Mapping) else {}
        rows = [
            {"name": f"{name}-{field}", "label": label, "chosen": str(chosen.get(field, "")), "usual": usual(field)}
            for field, label in self.labels.items()
        ]
        levels = [(str(int(level)), level.label) for level in Level]
        return context | {"rows": rows, "levels": levels, "has_choice": any(row["chosen"] for row in rows)}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if not hasattr(data, "getlist"):
            return data.get(name)
        return {field: data.get(f"{name}-{field}") for field in self.labels if data.get(f"{name}-{field}")}

    def id_for_label(self, id_: str | None) -> str:
        return ""
