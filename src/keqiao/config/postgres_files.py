"""What lies in the embedded server's folder: its first settings, small files, the log."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from keqiao.config.postgres_account import Account, DatabaseTrouble

SETTINGS = {
    "shared_buffers": "384MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "max_connections": "60",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "lc_messages": "C",
}
"""For 2 cores; written into postgresql.conf once, where whoever runs the platform may change them."""

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
}
"""For tests: quick, and lost with the machine."""


def own_folder(path: Path, account: Account) -> None:
    """Make a folder that the account alone may enter, or check that it is one."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(path, account.uid, account.gid)
    status = path.lstat()
    if not path.is_dir() or path.is_symlink() or status.st_uid != account.uid:
        raise DatabaseTrouble(f"{path} must be a folder owned by {account.name}; move away what is there.")
    if status.st_mode & 0o077:
        path.chmod(0o700)


def write_new(path: Path, text: str, account: Account) -> None:
    """Put a small file in place whole; a link that lies there is replaced, not followed."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        if os.geteuid() == 0:
            os.fchown(descriptor, account.uid, account.gid)
        file.write(text)
    draft.replace(path)


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[int]:
    """The server's log, to append to; one of more than 10 MB is set aside first."""
    if path.exists() and path.stat().st_size > 10 * 2**20:
        path.replace(path.with_name(f"{path.name}.old"))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
