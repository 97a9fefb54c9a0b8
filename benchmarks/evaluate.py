"""Ranking quality on a folder in BEIR form that is not part of the project: `keqiao bench evaluate FOLDER`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from report import record


def main(folders: list[str]) -> None:
    if not folders:
        raise SystemExit("name one or more folders in BEIR form")
    rows = []
    names: list[str] = []
    for folder in folders:
        command = [sys.executable, "-m", "keqiao.cli", "engine", "evaluate", folder, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
        found = json.loads(done.stdout.splitlines()[-1])
        names = list(found)
        rows.append((Path(folder).name, *(written(value) for value in found.values())))
    record("evaluate", "keqiao bench evaluate FOLDER …", ("data set", *names), rows)


def written(value: float | int | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"


if __name__ == "__main__":
    main(sys.argv[1:])
