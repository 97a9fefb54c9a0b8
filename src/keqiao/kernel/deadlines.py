"""Deadlines: verbs that the platform itself runs when a moment is past, read from the tables (`Verb.at`)."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from keqiao.kernel import jobs
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow, run

log = logging.getLogger("keqiao.deadlines")
AT_ONCE = 500


def run_due() -> int:
    """Run every system verb whose moment is past. Returns how many; a row that refuses or fails is logged and left."""
    timed = [(workflow, verb) for workflow in REGISTRY.values() for verb in workflow.verbs if verb.at]
    return sum(attempt(workflow, pk, verb) for workflow, verb in timed for pk in due(workflow, verb))


def due(workflow: Workflow[Any], verb: Verb) -> list[int]:
    """The rows whose moment for this verb is past; the newest first, so that those that fail each time come last."""
    past = {f"{verb.at}__lt": timezone.now()}
    rows = workflow.model._default_manager.filter(state__in=verb.sources, **past).order_by(f"-{verb.at}")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


def attempt(workflow: Workflow[Any], pk: int, verb: Verb) -> bool:
    """Run the verb on one row, whatever happens there."""
    try:
        run(workflow, pk, verb.name, actor=SYSTEM)
    except Refusal as refusal:  # somebody else moved it in the meantime
        log.info("%s/%s %s: %s", workflow.name, pk, verb.name, refusal.detail)
        return False
    except Exception:  # the deadlines of others go on
        log.exception("%s/%s %s failed", workflow.name, pk, verb.name)
        return False
    return True


@jobs.every("* * * * *")
def watch_deadlines() -> None:
    """Look once a minute."""
    run_due()
