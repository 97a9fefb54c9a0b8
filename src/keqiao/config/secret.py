"""The secret key: from the environment, else made once and kept in the data folder, readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from keqiao.config.env import env_secret


def secret_key(data: Path) -> str:
    """The key that signs sessions. Two processes that start at once on a new folder agree on one."""
    given = env_secret("KEQIAO_SECRET_KEY", "")
    if given:
        return given
    data.mkdir(parents=True, exist_ok=True)
    path = data / "secret_key"
    if not path.exists():
        write_once(path, secrets.token_urlsafe(50))
    return path.read_text()


def write_once(path: Path, text: str) -> None:
    """Make the file whole, or leave the one that another process made in the same moment."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
