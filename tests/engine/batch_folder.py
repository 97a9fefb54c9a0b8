"""A folder in BEIR form, large enough for several blocks, and a batch of it from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

MATERIALS = ("碳纳米管", "聚酰亚胺", "氮化硅", "石墨烯", "钛合金", "形状记忆合金", "水凝胶")
OBJECTS = ("消光涂层", "轴承", "传感器", "双极板", "滤膜", "导热垫片", "减速机")
AIMS = ("提高耐磨性", "降低能耗", "低温固化", "批量生产", "在线检测")
QUERIES = 600


def write_folder(place: Path, queries: int = QUERIES) -> Path:
    """Every object of every material for every aim, and needs that ask for them in other words."""
    place.mkdir()
    corpus = [
        {
            "_id": f"d{number:03}",
            "title": f"{material}{thing}",
            "text": f"一种{material}{thing}，{aim}，已通过第 {number} 批中试。",
        }
        for number, (material, thing, aim) in enumerate(product(MATERIALS, OBJECTS, AIMS))
    ]
    corpus.append({"_id": "en", "title": "Graphene heat spreader", "text": "A graphene film that conducts heat."})
    wanted = [
        {
            "_id": f"q{number:03}",
            "title": f"{aim}的{thing}",
            "text": f"现有{thing}不用{material}，希望{aim}，第 {number} 条产线使用。",
        }
        for number, (aim, thing, material) in enumerate(list(product(AIMS, OBJECTS, MATERIALS)) * 3)
    ]
    for name, rows in (("corpus", corpus), ("queries", wanted[:queries])):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (place / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return place


def command(folder: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "keqiao.cli", "engine", "batch", str(folder), "--out", str(out), *options]


def batch(folder: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a batch to its end."""
    return subprocess.run(command(folder, out, *options), capture_output=True, text=True, timeout=120, check=False)


def lines_of(content: bytes) -> list[dict[str, Any]]:
    """What a batch wrote."""
    return [json.loads(line) for line in content.splitlines()]
