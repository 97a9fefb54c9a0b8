"""Commands of the index: `keqiao index status | rebuild | snapshot | restore`."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keqiao.config.session import needs_database
from keqiao.engine import snapshots
from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.meaning import embed
from keqiao.engine.snapshots import BadSnapshot
from keqiao.engine.troubles import IndexOutdated
from keqiao.kernel import journal
from keqiao.kernel.models import Cursor, Seal
from keqiao.matching import embedding, projection
from keqiao.matching import index as holder
from keqiao.matching.meanings import meaning

FILE = click.Path(dir_okay=False, path_type=Path)
SNAPSHOT_TROUBLES = {
    "exists": gettext_lazy("%(path)s 已经存在；快照不覆盖任何文件，请换一个文件名。"),
    "no folder": gettext_lazy("%(path)s 所在的文件夹不存在，请先建立。"),
    "closed": gettext_lazy("%(path)s 不能读写：%(why)s。"),
    "cut": gettext_lazy("%(path)s 不完整，请换一份快照，或用 keqiao index rebuild 重建。"),
    "foreign": gettext_lazy("%(path)s 不是这个版本能读的索引快照。"),
}


@click.group()
def index() -> None:
    """The search index: a projection of the journal that can be built again at any time."""


@contextlib.contextmanager
def opened_index() -> Iterator[None]:
    """Troubles of the index in one line; it is let go of at the end."""
    try:
        yield
    except holder.IndexBusy as trouble:
        raise click.ClickException(
            _("索引被正在运行的平台占用：请先停止平台，或把索引放到集群里（QDRANT_URL）。")
        ) from trouble
    except holder.IndexFails as trouble:
        raise click.ClickException(f"{trouble.detail}（{trouble}）") from trouble
    except BadSnapshot as bad:
        words = SNAPSHOT_TROUBLES[bad.trouble] % {"path": bad.path, "why": bad.why}
        raise click.ClickException(str(words)) from bad
    finally:
        holder.HOLDER.close()


@contextlib.contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on the error stream. Yields what sets it to a count."""
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda total: bar.update(total - bar.pos)


@index.command()
@needs_database
def rebuild() -> None:
    """Build the index from the tables.

    An index in a cluster is built beside the old one and put in its place at once; shards and replicas are those of the
    settings. An index in the folder of a running platform cannot be opened: it is asked to read its journal again.
    """
    with opened_index():
        try:
            with progress(projection.expected(), _("建立索引")) as done:
                count = projection.fill(done)
            click.echo(_("索引里有 %(count)d 份文档。") % {"count": count})
        except holder.IndexBusy:
            projection.start_again()
            click.echo(_("正在运行的平台会重新读取日志；用 keqiao index status 查看进度。"))


@index.command("embed")
@needs_database
def embed_() -> None:
    """Give every document a vector of meaning (KEQIAO_ENCODER), here and now; may be stopped and called again.

    The platform does it by itself in the background. An index in a cluster that has no room for these vectors is built
    anew.
    """
    wanted = meaning()
    if wanted is None:
        raise click.ClickException(_("没有可用的语义模型：请先设置 KEQIAO_ENCODER。"))
    with opened_index():
        target = holder.HOLDER.get()
        try:
            with progress(target.count() - target.embedded(wanted.space), _("语义处理")) as done:
                embed(target, wanted, done)
        except IndexOutdated:
            with progress(projection.expected(), _("建立索引")) as done:
                projection.fill(done)
        except ModelTrouble as trouble:
            raise click.ClickException(_("语义模型没有应答，已处理的部分保留：%(why)s") % {"why": trouble}) from trouble
        finally:
            embedding.write_state(embedding.state_of(target, wanted))
    click.echo(meaning_line(embedding.read_state()))


@index.command()
@click.argument("file", type=FILE)
@needs_database
def snapshot(file: Path) -> None:
    """Write all documents of the index to FILE. An index in a cluster may be used and written to meanwhile."""
    with opened_index():
        target = holder.HOLDER.get()
        seal = Seal.objects.order_by("-position").filter(position__lte=cursor()).first()
        about = {"position": seal.position if seal else 0, "hash": seal.hash if seal else ""}
        with progress(target.count(), _("写快照")) as done:
            count = snapshots.write(file, target.documents(), about, done)
        size = f"{file.stat().st_size:,}"
        click.echo(_("%(count)d 份文档写入 %(file)s（%(size)s 字节）。") % {"count": count, "file": file, "size": size})


@index.command()
@click.argument("file", type=FILE)
@needs_database
def restore(file: Path) -> None:
    """Put the documents of FILE in place of all others; what has happened since is read from the journal."""
    with opened_index():
        about, length = snapshots.inspect(file)
        if not is_of_this_journal(about):
            words = _("%(file)s 属于另一份日志，或属于这份日志更晚的状态；请用 keqiao index rebuild 重建。")
            raise click.ClickException(words % {"file": file})
        with progress(length, _("建立索引")) as done:
            count = projection.replace_by(snapshots.read(file), int(about["position"]), done)
        words = _("恢复了 %(count)d 份文档；第 %(position)d 条日志之后的变更随后自动补上。")
        click.echo(words % {"count": count, "position": about["position"]})


def is_of_this_journal(about: dict[str, Any]) -> bool:
    """Whether this journal has the entry up to which a snapshot was complete."""
    position = about.get("position")
    if position == 0:
        return True
    return isinstance(position, int) and Seal.objects.filter(position=position, hash=about.get("hash")).exists()


def cursor() -> int:
    """How far the index has read the journal."""
    return Cursor.objects.filter(name=projection.NAME).values_list("position", flat=True).first() or 0


@index.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@needs_database
def status(as_json: bool) -> None:
    """How far the index has read the journal, and how much it holds."""
    last = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    with opened_index():
        found: dict[str, Any] = {
            "path": holder.place(),
            "documents": documents(),
            "read": cursor(),
            "sealed": last,
            "unsealed": journal.tail(),
            "meaning": meaning_state(),
        }
    if as_json:
        click.echo(json.dumps(found))
        return
    count = found["documents"]
    held = _("被另一个进程占用") if count is None else _("%(count)d 份文档") % {"count": count}
    read = _("已读 %(read)d 条日志，共 %(all)d 条已封存") % {"read": found["read"], "all": last}
    click.echo(_("%(path)s：%(held)s；%(read)s。") % {"path": found["path"], "held": held, "read": read})
    if found["meaning"]:
        click.echo(meaning_line(found["meaning"]))


def meaning_state() -> dict[str, Any] | None:
    """How far embedding is: counted, or as the running platform last said; None without an encoder."""
    wanted = meaning()
    if wanted is None:
        return None
    try:
        kept = embedding.read_state() or {}
        return asdict(embedding.state_of(holder.HOLDER.get(), wanted, str(kept.get("trouble", ""))))
    except holder.IndexBusy:
        return embedding.read_state()


def meaning_line(state: dict[str, Any] | None) -> str:
    """The state of embedding in words."""
    if state is None:
        return ""
    words = _("语义模型 %(encoder)s：%(documents)d 份文档中已处理 %(embedded)d 份；") % state
    used = _("搜索与匹配已在使用。") if state["used"] else _("全部处理完后启用，在此之前按文字匹配。")
    return f"{words}{used}" + (f"（{state['trouble']}）" if state.get("trouble") else "")


def documents() -> int | None:
    """How many documents there are; None while another process has the index open."""
    try:
        return holder.HOLDER.get().count()
    except holder.IndexBusy:
        return None
