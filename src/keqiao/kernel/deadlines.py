"""Deadlines: verbs that the platform itself runs when a moment is past, read from the tables (`Verb.at`)."""

from __future__ import annotations

import logging

from django.utils import timezone

from keqiao.kernel import jobs
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.workflow import REGISTRY, run

log = logging.getLogger("keqiao.deadlines")
AT_ONCE = 500


def run_due() -> int:
    """Run every system verb whose moment is past. Returns how many; a row that refuses is logged and left."""
    done = 0
    for workflow in list(REGISTRY.values()):
        for verb in workflow.verbs:
            if not verb.at:
                continue
            due = workflow.model._default_manager.filter(
                state__in=verb.sources, **{f"{verb.at}__lt": timezone.now()}
            ).values_list("pk", flat=True)[:AT_ONCE]
            for pk in list(due):
                try:
                    run(workflow, pk, verb.name, actor=SYSTEM)
                    done += 1
                except Refusal as refusal:  # somebody else moved it in the meantime
                    log.info("%s/%s %s: %s", workflow.name, pk, verb.name, refusal.detail)
    return done


@jobs.every("* * * * *")
def watch_deadlines() -> None:
    """Look once a minute."""
    run_due()
