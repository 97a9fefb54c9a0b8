"""`keqiao batch`: achievements for many needs at once, into a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from keqiao import batch_cli
from keqiao.config.session import needs_database
from keqiao.engine import Document, Query
from keqiao.engine.batch import Corpus, Plan
from keqiao.engine.batch.plan import laid_out
from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Need
from keqiao.kernel.visibility import OWNER
from keqiao.matching.documents import ACHIEVEMENT, KIND_OF_STATE, PUBLIC, document_id, need_query
from keqiao.matching.projection import BATCH, expected, published

OPEN, ALL = "open", "all"


@click.command()
@click.option(
    "--needs",
    default=OPEN,
    show_default=True,
    help="Which needs: open; all (open, in cooperation, solved); or a file with a number on each line.",
)
@batch_cli.options
@needs_database
def batch(needs: str, top: int, out: Path, workers: int, address: str) -> None:
    """The best achievements for many needs, one JSON object a line. Killed, it goes on when called again."""

    def lay(out: Path, top: int, about: Mapping[str, Any]) -> Plan:
        rows = chosen(needs)
        with batch_cli.bar("reading", expected()) as shown:
            corpus = Corpus.of(documents(), is_public_achievement, shown.update)
        return laid_out(out, corpus, queries(rows), top=top, about=about)

    batch_cli.run(out, top, {"needs": needs}, lay, workers=workers, address=address)


def is_public_achievement(document: Document) -> bool:
    return (document.kind, document.audience) == (ACHIEVEMENT, PUBLIC)


def documents() -> Iterator[Document]:
    """Everything that the index holds, in its order. Only figures of achievements are read: no other is compared."""
    for rows, documents_of in published():
        for row in rows.order_by("pk").iterator(chunk_size=BATCH):
            yield from documents_of(row, reading=rows.model is not Need)


def chosen(needs: str) -> QuerySet[Need]:
    """The needs to be matched (ClickException for what names none)."""
    if needs in (OPEN, ALL):
        states = [NeedState.OPEN] if needs == OPEN else list(KIND_OF_STATE)
        return Need.objects.filter(state__in=states)
    numbers = numbers_in(Path(needs))
    rows = Need.objects.filter(pk__in=numbers)
    unknown = sorted(set(numbers) - set(rows.values_list("pk", flat=True)))
    if unknown:
        raise click.ClickException(_("没有编号为 %(number)d 的需求。") % {"number": unknown[0]})
    return rows


def numbers_in(path: Path) -> list[int]:
    """The numbers in a file, one a line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(
            _("读不出 --needs 的文件 %(path)s：%(why)s") % {"path": path, "why": error}
        ) from error
    numbers = []
    for at, line in enumerate(lines, 1):
        word = line.strip()
        if word and not (word.isascii() and word.isdigit() and len(word) < 18):
            raise click.ClickException(
                _("%(path)s 第 %(line)d 行不是需求编号：%(word)s。每行写一个编号。")
                % {"path": path, "line": at, "word": word[:40]}
            )
        numbers += [int(word)] if word else []
    if not numbers:
        raise click.ClickException(_("%(path)s 里没有需求编号。每行写一个编号。") % {"path": path})
    return numbers


def queries(rows: QuerySet[Need]) -> Iterator[tuple[str, Query]]:
    """What each need looks for, in all of its words."""
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        yield document_id("need", row.pk), need_query(row.at(OWNER))
