"""What is put in place before pages are served: each step only when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from keqiao.config import prepare


@pytest.mark.django_db
def test_tables_that_are_up_to_date_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    prepare.migrate()
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
def test_tables_that_are_missing_are_made_and_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE observatory_counter")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'observatory'")
    prepare.migrate()
    said = capsys.readouterr().err
    assert "· database tables (1 migrations) …" in said
    assert "observatory_counter" in connection.introspection.table_names()


@pytest.fixture
def static(tmp_path: Path, settings: Any) -> Path:
    """One static file of our own, to be collected."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "one.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path


def test_static_files_are_collected_once(static: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare.collect_static()
    assert (static / "static" / "one.css").exists()
    assert "static files" in capsys.readouterr().err
    prepare.collect_static()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("change", ["edited", "added", "removed"])
def test_static_files_that_changed_are_collected_again(static: Path, change: str) -> None:
    prepare.collect_static()
    sources = static / "sources"
    if change == "edited":
        (sources / "one.css").write_text("a { color: green; margin: 0 }")
    elif change == "added":
        (sources / "two.css").write_text("")
    else:
        (sources / "one.css").rename(sources / "other.css")
    prepare.collect_static()
    found = {path.name for path in (static / "static").glob("*.css")}
    assert found == {"edited": {"one.css"}, "added": {"one.css", "two.css"}, "removed": {"other.css"}}[change]
    if change == "edited":
        assert "green" in (static / "static" / "one.css").read_text()


def test_a_world_that_was_loaded_is_not_loaded_again(tmp_path: Path, settings: Any, db: None) -> None:
    from keqiao.exchange.models import Need

    settings.DATA = tmp_path
    (tmp_path / "demo").touch()
    prepare.load_demo(full=False)
    assert Need.objects.count() == 0


def test_a_step_says_what_it_does_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    with prepare.step("sweeping"):
        assert capsys.readouterr().err == "· sweeping …\n"
    assert capsys.readouterr().err.startswith("· sweeping: 0.")
