"""Commands of matching: `match`, `index`, `grades`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

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
def index() -> None:
    """The search index: a projection of the journal that can be built again at any time."""


@index.command()
@needs_database
def rebuild() -> None:
    """Build the index from the tables. While the platform runs, it is asked to read its journal again instead."""
    try:
        with click.progressbar(length=projection.expected(), label=_("建立索引"), file=sys.stderr) as bar:
            count = projection.fill(lambda total: bar.update(total - bar.pos))
        click.echo(_("索引里有 %(count)d 份文档。") % {"count": count})
    except holder.IndexBusy:
        projection.start_again()
        click.echo(_("正在运行的平台会重新读取日志；用 keqiao index status 查看进度。"))
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
    count = found["documents"]
    held = _("被另一个进程占用") if count is None else _("%(count)d 份文档") % {"count": count}
    read = _("已读 %(read)d 条日志，共 %(all)d 条已封存") % {"read": cursor, "all": last}
    click.echo(_("%(path)s：%(held)s；%(read)s。") % {"path": found["path"], "held": held, "read": read})


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
