"""Offers and needs of the made-up world, as many as one likes: written once into a file, then read from there."""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from keqiao.demo.world import World, build

SHARDS = 20
"""Every offer belongs to one of so many places: a filter by place leaves five in a hundred."""
FOLDER = Path(os.environ.get("KEQIAO_BENCH_TEXTS", Path(tempfile.gettempdir()) / "keqiao-bench-texts"))
AWAY = 5_000_000
"""Needs are counted from here, so that none of them was written for one of the offers."""


@dataclass(frozen=True, slots=True)
class Text:
    """An offer or a need: `figures` are lines such as “吸光率 ≥ 98 %”."""

    id: str
    title: str
    text: str
    fields: tuple[str, ...]
    place: str
    figures: tuple[str, ...]


def offers(count: int) -> Iterator[Text]:
    """The first `count` achievements, 80 to 400 characters each."""
    return itertools.islice(_read(_file("offers", count)), count)


def needs(count: int) -> Iterator[Text]:
    """Technology needs, with all they say about the company: up to 400 characters."""
    return itertools.islice(_read(_file("needs", count)), count)


def _file(name: str, count: int) -> Path:
    path = FOLDER / f"{name}.jsonl"
    FOLDER.mkdir(parents=True, exist_ok=True)
    have = sum(1 for _line in path.open(encoding="utf-8")) if path.exists() else 0
    if have < count:
        world = build("seed")
        make = _offer if name == "offers" else _need
        partly = path.with_suffix(".partly")
        with partly.open("w", encoding="utf-8") as out:
            for index in range(count):
                out.write(json.dumps(asdict(make(world, index)), ensure_ascii=False) + "\n")
        partly.replace(path)
    return path


def _read(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            yield Text(**said | {"fields": tuple(said["fields"]), "figures": tuple(said["figures"])})


def _offer(world: World, index: int) -> Text:
    one = world.achievement(index)
    text = "\n".join([one.summary, one.advantages, one.applications, "；".join(one.specifications)])
    return Text(f"a{index}", one.title, text, one.fields, f"p{index % SHARDS}", one.specifications)


def _need(world: World, index: int) -> Text:
    """A technology need: other kinds have no figures, and are passed over by taking the next one of the topic."""
    number = AWAY + index
    while (one := world.need(number)).kind != "technology":
        number += 1_000_003
    text = "\n".join([one.problem, "；".join(one.targets), one.background])[:400]
    return Text(f"n{index}", one.title, text, one.fields, f"p{index % SHARDS}", one.targets)
