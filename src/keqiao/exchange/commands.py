"""`keqiao import`: needs, achievements and organisations from a table."""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from django.db import IntegrityError
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from keqiao.config.session import needs_database
from keqiao.exchange import importing
from keqiao.parties.models import Person, Post

SHOWN_PROBLEMS = 50


@click.group("import")
def import_() -> None:
    """Bring records in from csv (UTF-8, GB18030), xlsx or jsonl. All rows or none."""


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that all three kinds share."""
    for option in (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Check every row and write nothing."),
        click.option("--map", "own", multiple=True, metavar="COLUMN=FIELD", help="Which field a column is."),
        click.option("--node", default="", help="The node the rows belong to."),
        click.option("--owner", metavar="EMAIL", help="Whose rows they are; by default the first operator."),
        click.option("--publish", is_flag=True, help="Publish (verify) at once; the owner must be an operator."),
        click.option("--again", is_flag=True, help="Also needs and achievements that are there already."),
        click.option("--json", "as_json", is_flag=True, help="The result for programs."),
    ):
        command = option(command)
    return command


def run(kind: str, file: Path, own: tuple[str, ...], **wishes: Any) -> None:
    """Read, check, write, and say what was done; exit status 1 when there are problems."""
    started = time.perf_counter()
    try:
        table = importing.read(file.read_bytes(), file.name)
    except importing.Unreadable as trouble:
        raise click.ClickException(str(trouble)) from None
    with importing.alone():
        made, ids = check_and_write(table, kind, own, file.name, wishes)
    report(made, ids, time.perf_counter() - started, sheet=table.sheet, **wishes)


def check_and_write(
    table: importing.Table, kind: str, own: tuple[str, ...], name: str, wishes: dict[str, Any]
) -> tuple[importing.Plan, list[int]]:
    """The plan, and the ids of what was written: none with problems or in a dry run."""
    with bar(_("检查"), len(table.rows)) as progress:
        made = importing.plan(
            table,
            kind,
            owner=person(wishes["owner"]),
            own=dict(pair(text) for text in own),
            node=wishes["node"],
            publish=wishes["publish"],
            again=wishes["again"],
            progress=progress.update,
        )
    if not made.is_good or wishes["dry_run"]:
        return made, []
    try:
        with bar(_("写入"), len(made.rows)) as progress:
            return made, importing.write(made, file=name, progress=progress.update)
    except (IntegrityError, UniqueViolation) as trouble:
        words = _("检查之后有人登记了相同的内容，所以什么都没有写入。请再导入一次。（%(trouble)s）")
        raise click.ClickException(words % {"trouble": trouble}) from None


def bar(label: str, length: int) -> Any:
    return click.progressbar(length=length, label=label, file=sys.stderr)


def pair(text: str) -> tuple[str, str]:
    column, mark, field = text.partition("=")
    if not mark or not field.strip():
        words = _("“%(text)s”：请写成 列名=字段，例如 技术难题=problem。") % {"text": text}
        raise click.BadParameter(words, param_hint="--map")
    return column.strip(), field.strip()


def person(email: str | None) -> Person:
    """The owner by address, else the first operator of the first centre that has one."""
    if email:
        found: Person | None = Person.objects.filter(email__iexact=email).first()
        if found is None:
            raise click.ClickException(_("没有账号 %(email)s。请用 --owner 指定已有的账号。") % {"email": email})
        return found
    posts = Post.objects.filter(role="operator", state="active")
    post = posts.order_by("node__parent_id", "pk").first()
    if post is None:
        raise click.ClickException(_("还没有平台运营人员。请用 --owner 邮箱 指定归属。"))
    held: Person = Person.objects.get(pk=post.person_id)
    return held


def report(made: importing.Plan, ids: list[int], seconds: float, *, sheet: str = "", **wishes: Any) -> None:
    """The result in words or as JSON."""
    if wishes["as_json"]:
        click.echo(json.dumps(summary(made, ids, seconds), ensure_ascii=False))
    else:
        if sheet:
            click.echo("  " + _("工作表：%(name)s") % {"name": sheet}, err=True)
        for column, field in made.columns.items():
            click.echo(f"  {column} → {importing.called(made.kind, field)}", err=True)
        if made.unused:
            click.echo("  " + _("没有用到的列：%(names)s") % {"names": listed(made.unused)}, err=True)
        list_some([str(problem) for problem in made.problems])
        list_some([str(row) for row in made.known])
        click.echo(outcome(made, ids, seconds))
    if not made.is_good:
        sys.exit(1)


def listed(names: list[str]) -> str:
    return _("、").join(names)


def list_some(lines: list[str]) -> None:
    """As many as can be read; `--json` has them all."""
    for line in lines[:SHOWN_PROBLEMS]:
        click.echo(line, err=True)
    if len(lines) > SHOWN_PROBLEMS:
        click.echo(_("……还有 %(count)d 条") % {"count": len(lines) - SHOWN_PROBLEMS}, err=True)


def outcome(made: importing.Plan, ids: list[int], seconds: float) -> str:
    """One line."""
    nothing = _("什么都没有写入。")
    if made.problems:
        return _("%(count)d 处需要修改，") % {"count": len(made.problems)} + nothing
    words = _("%(count)d 行已经有了，跳过（加 --again 会再导入一遍）；") % {"count": len(made.known)}
    already = words if made.known else ""
    if not made.rows:
        return (already or _("没有可以导入的行，")) + nothing
    good = _("%(count)d 行没有问题；") % {"count": len(made.rows)}
    if not ids:
        return already + good + _("只是检查（--dry-run），") + nothing
    done = {"count": len(ids), "seconds": f"{seconds:.1f}", "speed": f"{len(ids) / seconds:,.0f}" if seconds else "–"}
    return already + good + _("写入 %(count)d 行，用时 %(seconds)s 秒（每秒 %(speed)s 行）。") % done


def summary(made: importing.Plan, ids: list[int], seconds: float) -> dict[str, Any]:
    problems = [{"line": p.line, "column": p.column, "message": p.message} for p in made.problems]
    return {
        "rows": len(made.rows),
        "written": len(ids),
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "columns": made.columns,
        "unused": made.unused,
        "known": [{"line": row.line, "id": row.pk, "message": row.message} for row in made.known],
        "problems": problems,
        "seconds": round(seconds, 3),
    }


def command(kind: str, help_text: str) -> None:
    """Add the command of one kind."""

    @functools.wraps(run)
    def body(**arguments: Any) -> None:
        run(kind, **arguments)

    import_.command(kind, help=help_text)(options(needs_database(body)))


command("needs", "Needs: title and problem at least; drafts, or open with --publish.")
command("achievements", "Achievements: title and summary at least; drafts, or published with --publish.")
command("parties", "Organisations: name at least; unverified, or verified with --publish.")
