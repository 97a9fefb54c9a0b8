"""Optional models: which encoder, reranker and writer the environment names. By default none."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from keqiao.config.env import BadSetting, env_secret


@dataclass(frozen=True, slots=True)
class ModelSetting:
    """Where a model is (a folder, or `https://host/v1#name`), and the key that its address asks for."""

    place: str
    key: str = field(default="", repr=False)


def model_setting(name: str, *, folders: bool = True) -> ModelSetting | None:
    """The model in `name`, with the key in `name`_KEY (or the file in `name`_KEY_FILE); None where it is not set."""
    place = os.environ.get(name, "").strip()
    if not place:
        return None
    if place.startswith(("http://", "https://")):
        return ModelSetting(as_address(name, place), env_secret(f"{name}_KEY", ""))
    if not folders:
        raise BadSetting(f"{name} must be an address with a model, like https://models.example.org/v1#name.")
    if not Path(place).is_dir():
        raise BadSetting(
            f"{name} must be a folder with a model, or an address like https://models.example.org/v1#name, "
            f"not {place!r}."
        )
    return ModelSetting(str(Path(place).resolve()))


def as_address(name: str, place: str) -> str:
    """The address, if it has a host, a model behind `#`, and no password in it."""
    parts = urlsplit(place)
    if parts.username or parts.password:
        raise BadSetting(f"{name} has a key in its address: put it into {name}_KEY or {name}_KEY_FILE.")
    if not parts.hostname or not parts.fragment:
        raise BadSetting(f"{name} must name the model behind #, like https://models.example.org/v1#name.")
    return place
