"""Loading the made-up world at seed scale into a fresh folder. Aim: ten minutes on two processors, within 6 GB."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import record

LIMIT = 1_800


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="keqiao-bench-") as folder:
        environment = os.environ | {"KEQIAO_DATA": folder}
        keqiao = [sys.executable, "-m", "keqiao.cli"]
        subprocess.run([*keqiao, "db", "start"], env=environment, check=True)
        try:
            began = time.monotonic()
            prepare = [sys.executable, "-m", "keqiao.config.prepare", "seed"]
            subprocess.run(prepare, env=environment, check=True, timeout=LIMIT)
            took = time.monotonic() - began
        finally:
            subprocess.run([*keqiao, "db", "stop"], env=environment, check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    row = (
        f"{took:.0f}", f"{used.ru_utime + used.ru_stime:.0f}", f"{used.ru_maxrss / 1e6:.2f}", f"{disk / 1e9:.1f}"
    )  # fmt: skip
    head = ("seconds (aim: 600)", "processor seconds, without the database", "GB of memory at the peak", "GB on disk")
    record("load", "keqiao bench load", head, [row])


if __name__ == "__main__":
    main()
