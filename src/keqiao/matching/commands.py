"""Commands of matching: `match`, `index`, `grades`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from keqiao.config.session import needs_database
from keqiao.engine import Query
from keqiao.exchange.models import Need
from keqiao.kernel import journal
from keqiao.kernel.models import Cursor, Seal
from keqiao.kernel.visibility import OWNER
from keqiao.matching import index as holder
from keqiao.matching import projection
from keqiao.matching.asking import NobodyAnswers, ask
from keqiao.matching.documents import ACHIEVEMENT, need_query, text_query
from keqiao.matching.grading import training_data
from keqiao.matching.queries import find


@click.command()
@click.option("--text", help="A technical problem in free text. `-` reads standard input.")
@click.option("--need", type=int, help="The number of a need.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 50), help="How many candidates.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@needs_database
def match(text: str | None, need: int | None, top: int, as_json: bool) -> None:
    """Ranked achievements for a text or a need, with evidence."""
    query = query_for(text, need)
    candidates = found_for(query, top)
    if as_json:
        click.echo(json.dumps(candidates, ensure_ascii=False, indent=2))
        return
    for place, candidate in enumerate(candidates, 1):
        print_candidate(place, candidate)
    if not candidates:
        click.echo("nothing found")


def query_for(text: str | None, need: int | None) -> Query:
    """What is looked for."""
    if (text is None) == (need is None):
        raise click.UsageError("give either --text or --need")
    if text is not None:
        words = sys.stdin.read() if text == "-" else text
        if not words.strip():
            raise click.UsageError("--text is empty")
        return text_query(words)
    row = Need.objects.filter(pk=need or 0).first()
    if row is None:
        raise click.ClickException(f"there is no need {need}")
    return need_query(row.at(OWNER))


def found_for(query: Query, top: int) -> list[dict[str, Any]]:
    """Candidates from the index, or from the platform that has it open. Only what is public is printed."""
    try:
        if not holder.is_filled():
            projection.fill()
        return [one.as_json() for one in find(query, (ACHIEVEMENT,), AnonymousUser(), top)]
    except holder.IndexBusy:
        try:
            return ask(query, top)
        except NobodyAnswers as error:
            raise click.ClickException(f"another process has the index open, and {error}") from error
    finally:
        holder.HOLDER.close()


def print_candidate(place: int, candidate: dict[str, Any]) -> None:
    """One candidate for people."""
    evidence = candidate["evidence"]
    click.echo(f"{place:2}. {candidate['score']:.3f}  {evidence['title'] or candidate['title']}  {candidate['url']}")
    if evidence["theirs"]:
        click.echo(f"      “{evidence['theirs']}”")
    for check in evidence["checks"]:
        sign = {"met": "✓", "missed": "✗", "unknown": "?"}[check["verdict"]]
        click.echo(f"      {sign} {checked(check)}")


def checked(check: dict[str, Any]) -> str:
    """A target and what is offered, in one line; commands speak English."""
    from keqiao.matching.showing import figure_line, gap_text  # noqa: PLC0415 (leaf)

    with translation.override("en"):
        offered = figure_line(check["offered"]) if check["offered"] else "not stated"
        return f"{figure_line(check['target'])} · {offered} {gap_text(check)}".rstrip()


@click.group()
def index() -> None:
    """The search index: a projection of the journal that can be built again at any time."""


@index.command()
@needs_database
def rebuild() -> None:
    """Build the index from the tables. While the platform runs, it is asked to read its journal again instead."""
    try:
        with click.progressbar(length=projection.expected(), label="indexing", file=sys.stderr) as bar:
            count = projection.fill(lambda total: bar.update(total - bar.pos))
        click.echo(f"{count} documents indexed")
    except holder.IndexBusy:
        projection.start_again()
        click.echo("the running platform reads its journal again; `keqiao index status` shows how far it is")
    finally:
        holder.HOLDER.close()


@index.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@needs_database
def status(as_json: bool) -> None:
    """How far the index has read the journal, and how much it holds."""
    cursor = Cursor.objects.filter(name=projection.NAME).values_list("position", flat=True).first() or 0
    last = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    found = {
        "path": str(settings.INDEX_PATH),
        "documents": documents(),
        "read": cursor,
        "sealed": last,
        "unsealed": journal.tail(),
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    held = "open in another process" if found["documents"] is None else f"{found['documents']} documents"
    click.echo(f"{found['path']}: {held}; read {cursor} of {last} sealed entries")


def documents() -> int | None:
    """How many documents there are; None while another process has the index open."""
    try:
        return holder.HOLDER.get().count()
    except holder.IndexBusy:
        return None
    finally:
        holder.HOLDER.close()


@click.group()
def grades() -> None:
    """What staff say of matches: the data that ranking learns from."""


@grades.command()
@needs_database
def export() -> None:
    """Print every grade as one JSON object a line, for `keqiao engine learn`."""
    for line in training_data():
        click.echo(json.dumps(line, ensure_ascii=False))
