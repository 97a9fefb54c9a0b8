"""Memory of the running server without its database (Linux). Aim: at most 2 GB. Run it after the other benchmarks."""

from __future__ import annotations

import os
from pathlib import Path

from report import record


def main() -> None:
    folder = os.environ.get("KEQIAO_DATA")
    if not folder:
        raise SystemExit("name the data folder: keqiao --data FOLDER bench memory")
    rows, total = [], 0.0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            environment = (place / "environ").read_bytes().split(b"\0")
            if not belongs(place, environment, folder):
                continue
            now, peak = (figure(place, name) for name in ("VmRSS", "VmHWM"))
        except OSError:  # it has just ended, or is somebody else's
            continue
        rows.append((place.name, f"{now:.0f}", f"{peak:.0f}"))
        total += now
    if not rows:
        raise SystemExit(f"no server of {folder} is running")
    rows.append(("together (aim: 2,000)", f"{total:.0f}", ""))
    record("memory", "keqiao bench memory", ("process", "MB now", "MB at its peak"), rows)


def belongs(place: Path, environment: list[bytes], folder: str) -> bool:
    """Whether this is the server or its worker: they know each other, and PostgreSQL is told nothing."""
    is_server = any(entry.startswith(b"KEQIAO_SERVER_PID=") for entry in environment)
    arguments = (place / "cmdline").read_bytes().split(b"\0")
    starts = b"up" in arguments and folder.encode() in arguments
    return starts or (is_server and f"KEQIAO_DATA={folder}".encode() in environment)


def figure(place: Path, name: str) -> float:
    """A line of /proc/…/status, in MB."""
    for line in (place / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    main()
