"""Who may: named rules that give a verdict with a reason, and combine.

A rule is asked the same way by pages, API, agents and tests: ``rule(row, actor)`` returns a `Verdict`, whose
reason is a translated sentence that can be shown to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keqiao.parties.models import Person


class System:
    """The platform itself, acting when a deadline passes. It is nobody's account and cannot log in."""

    pk = None
    is_authenticated = True
    is_system = True

    def __str__(self) -> str:
        return "system"


SYSTEM = System()

if TYPE_CHECKING:
    Actor: TypeAlias = Person | AnonymousUser | System
else:
    Actor = Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with the reason."""

    allowed: bool
    reason: str | _StrPromise = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(allowed=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named predicate over a row and an actor."""

    name: str
    reason: str | _StrPromise
    check: Callable[[Any, Any], bool]

    def __call__(self, row: Any, actor: Any) -> Verdict:
        return YES if self.check(row, actor) else Verdict(allowed=False, reason=self.reason)

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.name}_or_{other.name}",
            self.reason,
            lambda row, actor: self.check(row, actor) or other.check(row, actor),
        )

    def __and__(self, other: Rule) -> Rule:
        def check(row: Any, actor: Any) -> bool:
            return self.check(row, actor) and other.check(row, actor)

        return Rule(f"{self.name}_and_{other.name}", self.reason, check)


def rule(reason: str | _StrPromise) -> Callable[[Callable[[Any, Any], bool]], Rule]:
    """Turn a predicate ``(row, actor) -> bool`` into a named `Rule` with the reason shown on refusal."""

    def wrap(check: Callable[[Any, Any], bool]) -> Rule:
        return Rule(check.__name__, reason, check)

    return wrap


@rule(_("只有平台自动执行这一步。"))
def is_system(row: Any, actor: Any) -> bool:
    return bool(getattr(actor, "is_system", False))


@rule(_("请先登录。"))
def is_signed_in(row: Any, actor: Any) -> bool:
    return bool(actor.is_authenticated) and not getattr(actor, "is_system", False)


class Refusal(Exception):
    """Something was asked for that cannot be done. Carries a translated sentence and an HTTP status."""

    status = 400
    title: str | _StrPromise = _("请求无法处理")
    back: str = ""
    """Where a page leads back to: the record that it was about, where the reader may see that."""

    def __init__(self, detail: str | _StrPromise = "", errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.errors = errors or {}


class NotVisible(Refusal):
    """The row does not exist, or this person may not know that it does: the two look the same."""

    status = 404
    title = _("找不到")


class NotAllowed(Refusal):
    """The row is visible, but this verb is not this person's."""

    status = 403
    title = _("没有权限")


class NotNow(Refusal):
    """The verb exists but not in the state that the row is in."""

    status = 409
    title = _("现在不能这样做")


class Invalid(Refusal):
    """The data given with the verb is wrong; `errors` names each field and the remedy."""

    status = 422
    title = _("内容需要修改")
