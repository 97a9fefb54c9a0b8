"""The user under which the embedded server runs when root starts it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from keqiao.config import postgres_account as accounts

SLOW_USERADD = """#!/bin/sh
echo begin >> "$LOG"
sleep 0.2
echo end >> "$LOG"
"""


@pytest.fixture
def useradd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `useradd` that takes its time and writes down when it runs; for a user that is not there."""
    program, log = tmp_path / "useradd", tmp_path / "log"
    program.write_text(SLOW_USERADD)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(log))
    monkeypatch.setattr(accounts, "SYSTEM_USER", "keqiao-nobody-has-this")
    monkeypatch.setattr(accounts, "MAKING", tmp_path / "lock")
    return log


def test_the_user_is_made_by_one_process_at_a_time(useradd: Path) -> None:
    threads = [threading.Thread(target=accounts.system_account) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert useradd.read_text().split() == ["begin", "end"] * 3


def test_a_user_that_is_there_is_not_made_again(useradd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "SYSTEM_USER", "daemon")
    assert accounts.system_account() == accounts.named("daemon")
    assert not useradd.exists()


def test_without_the_user_the_one_without_rights_serves(useradd: Path) -> None:
    assert accounts.system_account() == accounts.named("nobody")


def test_a_machine_without_either_says_what_to_do(useradd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "named", lambda _name: None)
    with pytest.raises(accounts.DatabaseTrouble, match="Make it with useradd, start as an ordinary user"):
        accounts.system_account()


def test_a_user_number_without_a_name_says_what_to_do() -> None:
    with pytest.raises(accounts.DatabaseTrouble, match="User id 3999999999 has no name"):
        accounts.as_account(3_999_999_999)
