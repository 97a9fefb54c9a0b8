"""Bring uv, the tool that installs all others, to a machine that has Python and nothing else.

    python3 requirements/bring_uv.py FOLDER

Debian's Python comes without pip and venv. So uv's own wheel is fetched as `uv.lock` names it, checked by its hash, and
its program laid into FOLDER. Only the standard library is used.
"""

from __future__ import annotations

import hashlib
import io
import platform
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

LOCK = Path(__file__).parent.parent / "uv.lock"
TRIES = 3
SECONDS = 60


def main(folder: Path) -> None:
    name, content = fetched(wheel_for_this_machine())
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        inside = next(path for path in wheel.namelist() if path.endswith(f".data/scripts/{name}"))
        program = wheel.read(inside)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{name}.new"
    beside.write_bytes(program)
    beside.chmod(0o755)
    beside.replace(folder / name)


def wheel_for_this_machine() -> dict[str, str]:
    """The line of the lock file for this system, processor and C library."""
    packages = tomllib.loads(LOCK.read_text())["package"]
    wheels: list[dict[str, str]] = next(package["wheels"] for package in packages if package["name"] == "uv")
    for wheel in wheels:
        tags = wheel["url"].removesuffix(".whl").rsplit("-", 1)[1].split(".")
        if any(tag.startswith(system()) and tag.endswith(platform.machine().lower()) for tag in tags):
            return wheel
    sys.exit(f"no uv is known for {platform.platform()}; install it yourself, then run this again")


def system() -> str:
    """How the tags of wheels call this system."""
    if sys.platform == "linux":
        return "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return {"darwin": "macosx", "win32": "win"}.get(sys.platform, sys.platform)


def fetched(wheel: dict[str, str]) -> tuple[str, bytes]:
    """The name of the program in the wheel, and the wheel: what arrived is what the lock file says."""
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(wheel["url"], timeout=SECONDS) as answer:  # noqa: S310 (https, by the lock)
                content: bytes = answer.read()
            break
        except OSError as trouble:
            if not left:
                sys.exit(
                    f"uv could not be fetched ({trouble}). Is the machine online, and HTTPS_PROXY set if it needs one?"
                )
    algorithm, _, expected = wheel["hash"].partition(":")
    if hashlib.new(algorithm, content).hexdigest() != expected:
        sys.exit("what was fetched as uv is not what uv.lock says; nothing was installed")
    return ("uv.exe" if sys.platform == "win32" else "uv"), content


if __name__ == "__main__":
    main(Path(sys.argv[1]))
