"""`keqiao index snapshot` and `restore`, for an index in the folder; what is wrong is told, and nothing changes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from keqiao.engine import EdgeIndex
from keqiao.kernel import projections
from keqiao.kernel.models import Cursor
from keqiao.matching import index
from tests.matching.conftest import Make, Run, record


def held() -> dict[str, str]:
    return {document.id: document.title for document in index.HOLDER.get().documents()}


@pytest.fixture
def taken(cli: Run, make_achievement: Make, sealed: Callable[[], int], tmp_path: Path) -> Path:
    """A snapshot with one achievement, complete up to the first entry of the journal."""
    record(make_achievement(), "publish", before="triage")
    sealed()
    assert cli("index", "snapshot", str(tmp_path / "index.gz")).exit_code == 0
    return tmp_path / "index.gz"


def test_restoring_gives_back_what_was_there_and_then_what_followed(
    taken: Path, cli: Run, make_achievement: Make, sealed: Callable[[], int]
) -> None:
    before = held()
    late = make_achievement(title="后来的涂层")
    record(late, "publish", before="triage")
    sealed()
    result = cli("index", "restore", str(taken))
    assert "恢复了 1 份文档；第 1 条日志之后的变更随后自动补上。" in result.output
    assert (held(), Cursor.objects.get(name="index").position, index.is_filled()) == (before, 1, True)
    projections.catch_up_all()
    assert held() == before | {f"achievement:{late.pk}": "后来的涂层"}


def test_a_snapshot_replaces_no_file(taken: Path, cli: Run) -> None:
    before = taken.read_bytes()
    result = cli("index", "snapshot", str(taken))
    assert (result.exit_code, taken.read_bytes()) == (1, before)
    assert f"{taken} 已经存在；快照不覆盖任何文件" in result.output
    assert "所在的文件夹不存在" in cli("index", "snapshot", str(taken / "no" / "where")).output
    assert [path.name for path in taken.parent.iterdir()] == [taken.name]


def cut(lines: list[str]) -> bytes:
    return gzip.compress("".join(lines).encode())[:-9]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda lines: b"nothing of the kind", "不是这个版本能读的索引快照"),
        (cut, "不完整，请换一份快照"),
        (lambda lines: gzip.compress("".join(lines[:-1]).encode()), "不完整，请换一份快照"),
        (lambda lines: gzip.compress("".join([lines[0], *lines[2:]]).encode()), "不完整，请换一份快照"),
        (lambda lines: gzip.compress(b""), "不完整，请换一份快照"),
        (lambda lines: gzip.compress(b"{}\n{}\n"), "不是这个版本能读的索引快照"),
        (lambda lines: gzip.compress(b"[1]\n"), "不是这个版本"),
        (lambda lines: gzip.compress(b"\xff\xfe\n"), "不完整，请换一份快照"),
    ],
)
def test_a_file_that_is_no_whole_snapshot_changes_nothing(
    spoil: Callable[[list[str]], bytes], told: str, taken: Path, cli: Run
) -> None:
    before = held()
    taken.write_bytes(spoil(gzip.decompress(taken.read_bytes()).decode().splitlines(keepends=True)))
    result = cli("index", "restore", str(taken))
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output
    assert (held(), Cursor.objects.get(name="index").position, index.is_filled()) == (before, 1, True)


def test_a_snapshot_of_another_journal_is_refused(taken: Path, cli: Run) -> None:
    before = held()
    first, *rest = gzip.decompress(taken.read_bytes()).decode().splitlines(keepends=True)
    for about in ({"position": 1, "hash": "0" * 64}, {"position": 7, "hash": "f"}, {}):
        line = json.dumps(json.loads(first) | {"about": about}) + "\n"
        taken.write_bytes(gzip.compress("".join([line, *rest]).encode()))
        result = cli("index", "restore", str(taken))
        assert result.exit_code == 1
        assert "属于另一份日志，或属于这份日志更晚的状态" in result.output
    assert held() == before


def test_a_missing_file_is_told(cli: Run, db: None, tmp_path: Path) -> None:
    result = cli("index", "restore", str(tmp_path / "none"))
    assert (result.exit_code, "不能读写：No such file or directory。" in result.output) == (1, True)


@pytest.mark.parametrize("command", ["snapshot", "restore"])
def test_while_the_platform_has_the_folder_open_the_remedy_is_told(command: str, taken: Path, cli: Run) -> None:
    index.HOLDER.close()
    with EdgeIndex(index.mark().parent):
        result = cli("index", command, str(taken if command == "restore" else taken.with_name("other")))
    assert result.exit_code == 1
    assert "索引被正在运行的平台占用：请先停止平台" in result.output
    assert list(held().values()) == ["宽谱超黑消光涂层的低温喷涂工艺"]
