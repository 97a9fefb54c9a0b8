"""Values from the environment. Whoever runs the platform gets a clear refusal instead of a silent default."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class BadSetting(Exception):
    """An environment variable says something that cannot be meant. The text names it and the remedy."""


def env_str(name: str, default: str | None = None) -> str:
    """The value of `name`; without a default the variable has to be there."""
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"{name} is not set, and there is no default for it.")
    return value


def env_int(name: str, default: int | None = None) -> int:
    """The whole number in `name`. Empty counts as not set."""
    value = os.environ.get(name, "").strip()
    if not value and default is not None:
        return default
    try:
        return int(value)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {value!r}.") from None


def env_bool(name: str, *, default: bool = False) -> bool:
    """Yes or no in `name`: 1, true, yes, on against 0, false, no, off. Empty counts as not set."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise BadSetting(f"{name} must be one of {', '.join(sorted(TRUE | FALSE))}, not {value!r}.")
    return value in TRUE


def env_url(name: str, default: str) -> str:
    """The web address in `name`, without a slash at its end: links put a path behind it. Empty counts as not set."""
    return as_url(name, env_str(name, default).strip().rstrip("/") or default)


def as_url(name: str, value: str) -> str:
    """The value, if it is a web address without a path."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or value != f"{parts.scheme}://{parts.netloc}" or not parts.hostname:
        raise BadSetting(f"{name} must be an address like https://keqiao.example.org, without a path, not {value!r}.")
    return value


def env_secret(name: str, default: str | None = None) -> str:
    """The value of `name`, or the text of the file that `name`_FILE points to (container secrets).

    Both at once, or a file that cannot be read, is an error: a wrong secret must not pass for a missing one.
    """
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return env_str(name, default)
    if name in os.environ:
        raise BadSetting(f"Set either {name} or {name}_FILE, not both.")
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE points to {path}, which cannot be read: {error}") from error


def data_folder() -> Path:
    """Where the platform keeps everything of its own: KEQIAO_DATA, else `data` in the checkout."""
    return Path(env_str("KEQIAO_DATA", str(Path(__file__).resolve().parents[3] / "data"))).resolve()
