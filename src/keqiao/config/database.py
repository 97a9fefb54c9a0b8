"""Which PostgreSQL: the one that `DATABASE_URL` names, else the embedded one in the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from keqiao.config.env import BadSetting, env_int, env_secret
from keqiao.config.postgres import DATABASE, ROLE, Cluster

REMEDY = "Write it as postgres://user:password@host:5432/database."


def database_settings(data: Path) -> dict[str, Any]:
    """The entry for Django's `DATABASES`. Nothing is started here."""
    url = database_url()
    settings = from_url(url) if url else embedded(cluster_in(data))
    return settings | {"ENGINE": "django.db.backends.postgresql", "OPTIONS": settings["OPTIONS"] | pool()}


def database_url() -> str:
    """The address of an outside server, or nothing when the embedded one serves."""
    return env_secret("DATABASE_URL", "")


def cluster_in(data: Path) -> Cluster:
    """The embedded server of a data folder."""
    return Cluster(data.absolute() / "postgres")


def embedded(cluster: Cluster) -> dict[str, Any]:
    """How to reach the embedded server: through its socket, as the user of the operating system."""
    return {"NAME": DATABASE, "USER": ROLE, "HOST": str(cluster.socket_folder()), "OPTIONS": {}}


def from_url(url: str) -> dict[str, Any]:
    """Read an address. What follows the question mark goes to libpq (`sslmode=require`, `host=/a/folder`)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"DATABASE_URL must begin with postgres://, not {parts.scheme or url[:12]!r}. {REMEDY}")
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    settings = {
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": port_of(parts),
        "OPTIONS": options,
    }
    if not settings["NAME"]:
        raise BadSetting(f"DATABASE_URL names no database. {REMEDY}")
    return settings


def port_of(parts: SplitResult) -> str:
    """The port as text, empty when the usual one is meant."""
    try:
        return str(parts.port or "")
    except ValueError as error:
        raise BadSetting(f"DATABASE_URL has a wrong port: {error}. {REMEDY}") from None


def pool() -> dict[str, Any]:
    """The server keeps connections (it sets the variable); short commands and tests open their own."""
    size = env_int("KEQIAO_DB_POOL", 0)
    return {"pool": {"min_size": 1, "max_size": size, "timeout": 30}} if size else {}
