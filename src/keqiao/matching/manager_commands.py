"""Commands of technology managers: `managers assign`."""

from __future__ import annotations

import json
from typing import Any

import click
from django.utils.translation import gettext as _

from keqiao.config.session import needs_database
from keqiao.kernel.access import SYSTEM
from keqiao.matching.assigning import Proposed, accept, propose_managers


@click.group()
def managers() -> None:
    """Technology managers and the needs that they take."""


@managers.command("assign")
@click.option("--dry-run", is_flag=True, help="Only print who would take what.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a need, for programs.")
@needs_database
def assign(dry_run: bool, as_json: bool) -> None:
    """Give every open need without a technology manager one: the assignment of least total cost."""
    found = propose_managers(SYSTEM)
    pairs = [(one.need.pk, one.manager.person.pk) for one in found if one.manager]
    troubles = {} if dry_run else {one.need: one.trouble for one in accept(pairs, SYSTEM)}
    for one in found:
        trouble = troubles.get(one.need.pk, "")
        click.echo(json.dumps(as_row(one, trouble), ensure_ascii=False) if as_json else as_line(one, trouble))
    if not found:
        click.echo(_("没有等待指派的需求：公开的需求都有技术经理人。"), err=as_json)


def as_row(one: Proposed, trouble: str) -> dict[str, Any]:
    """A proposal for programs; `manager` is null where there is none, `trouble` says why it was not assigned."""
    manager = one.manager
    return {
        "need": one.need.pk,
        "title": str(one.need),
        "manager": manager and manager.person.pk,
        "name": manager and str(manager.person),
        "score": manager and manager.score,
        "reasons": manager.reasons if manager else [],
        "trouble": trouble or one.why_not,
    }


def as_line(one: Proposed, trouble: str) -> str:
    """A proposal for people."""
    who = f"{one.manager.person}（{'；'.join(one.manager.reasons)}）" if one.manager else "–"
    return "\t".join(part for part in (str(one.need.pk), str(one.need), who, trouble or one.why_not) if part)
