"""Where there is Python and nothing else, the tool that installs all others comes by the lock file."""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = "#!/bin/sh\necho uv of the test\n"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of an index that has one wheel."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "uv.whl").write_bytes(wheel())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("uv/__init__.py", (2026, 1, 1, 0, 0, 0)), "")
        archive.writestr(zipfile.ZipInfo("uv-1.data/scripts/uv", (2026, 1, 1, 0, 0, 0)), PROGRAM)
    return content.getvalue()


def checkout(folder: Path, address: str, *, tags: str = "", digest: str = "") -> Path:
    """A checkout whose lock file names that wheel for this machine."""
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "requirements/bring_uv.py", folder / "requirements")
    tags = tags or f"manylinux_2_17_{platform.machine()}"
    served_as = f"{address}/uv.whl#uv-1-py3-none-{tags}.whl"
    digest = digest or hashlib.sha256(wheel()).hexdigest()
    (folder / "uv.lock").write_text(
        "[[package]]\n"
        'name = "uvicorn"\nwheels = []\n\n'
        "[[package]]\n"
        f'name = "uv"\nwheels = [{{ url = "{served_as}", hash = "sha256:{digest}" }}]\n'
    )
    return folder


def bring(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "requirements/bring_uv.py"), str(folder / "kept")]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_program_is_laid_into_the_folder_and_runs(tmp_path: Path, served: str) -> None:
    folder = checkout(tmp_path, served)
    assert bring(folder).returncode == 0
    assert sorted(path.name for path in (folder / "kept").iterdir()) == ["uv"]
    assert subprocess.check_output([folder / "kept/uv"], text=True) == "uv of the test\n"


def test_wheel_that_is_not_the_locked_one_is_refused(tmp_path: Path, served: str) -> None:
    told = bring(checkout(tmp_path, served, digest="0" * 64))
    assert (told.returncode, told.stderr) == (
        1,
        "what was fetched as uv is not what uv.lock says; nothing was installed\n",
    )
    assert not (tmp_path / "kept").exists()


def test_machine_that_no_wheel_fits_is_told_so(tmp_path: Path, served: str) -> None:
    told = bring(checkout(tmp_path, served, tags="win_amd64.macosx_11_0_arm64"))
    assert told.returncode == 1
    assert told.stderr == f"no uv is known for {platform.platform()}; install it yourself, then run this again\n"
    assert not (tmp_path / "kept").exists()


def test_machine_that_is_not_online_is_told_so(tmp_path: Path, served: str) -> None:
    told = bring(checkout(tmp_path, f"{served}/nowhere"))
    assert told.returncode == 1
    assert told.stderr.startswith("uv could not be fetched (HTTP Error 404")
    assert "HTTPS_PROXY" in told.stderr
    assert not (tmp_path / "kept").exists()


def test_the_real_lock_file_has_a_wheel_for_the_usual_machines() -> None:
    lock = (ROOT / "uv.lock").read_text()
    for tag in ("manylinux_2_17_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64", "musllinux_1_1_x86_64"):
        assert f"{tag}." in lock, tag
