"""Visibility by field, enforced in one place.

A `Visible` model declares the level of each field it shows. `row.seen_by(person)` returns a `Seen`: an object with
only the fields that this person may see. Templates, the API, feeds, search and exports are given nothing else.
Owners may raise the level of a field of their own record (`levels`); they can never lower it below the declared one
unless the model says so (`choosable`).
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import NotVisible

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class Level(models.IntegerChoices):
    """Who may see a field. The order is the order of trust."""

    PUBLIC = 0, _("公开")
    REGISTERED = 1, _("注册用户可见")
    NDA = 2, _("签署保密协议后可见")
    STAFF = 3, _("仅平台工作人员可见")


OWNER = 9
"""Clearance of the people to whom a record belongs: above every level."""

NONE = -1
"""Clearance of somebody who may not know that the record exists."""


STRANGER_ID = 0
SYSTEM_ID = -1


class Hidden:
    """Stands where a value may not be seen: false, empty, and prints as nothing, so that no template can leak it."""

    def __init__(self, level: Level) -> None:
        self.level = level

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


V = TypeVar("V", bound="Visible")


class VisibleQuerySet(models.QuerySet[V]):
    """Lists start here: `visible_to` keeps the rows a person may know of and notes how much of each."""

    def visible_to(self, actor: Actor) -> Self:
        """Rows that `actor` may see, each with its `clearance_level` (see `Visible.clearance_cases`)."""
        if getattr(actor, "is_system", False):
            return self.annotate(clearance_level=Value(OWNER), cleared_for=Value(SYSTEM_ID))
        cases = self.model.clearance_cases(actor)
        shown = self.model.shown_to(actor)
        return self.annotate(
            cleared_for=Value(actor.pk or STRANGER_ID),
            clearance_level=Case(
                *(When(condition, then=Value(int(level))) for condition, level in cases),
                default=Value(int(Level.REGISTERED if actor.is_authenticated else Level.PUBLIC)),
                output_field=IntegerField(),
            ),
        ).filter(shown | Q(clearance_level__gte=int(Level.NDA)))

    def close_to(self, actor: Actor, level: int) -> Self:
        """Rows on which `actor` has at least this clearance, more than everybody has.

        The same as comparing `clearance_level`, but the conditions are there for the database to find rows by.
        """
        if getattr(actor, "is_system", False):
            return self.visible_to(actor)
        reasons = [condition for condition, clearance in self.model.clearance_cases(actor) if clearance >= level]
        return self.visible_to(actor).filter(reduce(or_, reasons)) if reasons else self.none()


class Visible(models.Model):
    """A record whose fields have levels. It leaves as `Seen`: only what it declares comes out."""

    field_levels: ClassVar[dict[str, Level]] = {}
    open_attributes: ClassVar[frozenset[str]] = frozenset()
    choosable: ClassVar[frozenset[str]] = frozenset()
    unjournalled: ClassVar[frozenset[str]] = frozenset()
    """Columns that the journal does not keep in any form (password hashes)."""
    erasable: ClassVar[frozenset[str]] = frozenset()
    """Fields that the journal keeps apart from the chain at any level, so that personal data can be erased."""

    levels = models.JSONField(_("每个字段的保密级别"), default=dict, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """Conditions, strongest first, under which `actor` has more than the usual clearance."""
        raise NotImplementedError

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        """Which rows exist at all for somebody without special clearance (published ones, mostly)."""
        raise NotImplementedError

    def clearance(self, actor: Actor) -> int:
        """How much of this row `actor` may see; `NONE` when not even that it exists."""
        if getattr(actor, "is_system", False):
            return OWNER
        found = type(self)._default_manager.filter(pk=self.pk).visible_to(actor)  # type: ignore[attr-defined]
        level = found.values_list("clearance_level", flat=True).first()
        return NONE if level is None else int(level)

    def level_of(self, field: str) -> Level:
        """The level of one field of this row: what the owner chose where there is a choice, else the declared one."""
        declared = self.field_levels[field]
        if field not in self.choosable:
            return declared
        return Level(self.levels.get(field, declared))

    def seen_by(self, actor: Actor) -> Seen:
        """This row with only the fields that `actor` may see.

        Raises:
            NotVisible: when `actor` may not know that the row exists.
        """
        clearance = self.__dict__.get("clearance_level")
        if clearance is None or self.__dict__.get("cleared_for") != (actor.pk or STRANGER_ID):
            clearance = self.clearance(actor)
        if clearance == NONE:
            raise NotVisible
        return Seen(self, int(clearance), signed_in=bool(actor.is_authenticated))

    @property
    def reference(self) -> int | str:
        """What others name this row by when they point to it."""
        return int(self.pk)

    def called(self, seen: Seen) -> str:
        """What this row is called by somebody who sees `seen` of it: its title or its name."""
        return str(getattr(seen, "title", "") or getattr(seen, "name", ""))

    def at(self, level: int) -> Seen:
        """This row as somebody with exactly this clearance would see it (for indexes and feeds)."""
        return Seen(self, level, signed_in=level > Level.PUBLIC)


class Seen:
    """A row through the eyes of one person. Only declared fields come out, and only those not above the clearance.

    A related row comes out as `Seen`, several of them as a tuple: no way leads from here to a row itself.
    """

    __slots__ = ("_row", "_signed_in", "clearance")

    def __init__(self, row: Visible, clearance: int, *, signed_in: bool) -> None:
        object.__setattr__(self, "_row", row)
        object.__setattr__(self, "_signed_in", signed_in)
        object.__setattr__(self, "clearance", clearance)

    def __getattr__(self, name: str) -> Any:
        row: Visible = object.__getattribute__(self, "_row")
        if name in row.field_levels:
            level = row.level_of(name)
            return self._shown(getattr(row, name)) if level <= self.clearance else Hidden(level)
        if name in row.open_attributes or name in ALWAYS_OPEN:
            return getattr(row, name)
        field, _dot, rest = name.partition("_display")
        if field.startswith("get_") and not rest and field[4:] in row.field_levels:
            return getattr(row, name) if row.level_of(field[4:]) <= self.clearance else (lambda: "")
        raise AttributeError(f"{type(row).__name__}.{name} is not declared as visible")

    def _shown(self, value: Any) -> Any:
        """Related records are seen too, with the clearance of any signed-in person or of a stranger."""
        if isinstance(value, models.Manager):
            return tuple(self._shown(row) for row in value.all())
        if isinstance(value, Visible):
            return value.at(Level.REGISTERED if object.__getattribute__(self, "_signed_in") else Level.PUBLIC)
        if isinstance(value, models.Model):
            raise TypeError(f"{type(value).__name__} does not say what of it may be seen: make it `Visible`")
        return value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("What is seen cannot be written.")

    def __str__(self) -> str:
        row: Visible = object.__getattribute__(self, "_row")
        return row.called(self) or f"#{self.pk}"

    @property
    def hidden(self) -> dict[str, Level]:
        """The fields that this person may not see, with the level each asks for."""
        row: Visible = object.__getattribute__(self, "_row")
        return {name: row.level_of(name) for name in row.field_levels if row.level_of(name) > self.clearance}

    @property
    def is_owner(self) -> bool:
        return bool(self.clearance >= OWNER)

    def values(self) -> dict[str, Any]:
        """The visible fields by name, without the hidden ones."""
        row: Visible = object.__getattribute__(self, "_row")
        return {
            name: self._shown(getattr(row, name)) for name in row.field_levels if row.level_of(name) <= self.clearance
        }


ALWAYS_OPEN = frozenset(
    {
        "pk",
        "id",
        "reference",
        "state",
        "get_state_display",
        "created_at",
        "updated_at",
        "node_id",
        "get_absolute_url",
        "levels",
    }
)

__all__ = ["NONE", "OWNER", "Hidden", "Level", "Seen", "Visible", "VisibleQuerySet"]
