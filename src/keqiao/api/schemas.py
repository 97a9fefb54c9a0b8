"""Schemas drawn from the workflow tables: one body per verb, from the same form that the page shows."""

from __future__ import annotations

import datetime
import decimal
from typing import Any, Literal

from django import forms
from django.db import models
from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from keqiao.kernel.workflow import Verb

TYPES: list[tuple[type[forms.Field], Any]] = [
    (forms.BooleanField, bool),
    (forms.TypedMultipleChoiceField, list[str]),
    (forms.MultipleChoiceField, list[str]),
    (forms.IntegerField, int),
    (forms.DecimalField, decimal.Decimal),
    (forms.DateTimeField, datetime.datetime),
    (forms.DateField, datetime.date),
    (forms.JSONField, Any),
]
"""Form field → JSON type; the first that fits counts. Everything else is text."""


class Strict(Schema):
    """A body in which an unknown name is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


def body_of(resource: str, verb: Verb) -> type[Schema] | None:
    """The request body of a verb, or none when it asks for nothing."""
    if verb.form is None:
        return None
    partial = verb.name == "save"  # what a save leaves out stays as it is
    columns = verb.form.base_fields.items()
    fields = {name: column(field, partial=partial) for name, field in columns if not is_file(field)}
    name = f"{resource.title().replace('-', '')}{verb.name.title().replace('_', '')}"
    return create_model(name, __base__=Strict, **fields)  # type: ignore[call-overload, no-any-return]


def is_file(field: forms.Field) -> bool:
    return isinstance(field, forms.FileField)


def column(field: forms.Field, *, partial: bool = False) -> tuple[Any, Any]:
    """Type and description of one field. What the form does not require may be left out or null."""
    kind = api_type(field)
    about: dict[str, Any] = {"description": str(field.label or "")}
    if field.help_text:
        about["description"] += f" — {field.help_text}"
    limit = getattr(field, "max_length", None)
    if kind is str and limit:
        about["max_length"] = limit
    if field.required and not partial and not isinstance(field, forms.BooleanField):
        return kind, Field(**about)
    return kind | None, Field(default=None, **about)


def api_type(field: forms.Field) -> Any:
    """The JSON type of a form field; a field may name its own as `api_type`."""
    own = getattr(field, "api_type", None)
    if own is not None:
        return own
    if type(field) in {forms.ChoiceField, forms.TypedChoiceField}:
        coerce = int if getattr(field, "coerce", None) is int else str
        values = tuple(coerce(value) for value, _label in flat(field.choices) if value != "")  # type: ignore[attr-defined]
        return Literal[values] if values else str
    if isinstance(field, forms.ModelChoiceField):
        key = key_type(field)
        return list[key] if isinstance(field, forms.ModelMultipleChoiceField) else key  # type: ignore[valid-type]
    return next((kind for base, kind in TYPES if isinstance(field, base)), str)


def key_type(field: forms.ModelChoiceField[Any]) -> type[int] | type[str]:
    """How rows of the field's kind are named: most have numbers, nodes have codes."""
    if field.queryset is None or not field.to_field_name:
        return int
    return str if isinstance(field.queryset.model._meta.get_field(field.to_field_name), models.CharField) else int


def flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    result: list[tuple[Any, Any]] = []
    for value, label in choices:
        if isinstance(label, list | tuple):
            result.extend(label)
        else:
            result.append((value, label))
    return result


class VerbOut(Schema):
    """A verb that the caller may run now."""

    name: str
    label: str
    needs: list[str] = Field(description=gettext_noop("这一步必填的字段。"))


class RowOut(Schema):
    """A record as the caller may see it. Hidden fields are absent from `fields` and named in `hidden`."""

    id: int
    type: str
    state: str
    state_label: str
    url: str
    version: str = Field(
        default="",
        description="Of the card, where the caller may change it: sent along with `save` or `edit`, "
        "it keeps them from overwriting what somebody else saved meanwhile (422).",
    )
    fields: dict[str, Any]
    hidden: dict[str, str] = Field(description=gettext_noop("您看不到的字段，和看到它需要的级别。"))
    verbs: list[VerbOut] = Field(default_factory=list)


class Page(Schema):
    """One page of a list; `next` is the cursor of the following one, or null."""

    items: list[RowOut]
    next: str | None = None


class EntryOut(Schema):
    """What running a verb answers: the entry it wrote, and the row as it is now."""

    entry: int
    verb: str
    at: datetime.datetime
    row: RowOut


class Problem(Schema):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: dict[str, list[str]] = Field(default_factory=dict)
