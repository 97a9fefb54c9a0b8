"""Importing needs and achievements from a table, beside the running platform. Aim: 1,000 rows a second.

The rows stay: run this last, or on a data folder that may be thrown away.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from report import record

ROWS = 5_000


def main() -> None:
    if "KEQIAO_DATA" not in os.environ:
        raise SystemExit("name the data folder: keqiao --data FOLDER bench import")
    rows = []
    for kind, text in (("needs", "problem"), ("achievements", "summary")):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{kind}.csv"
            write(file, text)
            command = [sys.executable, "-m", "keqiao.cli", "import", kind, str(file), "--again", "--json"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        speed = found["written"] / found["seconds"]
        rows.append((kind, str(found["written"]), f"{found['seconds']:.1f}", f"{speed:,.0f}", "1,000"))
    record("import", "keqiao bench import", ("kind", "rows", "seconds", "rows a second", "aim"), rows)


def write(file: Path, text: str) -> None:
    """A table of rows that differ."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["title", text])
        for number in range(ROWS):
            words = f"第 {number} 批薄膜的吸光率不低于 {90 + number % 10} %，固化温度不超过 {60 + number % 90} ℃。"
            table.writerow([f"导入测试 {number:05d} 号薄膜", words * 3])


if __name__ == "__main__":
    main()
