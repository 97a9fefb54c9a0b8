"""A made-up world of grades given by a known rule, for learning: what counts is what the titles share."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

HAN = "钢铁铜铝锌镍钛钨钼铬锰钴锂硅硼碳氮氧氢氟氯磷硫钾钠钙镁铅锡银金铂汞砷锑铋碘溴镓锗铟铊铈镧钕钐铕铽镝钬铒铥镱镥"


def word(chance: random.Random) -> str:
    """Two characters that mean nothing together."""
    return "".join(chance.sample(HAN, 2))


def lines(needs: int = 30, each: int = 8, seed: int = 7) -> list[dict[str, Any]]:
    """Graded pairs: one more than the number of title words shared. What the texts share is chance, and misleads."""
    chance, found = random.Random(seed), []
    for need in range(needs):
        title, text = [word(chance) for _ in range(3)], [word(chance) for _ in range(12)]
        for number in range(each):
            shared = chance.randrange(4)
            own = [*title[:shared], *(word(chance) for _ in range(3 - shared))]
            said = [*chance.sample(text, chance.randrange(8)), *(word(chance) for _ in range(8))]
            found.append(
                {
                    "need": side(need, title, text),
                    "achievement": side(1000 * need + number, own, said),
                    "grade": shared + 1,
                    "at": f"2026-11-{need % 28 + 1:02}T08:00:00+00:00",
                }
            )
    return found


def side(number: int, title: list[str], text: list[str]) -> dict[str, Any]:
    given = {"fields": [], "region": "", "figures": []}
    return {"id": number, "title": "，".join(title), "text": "，".join(text), **given}


def written(path: Path, grades: list[dict[str, Any]]) -> Path:
    """The lines as a file."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in grades), encoding="utf-8")
    return path


def shuffled(grades: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same pairs with their grades dealt out anew: nothing can be learnt from them."""
    dealt = [line["grade"] for line in grades]
    random.Random(5).shuffle(dealt)
    return [line | {"grade": grade} for line, grade in zip(grades, dealt, strict=True)]
