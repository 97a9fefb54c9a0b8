"""What the verbs of solutions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.exchange.actions import place
from keqiao.exchange.enums import DeclineReason, NeedState, SolutionState
from keqiao.exchange.models import Solution
from keqiao.kernel.access import SYSTEM
from keqiao.kernel.workflow import REGISTRY, run

if TYPE_CHECKING:
    from keqiao.parties.models import Person

Data = dict[str, Any]


def create_solution(row: Solution, data: Data, actor: Person) -> None:
    """A new answer belongs to its author; it is filed at the node of the need, where it will be looked after."""
    place(row, data["organisation"], actor)
    save_solution(row, data, actor)
    row.node = row.need.node


def save_solution(row: Solution, data: Data, actor: Person) -> None:
    for name, value in data.items():
        if name != "organisation" or value is not None:
            setattr(row, name, value)


def submit_solution(row: Solution, data: Data, actor: Person) -> None:
    """Handed in: the need has its first answer."""
    row.submitted_at = timezone.now()
    if row.need.state == NeedState.OPEN:
        run(REGISTRY["needs"], row.need_id, "receive_answer", actor=SYSTEM)


def say(row: Solution, side: str, person: Person, text: str) -> None:
    """Add a question or a reply to what was said."""
    said = {"side": side, "person": person.pk, "at": timezone.now().isoformat(), "text": text}
    row.dialogue = [*row.dialogue, said]


def ask(row: Solution, data: Data, actor: Person) -> None:
    say(row, "asker", actor, data["question"])


def reply(row: Solution, data: Data, actor: Person) -> None:
    say(row, "answerer", actor, data["reply"])


def withdraw_solution(row: Solution, data: Data, actor: Person) -> Data:
    return {"reason": data["reason"]}


def decline(row: Solution, data: Data, actor: Person) -> Data:
    """Not taken: the author gets the coded reason and the words."""
    row.decline_reason, row.decline_text = data["code"], data["reason"]
    return {"code": data["code"], "reason": data["reason"]}


def close(row: Solution, data: Data, actor: Person) -> Data:
    """The need went away before the solution was answered."""
    words = _("这项需求已经解决，或者由需求方撤回、修改或关闭，您的方案不再评估。感谢您的应答。")
    return decline(row, {"code": DeclineReason.NEED_CLOSED.value, "reason": words}, actor)


def accept(row: Solution, data: Data, actor: Person) -> None:
    """Taken. The others stay, unless the asker chose to decline them at the same time."""
    if data["note"]:
        say(row, "asker", actor, data["note"])
    if data["decline_others"]:
        words = {"code": DeclineReason.CHOSEN_OTHER.value, "reason": _("感谢您的方案。需求方已经选择了其他方案。")}
        for other in others(row):
            run(REGISTRY["solutions"], other.pk, "decline", actor=actor, data=words)


def others(row: Solution) -> list[Solution]:
    """The other solutions to the same need that wait for an answer."""
    waiting = (SolutionState.SUBMITTED, SolutionState.SHORTLISTED)
    return list(Solution.objects.filter(need=row.need_id, state__in=waiting).exclude(pk=row.pk).order_by("pk"))
