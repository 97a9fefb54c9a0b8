"""The index in the data folder when things go wrong in use: what people read, and how it comes right again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keqiao.kernel import projections
from keqiao.kernel.models import Cursor
from keqiao.matching import index
from tests.matching.conftest import Make, record
from tests.matching.test_catching_up import found


def test_on_a_full_disk_search_goes_on_and_what_was_missed_follows(
    client: Client, make_achievement: Make, sealed: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_achievement()
    record(first, "publish", before="triage")
    sealed()
    late = make_achievement(title="后来的消光涂层")
    record(late, "publish", before="triage")
    usage = type("Usage", (), {"free": 0})
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _folder: usage)
        with pytest.raises(index.IndexNoRoom, match="and has 0: make room") as refusal:
            sealed()
        assert (refusal.value.status, str(refusal.value.detail)) == (
            503,
            "服务器磁盘空间不足，索引暂时无法更新，请联系运营方。",
        )
        assert found(client) == [first.pk]
        assert Cursor.objects.get(name="index").position == 1
        assert Cursor.objects.get(name="counters").position == 2
    projections.catch_up_all()
    assert set(found(client)) == {first.pk, late.pk}


def test_files_that_turn_out_to_be_broken_in_use_are_built_again(
    client: Client, make_achievement: Make, sealed: Callable[[], int], settings: Any, tmp_path: Path
) -> None:
    index.HOLDER.close()
    settings.INDEX_PATH = tmp_path / "index"
    row = make_achievement()
    record(row, "publish", before="triage")
    sealed()
    assert found(client) == [row.pk]
    index.HOLDER.close()
    [documents] = (tmp_path / "index" / "shard").glob("segments/*/payload_storage/page_0.dat")
    with documents.open("r+b") as file:
        file.write(b"\xa5garbage" * 500)

    page = client.get("/search/", {"q": "消光涂层"})
    assert page.status_code == 503
    assert "索引文件已损坏，正在自动重建，请几分钟后再试" in page.content.decode()
    assert str(tmp_path) not in page.content.decode()
    assert client.get("/").status_code == 200
    projections.catch_up_all()
    assert found(client) == [row.pk]
    index.HOLDER.close()
