"""The index of this process: one folder, one owner, opened when first needed."""

from __future__ import annotations

import atexit
import logging
import threading
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keqiao.engine.index import EdgeIndex, Index, IndexDamaged, IndexLocked, IndexOutdated
from keqiao.engine.rank import Engine
from keqiao.kernel.access import Refusal

log = logging.getLogger("keqiao.matching")


class IndexBusy(Refusal):
    """Another process of this machine has the index open."""

    status = 503
    title = _("搜索与匹配暂时不可用")


class Holder:
    """Keeps the one open index of the process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.index: Index | None = None

    def get(self) -> Index:
        """The open index; the first call opens it."""
        with self.lock:
            if self.index is None:
                self.index = opened(Path(settings.INDEX_PATH))
                atexit.register(self.close)
            return self.index

    def close(self) -> None:
        """Flush and let go, so that another process may open it."""
        with self.lock:
            if self.index is not None:
                self.index.close()
                self.index = None

    def forget_if_lost(self) -> None:
        """Let go of an index whose folder was taken away beneath it: there is nothing left to close."""
        with self.lock:
            if not Path(settings.INDEX_PATH).exists():
                self.index = None


HOLDER = Holder()


def opened(path: Path) -> Index:
    """Open the index; one that cannot be read is thrown away: `is_filled` tells that it has to be built again.

    Raises:
        IndexBusy: another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return EdgeIndex(path)
    except IndexLocked as error:
        raise IndexBusy(_("索引正由另一个进程使用，请稍后再试。")) from error
    except (IndexDamaged, IndexOutdated) as error:
        log.warning("the index is thrown away and built again: %s", error)
        EdgeIndex.discard(path)
        return EdgeIndex(path)


def engine() -> Engine:
    """Matching over the index of this process."""
    return Engine(HOLDER.get())


def mark() -> Path:
    """The file that says that the index has been filled from the tables once; it goes with the folder."""
    return Path(settings.INDEX_PATH) / "filled"


def is_filled() -> bool:
    """Whether the index holds what the tables held when it was made."""
    return mark().exists()
