"""The index of this process, opened when first needed: a folder of its own, or a cluster that others use too."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keqiao.engine.index import FILLED, EdgeIndex, Index
from keqiao.engine.rank import Engine
from keqiao.engine.troubles import IndexDamaged, IndexFull, IndexLocked, IndexOutdated, IndexUnavailable
from keqiao.kernel.access import Refusal
from keqiao.matching import meanings, ranking

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keqiao.config.cluster import ClusterSettings
    from keqiao.engine.nodes import Nodes

log = logging.getLogger("keqiao.matching")


class NoIndex(Refusal):
    """The index cannot be used now; everything else can."""

    status = 503
    title = _("搜索与匹配暂时不可用")


class IndexBusy(NoIndex):
    """Another process of this machine has the index open."""


class IndexFails(NoIndex, IndexUnavailable):
    """The index does not do what it should. People read a plain sentence, the log what and where it is."""

    sentence: str | _StrPromise = ""

    def __init__(self, trouble: str) -> None:
        super().__init__(self.sentence)
        self.trouble = trouble

    def __str__(self) -> str:
        return self.trouble


class IndexAway(IndexFails):
    """The cluster does not answer."""

    sentence = _("索引服务没有应答，请稍后再试；浏览、提交与办理不受影响，期间的变更会在恢复后自动补上。")


class IndexNoRoom(IndexFails, IndexFull):
    """The disk is full. Nothing is written any more; what is there is found."""

    sentence = _("服务器磁盘空间不足，索引暂时无法更新，请联系运营方。")


class IndexBroken(IndexFails, IndexDamaged):
    """Files of the index cannot be read, which turned out in use: the next look at the journal builds it again."""

    sentence = _("索引文件已损坏，正在自动重建，请几分钟后再试；其他功能不受影响。")

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        HOLDER.broken = True


class FolderIndex(EdgeIndex):
    """The index in the data folder, whose troubles in use are refusals."""

    damaged, full = IndexBroken, IndexNoRoom


class Holder:
    """Keeps the one open index of the process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.index: Index | None = None
        self.nodes: Nodes | None = None
        self.broken = False

    def get(self) -> Index:
        """The open index; the first call opens it."""
        with self.lock:
            if self.index is None:
                self.index = self.open()
                atexit.register(self.close)
            return self.index

    def open(self) -> Index:
        """The index that the settings name."""
        cluster: ClusterSettings | None = settings.INDEX_CLUSTER
        if cluster is None:
            return opened(Path(settings.INDEX_PATH))
        from keqiao.engine.cluster import ClusterIndex  # noqa: PLC0415 (an extra)
        from keqiao.engine.nodes import Nodes  # noqa: PLC0415 (an extra)

        if self.nodes is None:  # kept while it cannot be opened: they know when it was last tried in vain
            self.nodes = Nodes(cluster.urls, cluster.api_key, away=IndexAway)
        return ClusterIndex(
            self.nodes, cluster.name, shards=cluster.shards, replicas=cluster.replicas, space=meanings.room()
        )

    def close(self) -> None:
        """Flush and let go, so that another process may open it."""
        with self.lock:
            if self.index is not None:
                self.index.close()
            elif self.nodes is not None:
                self.nodes.close()
            self.index = self.nodes = None

    def discard_if_broken(self) -> None:
        """Throw away an index whose files turned out to be unreadable; `is_filled` tells that it has to be built."""
        with self.lock:
            if self.broken:
                with contextlib.suppress(IndexUnavailable):
                    self.close()
                self.index, self.broken = None, False
                EdgeIndex.discard(settings.INDEX_PATH)

    def forget_if_lost(self) -> None:
        """Let go of an index whose folder was taken away beneath it: there is nothing left to close."""
        with self.lock:
            if settings.INDEX_CLUSTER is None and not Path(settings.INDEX_PATH).exists():
                self.index = None


HOLDER = Holder()


def opened(path: Path) -> Index:
    """Open the index; one that cannot be read is thrown away: `is_filled` tells that it has to be built again.

    Raises:
        IndexBusy: another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return FolderIndex(path)
    except IndexLocked as error:
        raise IndexBusy(_("索引正由另一个进程使用，请稍后再试。")) from error
    except (IndexDamaged, IndexOutdated) as error:
        log.warning("the index is thrown away and built again: %s", error)
        HOLDER.broken = False
        EdgeIndex.discard(path)
        return FolderIndex(path)


def engine() -> Engine:
    """Matching over the index of this process, with the learnt ranking and the encoder in use if there are any."""
    return Engine(HOLDER.get(), model=ranking.in_use(), meaning=meanings.meaning())


def mark() -> Path:
    """The file that says that the index has been filled from the tables once; it goes with the folder."""
    return Path(settings.INDEX_PATH) / FILLED


def is_filled() -> bool:
    """Whether the index holds what the tables held when it was made. A folder is not opened for that."""
    return mark().exists() if settings.INDEX_CLUSTER is None else HOLDER.get().is_filled


def place() -> str:
    """Where the index is, in words."""
    return str(settings.INDEX_CLUSTER or settings.INDEX_PATH)
