"""What was acknowledged survives a killed server, and the next start sees through what the killed one left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from keqiao.config.postgres import Cluster
from keqiao.config.processes import alive, exists, named_in, works_in


class Writer(threading.Thread):
    """Commits numbers one by one and remembers those whose commit was acknowledged."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self.cluster = cluster
        self.acknowledged: list[int] = []

    def run(self) -> None:
        try:
            with self.cluster.connect() as connection:
                for number in range(1_000_000):
                    connection.execute("INSERT INTO kept VALUES (%s)", [number])
                    self.acknowledged.append(number)
        except psycopg.OperationalError:
            return


def killed_while_writing(cluster: Cluster, whom: str) -> Writer:
    """Let a writer commit some rows, then kill the server in the middle of it."""
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int PRIMARY KEY)")
        connection.execute("TRUNCATE kept")
    writer = Writer(cluster)
    writer.start()
    while len(writer.acknowledged) < 50 and writer.is_alive():
        time.sleep(0.01)
    postmaster = cluster.pid()
    assert postmaster is not None
    victims = [postmaster] if whom == "postmaster" else named_in(cluster.data, "postgres")
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    return writer


@pytest.mark.parametrize("whom", ["postmaster", "all"])
def test_kill_while_writing_loses_nothing_acknowledged(durable: Cluster, whom: str) -> None:
    durable.start()
    writer = killed_while_writing(durable, whom)
    durable.start()
    writer.join(20)
    with durable.connect() as connection:
        found = {row[0] for row in connection.execute("SELECT number FROM kept")}
    assert len(writer.acknowledged) >= 50
    assert found >= set(writer.acknowledged)
    assert len(found) <= len(writer.acknowledged) + 1  # the one whose answer was lost may be there


def test_start_right_after_a_kill_does_not_believe_the_dead(cluster: Cluster) -> None:
    """The killed server is our own child and not yet collected: a zombie that still has its number."""
    cluster.start()
    old = cluster.pid()
    assert old is not None
    os.kill(old, signal.SIGKILL)
    cluster.start()
    assert cluster.pid() != old
    assert cluster.answers() is True


def test_stale_number_of_another_process_is_seen_through(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    assert cluster.pid() is None
    cluster.start()
    assert cluster.answers() is True
    assert cluster.pid() != os.getpid()


def test_stale_number_of_a_zombie_is_seen_through(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    while alive(zombie.pid):
        time.sleep(0.01)
    assert exists(zombie.pid)
    (cluster.data / "postmaster.pid").write_text(f"{zombie.pid}\n{cluster.data}\n")
    (cluster.socket_folder() / ".s.PGSQL.5432.lock").write_text(f"{zombie.pid}\n{cluster.data}\n")
    cluster.start()
    assert cluster.answers() is True
    zombie.wait()


def test_start_waits_for_a_server_that_is_stopping(cluster: Cluster) -> None:
    cluster.start()
    old = cluster.pid()
    assert old is not None
    with cluster.connect() as connection:
        os.kill(old, signal.SIGTERM)  # "smart": it waits for this connection, and takes no new one
        timer = threading.Timer(0.5, connection.close)
        timer.start()
        while cluster.answers():
            time.sleep(0.01)
        cluster.start()
        timer.join()
    assert cluster.pid() != old


def test_works_in_knows_a_process_by_its_folder(tmp_path: Path) -> None:
    sleeper = subprocess.Popen(["sleep", "30"], cwd=tmp_path)
    try:
        while named_in(tmp_path, "sleep") == []:
            time.sleep(0.01)
        assert works_in(sleeper.pid, tmp_path) is True
        assert works_in(sleeper.pid, tmp_path.parent) is False
    finally:
        sleeper.kill()
        sleeper.wait()
    assert works_in(sleeper.pid, tmp_path) is False
