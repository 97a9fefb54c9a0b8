"""The embedded server: made, started, stopped, shared, and kept to itself."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from keqiao.config.postgres import Cluster, programs
from keqiao.config.postgres_account import DatabaseTrouble, change_to, named
from keqiao.config.processes import named_in

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as somebody else")


def modes_above(*paths: Path) -> dict[Path, int]:
    return {above: stat.S_IMODE(above.stat().st_mode) for path in paths for above in path.parents}


def test_start_makes_a_cluster_that_answers_and_stop_leaves_nothing_running(fresh: Cluster) -> None:
    fresh.start()
    with fresh.connect() as connection:
        encoding, checksums, addresses = (
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("server_encoding", "data_checksums", "listen_addresses")
        )
    assert (encoding, checksums, addresses) == (("UTF8",), ("on",), ("",))
    assert named_in(fresh.data, "postgres") != []
    assert fresh.stop() is True
    assert named_in(fresh.data, "postgres") == []
    assert (fresh.answers(), fresh.pid(), fresh.stop()) == (False, None, False)


def test_durable_cluster_writes_before_it_acknowledges(durable: Cluster) -> None:
    durable.start()
    with durable.connect() as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit", "jit")]
    assert shown == [("on",), ("on",), ("off",)]


def test_platform_is_no_superuser_of_its_own_server(durable: Cluster) -> None:
    durable.start()
    with durable.connect() as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'keqiao'"
        ).fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT pg_read_file('/etc/hostname')")
    assert (rights, owner) == ((False, False, False), ("keqiao",))


def test_cluster_sorts_and_compares_chinese_the_same_everywhere(cluster: Cluster) -> None:
    cluster.start()
    with cluster.connect() as connection:
        found = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'keqiao'"
        ).fetchone()
        lower = connection.execute("SELECT lower('ÄКＡ科桥')").fetchone()
    assert found == ("b", "C.UTF-8")
    assert lower == ("äкａ科桥",)


def test_folders_above_keep_their_permissions(place: Path) -> None:
    """The wheel's own starter opens every folder above the data and above the programs."""
    place.chmod(0o700)
    (place / "deep").mkdir(mode=0o700)
    cluster = Cluster(place / "deep" / "postgres", fast=True)
    before = modes_above(cluster.folder, programs())
    cluster.start()
    cluster.stop()
    assert modes_above(cluster.folder, programs()) == before
    assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


def test_socket_can_be_reached_by_its_owner_alone(cluster: Cluster) -> None:
    cluster.start()
    assert stat.S_IMODE(cluster.socket_folder().stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.socket_folder() / ".s.PGSQL.5432").stat().st_mode) == 0o700


@AS_ROOT
def test_server_started_by_root_runs_without_rights(cluster: Cluster) -> None:
    cluster.start()
    status = Path(f"/proc/{cluster.pid()}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    user = pwd.getpwuid(int(fields["Uid"].split()[0])).pw_name
    assert user in {"keqiao-postgres", "nobody"}
    assert fields["NoNewPrivs"] == "1"
    passing = 1 << 2  # CAP_DAC_READ_SEARCH
    assert int(fields["CapEff"], 16) in {0, passing, 1 << 1}


@AS_ROOT
def test_another_user_does_not_get_in(cluster: Cluster) -> None:
    cluster.start()
    stranger = named("daemon")
    assert stranger is not None
    command = [*change_to(stranger, "dac_override"), str(programs() / "psql"), "-h", str(cluster.socket_folder())]
    done = subprocess.run(
        [*command, "-U", "keqiao", "keqiao", "-c", "SELECT 1"], check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Peer authentication failed" in done.stderr  # even where the folder would let the user pass


def test_long_path_puts_the_socket_into_a_private_folder(place: Path) -> None:
    cluster = Cluster(place / ("long-" * 12) / ("path-" * 12) / "postgres", fast=True)
    cluster.start()
    socket = cluster.socket_folder()
    assert not socket.is_relative_to(place)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert socket.stat().st_uid == cluster.folder.stat().st_uid
    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    cluster.stop()
    cluster.start()
    assert not socket.exists() or socket == cluster.socket_folder()
    cluster.stop()


def test_something_else_at_the_sockets_place_is_refused(cluster: Cluster, place: Path) -> None:
    cluster.start()
    cluster.stop()
    cluster.socket_folder().rmdir()
    (place / "trap").mkdir(mode=0o777)
    cluster.socket_folder().symlink_to(place / "trap")
    with pytest.raises(DatabaseTrouble, match="must be a folder owned by"):
        cluster.start()


def test_relative_folder_is_refused() -> None:
    with pytest.raises(ValueError, match="must be an absolute path"):
        Cluster(Path("data"))


def elsewhere(cluster: Cluster, code: str) -> subprocess.CompletedProcess[str]:
    """Run code about the cluster in a process of its own."""
    lines = [
        "import os",
        "from pathlib import Path",
        "from keqiao.config.postgres import Cluster",
        f"cluster = Cluster(Path({str(cluster.folder)!r}), fast=True)",
        code,
    ]
    return subprocess.run([sys.executable, "-c", "\n".join(lines)], check=False, capture_output=True, text=True)


def test_two_starts_at_once_give_one_server(fresh: Cluster) -> None:
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(elsewhere, fresh, "cluster.start()\nprint(cluster.pid())") for _ in range(3)]
        numbers = [int(run.result().stdout) for run in runs]
    assert numbers == [fresh.pid()] * 3


def test_in_use_the_last_user_stops_the_server(cluster: Cluster) -> None:
    with cluster.in_use():
        assert cluster.used() is True
        with cluster.in_use():
            assert cluster.answers() is True
        assert cluster.answers() is True
    assert cluster.answers() is False
    assert cluster.used() is False


def test_in_use_a_user_that_was_killed_does_not_count(cluster: Cluster) -> None:
    assert elsewhere(cluster, "with cluster.in_use(): os.kill(os.getpid(), 9)").returncode == -9
    assert cluster.answers() is True
    with cluster.in_use():
        pass
    assert cluster.answers() is False


def test_in_use_keeps_a_server_that_was_started_to_stay(cluster: Cluster) -> None:
    cluster.make_folder()
    cluster.keep.touch()
    with cluster.in_use():
        pass
    assert cluster.answers() is True


def test_broken_attempt_to_make_a_cluster_is_made_good(fresh: Cluster) -> None:
    fresh.make_folder()
    (fresh.folder / "pgdata.new").mkdir()
    (fresh.folder / "pgdata.new" / "PG_VERSION").write_text("18")
    fresh.start()
    assert fresh.answers() is True


def test_cluster_of_another_version_is_left_alone(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseTrouble, match=r"was made by PostgreSQL 17, this is 18\. Back it up"):
        cluster.start()


def test_server_that_cannot_start_shows_the_end_of_its_log(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write("work_mem = 'plenty'\n")
    with pytest.raises(DatabaseTrouble, match='invalid value for parameter "work_mem"'):
        cluster.start()


def test_full_server_counts_as_running(cluster: Cluster) -> None:
    cluster.start()
    with contextlib.ExitStack() as held:
        for _ in range(57):
            held.enter_context(cluster.connect())
        with pytest.raises(psycopg.OperationalError, match="remaining connection slots"):
            cluster.connect()
        assert cluster.answers() is True
