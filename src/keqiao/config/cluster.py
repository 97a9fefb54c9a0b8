"""Where the index is: in the data folder, or in the Qdrant cluster that `QDRANT_URL` names."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass, field

from keqiao.config.env import BadSetting, as_url, env_int, env_secret, env_str

REMEDY = "Install it with the extra `cluster` (pip install 'keqiao[cluster]'); `./run` does where QDRANT_URL is set."


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How to reach a cluster, and how collections are made there."""

    urls: tuple[str, ...]
    api_key: str = field(repr=False)
    name: str
    shards: int
    replicas: int

    def __str__(self) -> str:
        return f"{self.name} at {', '.join(self.urls)}"


def cluster_settings() -> ClusterSettings | None:
    """What the environment says of a cluster; None where the index lies in the data folder."""
    given = [url.strip() for url in os.environ.get("QDRANT_URL", "").split(",") if url.strip()]
    if not given:
        return None
    if importlib.util.find_spec("qdrant_client") is None:
        raise BadSetting(f"QDRANT_URL is set, but the package qdrant-client is not there. {REMEDY}")
    return ClusterSettings(
        urls=tuple(as_url("QDRANT_URL", url.rstrip("/")) for url in given),
        api_key=env_secret("QDRANT_API_KEY", ""),
        name=index_name(),
        shards=at_least("KEQIAO_INDEX_SHARDS", 0, 0),
        replicas=at_least("KEQIAO_INDEX_REPLICAS", 2, 1),
    )


def index_name() -> str:
    """What the collections of this platform are called: several may share a cluster."""
    name = env_str("KEQIAO_INDEX_NAME", "").strip() or "keqiao"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        raise BadSetting(f"KEQIAO_INDEX_NAME must be made of letters, digits, - and _, not {name!r}.")
    return name


def at_least(name: str, default: int, least: int) -> int:
    """The whole number in `name`, not less than `least`."""
    value = env_int(name, default)
    if value < least:
        raise BadSetting(f"{name} must be {least} or more, not {value}.")
    return value
