"""Commands of matching: `match`, `grades`; those of the index are in `index_commands`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from keqiao.config.session import needs_database
from keqiao.engine import Query
from keqiao.exchange.models import Need
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
        click.echo(_("没有找到合适的成果。"))


def query_for(text: str | None, need: int | None) -> Query:
    """What is looked for."""
    if (text is None) == (need is None):
        raise click.UsageError(_("请给出 --text 或 --need，二选一。"))
    if text is not None:
        words = sys.stdin.read() if text == "-" else text
        if not words.strip():
            raise click.UsageError(_("--text 没有内容。"))
        return text_query(words)
    row = Need.objects.filter(pk=need or 0).first()
    if row is None:
        raise click.ClickException(_("没有编号为 %(number)d 的需求。") % {"number": need or 0})
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
            words = _("索引被另一个进程占用，而且 %(address)s 没有应答。请用 KEQIAO_URL 指定平台的地址。（%(why)s）")
            raise click.ClickException(words % {"address": error.address, "why": error.why}) from error
    except holder.IndexFails as trouble:
        raise click.ClickException(f"{trouble.detail}（{trouble}）") from trouble
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
    """A target and what is offered, in one line."""
    from keqiao.matching.showing import figure_line, margin_text  # noqa: PLC0415 (leaf)

    offered = figure_line(check["offered"]) if check["offered"] else _("未写明")
    return f"{figure_line(check['target'])} · {offered} {margin_text(check)}".rstrip()


@click.group()
def grades() -> None:
    """What staff say of matches: the data that ranking learns from."""


@grades.command()
@needs_database
def export() -> None:
    """Print every grade as one JSON object a line, for `keqiao engine learn`."""
    for line in training_data():
        click.echo(json.dumps(line, ensure_ascii=False))
