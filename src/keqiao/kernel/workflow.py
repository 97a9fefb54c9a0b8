"""Workflows are tables of verbs; one executor runs them all.

A room lists its verbs in `workflow.py`: from which state, to which state, who, under which guard, with which form,
which clocks start and stop, who is told, what follows. Buttons, API verbs, agent tools, state diagrams, deadlines and
permission tests are derived from the table.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from keqiao.kernel import clocks, freeze, jobs, journal, replays
from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible, Refusal, Rule, Verdict
from keqiao.kernel.visibility import NONE, Visible

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keqiao.kernel.access import Actor
    from keqiao.kernel.models import Entry

log = logging.getLogger("keqiao.workflow")
M = TypeVar("M", bound=Visible)
Data = dict[str, Any]
Do = Callable[..., "dict[str, Any] | None"]
Guard = Callable[[Any], "Mapping[str, list[str]]"]
Audience = Callable[[Any, "Entry"], "Iterable[Any]"]

NEW = ""
"""The state of a row that does not exist yet: the source of `create`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """One line of a workflow table.

    `do(row, data, actor)` makes the change on the locked row and may return a dict to be kept in the entry; with
    source `NEW` it gets an unsaved instance. `guard(row)` returns problems by field, empty when all is well.
    """

    name: str
    label: str | _StrPromise
    source: str | tuple[str, ...]
    target: str | None = None
    who: Rule
    guard: Guard | None = None
    form: type[VerbForm] | None = None
    do: Do | None = None
    starts: tuple[clocks.Clock, ...] = ()
    stops: tuple[clocks.Clock, ...] = ()
    pauses: tuple[clocks.Clock, ...] = ()
    resumes: tuple[clocks.Clock, ...] = ()
    tells: tuple[str, ...] = ()
    then: tuple[jobs.Job, ...] = ()
    at: str = ""
    freezes: bool = False
    in_feed: bool = False
    quiet: bool = False
    tone: str = "secondary"
    confirm: str | _StrPromise = ""
    notice: str | _StrPromise = ""

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source


class VerbForm(forms.Form):
    """What a verb asks for. Knows the row it is about and the person who fills it in."""

    together: tuple[tuple[str, ...], ...] = ()
    """Fields that are right or wrong only together: a form saved in part takes all of them or none."""

    def __init__(self, *args: Any, row: Any = None, actor: Any = None, **kwargs: Any) -> None:
        self.row, self.actor = row, actor
        super().__init__(*args, **kwargs)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        """What the form shows first: the row's own values for fields of the same name."""
        return {name: getattr(row, name) for name in cls.base_fields if hasattr(row, name)}


@dataclass(frozen=True, kw_only=True)
class Workflow(Generic[M]):
    """The verbs of one kind of row, and who can be told about them."""

    name: str
    model: type[M]
    states: type[models.TextChoices]
    verbs: tuple[Verb, ...]
    audiences: Mapping[str, Audience] = field(default_factory=dict)

    def __post_init__(self) -> None:
        REGISTRY[self.name] = self

    def verb(self, name: str) -> Verb:
        """The verb of that name; when several lines share it, ask `step` for the one that fits the row."""
        for verb in self.verbs:
            if verb.name == name:
                return verb
        raise NotVisible(_("没有这个操作。"))

    def line_of(self, entry: Entry) -> Verb | None:
        """The line that wrote an entry: those that share a name differ in where the row came from or went to."""
        lines = [verb for verb in self.verbs if verb.name == entry.verb and entry.from_state in verb.sources]
        exact = (verb for verb in lines if (verb.target or entry.from_state) == entry.to_state)
        return next(exact, lines[0] if lines else None)

    def step(self, row: M | None, name: str, actor: Actor) -> Verb:
        """The line for `name` that fits the row's state and this actor, or the refusal with its reason."""
        lines = [verb for verb in self.verbs if verb.name == name]
        if not lines:
            raise NotVisible(_("没有这个操作。"))
        state = state_of(row)
        verdicts = [(verb, verb.who(row, actor)) for verb in lines]
        allowed = [verb for verb, verdict in verdicts if verdict]
        if not allowed:
            raise NotAllowed(verdicts[0][1].reason)
        for verb in allowed:
            if state in verb.sources:
                return verb
        label = row.get_state_display() if row is not None and hasattr(row, "get_state_display") else state
        raise NotNow(gettext("当前状态是“%(state)s”，不能执行“%(verb)s”。") % {"state": label, "verb": lines[0].label})

    def available(self, row: M, actor: Actor) -> list[Verb]:
        """The verbs that this actor may run now, in the order of the table: the buttons of the page."""
        return [verb for verb in self.verbs if row.state in verb.sources and verb.who(row, actor)]  # type: ignore[attr-defined]

    def may(self, row: M, name: str, actor: Actor) -> Verdict:
        """Whether the actor may run the verb now, with the reason if not."""
        try:
            self.step(row, name, actor)
        except (NotAllowed, NotNow, NotVisible) as refusal:
            return Verdict(allowed=False, reason=refusal.detail)
        return Verdict(allowed=True)

    def load(self, pk: int, *, for_: Actor) -> M:
        """The row, locked, if the actor may know of it."""
        row = self.model._default_manager.select_for_update().filter(pk=pk).first()
        if row is None or row.clearance(for_) == NONE:
            raise NotVisible(_("没有找到，或者您无权查看。"))
        return row


REGISTRY: dict[str, Workflow[Any]] = {}
"""Every workflow by the name of its resource (plural), filled as rooms are imported."""


def run(
    workflow: Workflow[M],
    pk: int | None,
    verb: str,
    *,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    key: str = "",
    asked: Mapping[str, Any] | None = None,
) -> Entry:
    """Run `verb` on one row (or make a new one, with `pk` None): lock, check, write, journal; all or nothing.

    The same `key` by the same actor returns the first entry and does nothing (idempotent). A key belongs to one
    request for ever: with another verb, row or body it is refused. The body is `asked` where `data` has more in it
    than the caller sent.

    Raises:
        NotVisible: no such row for this actor (404).
        NotAllowed: the verb is not this actor's (403, with the reason).
        NotNow: not in the state that the row is in (409).
        Invalid: the data or the row itself is not ready (422, by field).
    """
    body = replays.digest(data if asked is None else asked, files) if key else ""
    call = replays.Call(str(workflow.model._meta.model_name), pk, verb, key, body)
    try:
        with transaction.atomic():
            return execute(workflow, call, actor=actor, data=data, files=files)
    except (IntegrityError, Refusal) as trouble:
        # Two requests with the same key at the same moment: the second may wait for the row, find it moved on and be
        # refused; it was the same request, so it gets the first one's entry.
        if earlier := replays.earlier(call, actor):
            return earlier
        if isinstance(trouble.__cause__, UniqueViolation):
            log.warning("%s/%s %s: %s", workflow.name, pk, verb, trouble)
            raise NotNow(_("刚才已经有人做了同样的操作。请刷新页面后再试。")) from trouble
        raise


def execute(
    workflow: Workflow[M],
    call: replays.Call,
    *,
    actor: Actor,
    data: Mapping[str, Any] | None,
    files: Mapping[str, Any] | None,
) -> Entry:
    """The body of `run`, inside its transaction."""
    if earlier := replays.earlier(call, actor):
        return earlier
    row = workflow.load(call.pk, for_=actor) if call.pk is not None else None
    step = workflow.step(row, call.verb, actor)
    cleaned = clean(step, data, files, row=row, actor=actor)
    before = journal.snapshot(row) if row is not None else {}
    came_from = state_of(row)
    row = row if row is not None else workflow.model()
    if step.guard and (problems := step.guard(row)):
        raise Invalid(_("还缺少必要内容，补齐后再提交。"), dict(problems))
    if step.target is not None:
        row.state = step.target  # type: ignore[attr-defined]
    extra = step.do(row, cleaned, actor) if step.do else None
    row.save()
    text = freeze.content_of(row) if step.freezes else None
    entry = journal.append(
        row=row,
        verb=call.verb,
        actor=actor,
        before=before,
        key=call.key,
        request=call.body,
        from_state=came_from,
        extra=extra,
        frozen="" if text is None else freeze.sha256_of(text),
    )
    if text is not None:
        freeze.keep(text, entry)
    clocks.apply(row, entry, starts=step.starts, stops=step.stops, pauses=step.pauses, resumes=step.resumes)
    for job in step.then:
        job.later(entry=entry.pk)
    return entry


def state_of(row: Any) -> str:
    """The state of a row as the tables name it; `NEW` for one that does not exist yet."""
    return NEW if row is None else str(row.state)


def clean(
    step: Verb,
    data: Mapping[str, Any] | None,
    files: Mapping[str, Any] | None,
    *,
    row: Visible | None,
    actor: Actor,
) -> Data:
    """What the verb's form makes of the data, or `Invalid` with the problems by field."""
    if step.form is None:
        return {}
    form = step.form(data or {}, files or {}, row=row, actor=actor)
    if not form.is_valid():
        errors = {name: [str(message) for message in messages] for name, messages in form.errors.items()}
        raise Invalid(_("有内容需要修改。"), errors)
    return form.cleaned_data


def table_of(object_type: str) -> Workflow[Any] | None:
    """The table of a kind of row, by the name that journal entries give the kind."""
    return next((table for table in REGISTRY.values() if table.model._meta.model_name == object_type), None)


def assign(row: Any, data: Data, actor: Actor) -> None:
    """The plainest action: the form's values become the row's."""
    for name, value in data.items():
        setattr(row, name, value)
