"""Commands of learnt rankings: `keqiao ranking list | use | retire | learn`."""

from __future__ import annotations

import json

import click
from django.utils.translation import gettext as _

from keqiao.config.session import needs_database
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.matching import index as holder
from keqiao.matching.enums import RankingState
from keqiao.matching.models import Ranking
from keqiao.matching.ranking import trouble_with
from keqiao.matching.training import TrainingFailed, new_grades, train
from keqiao.matching.workflow import RANKINGS


@click.group()
def ranking() -> None:
    """Rankings learnt from the grades of staff; one of them, or none, is in use."""


@ranking.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@needs_database
def list_rankings(as_json: bool) -> None:
    """Print every version with its figures on needs held out, newest first."""
    rows = list(Ranking.objects.order_by("-pk"))
    if as_json:
        click.echo(json.dumps([as_line(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        figures = row.measures.get("ranking", {})
        line = f"{row.pk}\t{row.get_state_display()}\t{row.trained_at:%Y-%m-%d %H:%M}"
        click.echo(f"{line}\tnDCG@10 {figures.get('before', 0):.3f} → {figures.get('after', 0):.3f}")
        if row.state == RankingState.IN_USE and (trouble := trouble_with(row)):
            click.echo(f"  {trouble}", err=True)
    if not any(row.state == RankingState.IN_USE for row in rows):
        click.echo(_("现在按未经学习的原有排序。上次训练以来有 %(count)d 个新评分。") % {"count": new_grades()})


def as_line(row: Ranking) -> dict[str, object]:
    return {"number": row.pk, "state": row.state, "trained_at": row.trained_at.isoformat(), "measures": row.measures}


@ranking.command()
@click.argument("number", type=int)
@needs_database
def use(number: int) -> None:
    """Rank with version NUMBER from now on."""
    if not Ranking.objects.filter(pk=number).exists():
        words = _("没有第 %(number)d 版排序模型。用 keqiao ranking list 查看已有的版本。")
        raise click.ClickException(words % {"number": number})
    switched(number, "use")
    click.echo(_("第 %(number)d 版排序模型已启用，几秒钟内生效。") % {"number": number})


@ranking.command()
@needs_database
def retire() -> None:
    """Go back to the ranking as it was before anything was learnt."""
    pk = Ranking.objects.filter(state=RankingState.IN_USE).values_list("pk", flat=True).first()
    if pk is None:
        click.echo(_("没有排序模型在使用，现在就是未经学习的原有排序。"))
        return
    switched(pk, "retire")
    click.echo(_("第 %(number)d 版排序模型已停用，几秒钟内回到原有排序。") % {"number": pk})


@ranking.command()
@needs_database
def learn() -> None:
    """Learn from all grades now, however few are new; what wins on needs held out is put to use."""
    try:
        row = train()
    except TrainingFailed as trouble:
        raise click.ClickException(str(trouble)) from trouble
    finally:
        holder.HOLDER.close()
    click.echo(f"{row.pk}\t{row.get_state_display()}")


def switched(pk: int, verb: str) -> None:
    """Run the verb as the platform; a refusal in one line."""
    try:
        kernel.run(RANKINGS, pk, verb, actor=SYSTEM)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.detail)) from refusal
