"""The page about the engine in a notebook: its blocks run in order, on a folder that this test makes."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from keqiao.engine import EdgeIndex

PAGE = Path(__file__).parents[2] / "docs" / "developer" / "engine-notebook.md"
CORPUS = [
    ("a", "超黑消光涂层", "涂层的吸光率为98.68%，固化温度80℃，可批量喷涂。"),
    ("b", "疏水增透膜", "可见光透过率97%，用于车载镜头。"),
    ("c", "固态电池电解质", "离子电导率大于1 mS/cm。"),
]
QUERIES = [
    ("q1", "消光涂层", "红外探测器壳体需要消光涂层，吸光率≥98%。"),
    ("q2", "电解质", "需要固态电池的电解质，电导率高。"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    beir = tmp_path / "my-beir"
    (beir / "qrels").mkdir(parents=True)
    for name, entries in (("corpus", CORPUS), ("queries", QUERIES)):
        lines = [json.dumps(dict(zip(("_id", "title", "text"), entry, strict=True))) for entry in entries]
        (beir / f"{name}.jsonl").write_text("\n".join(lines))
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ta\t2\nq2\tc\t2\n")
    return tmp_path


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_blocks_of_the_page_run_in_order_and_print_what_they_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    printed = []
    for block in blocks():
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block, str(PAGE), "exec"), names)
        printed.append(out.getvalue())
    read, searched, why, figures, measured, compared, closed = printed
    assert read == "3 documents, 2 queries, 2 of them judged\n"
    assert searched.splitlines()[0] == "q1 消光涂层"
    score, parts = searched.splitlines()[1].split("  ")[0].split(" = ")
    assert float(score) == pytest.approx(sum(float(part.split()[1]) for part in parts.split(", ")), abs=2e-3)
    assert why.startswith("消光涂层 [('title', ")
    assert figures.splitlines()[0] == "超黑消光涂层 [('吸光率', 'met', 0.68)]"
    assert measured.splitlines()[0] == "nDCG@10 1.0"
    assert compared.splitlines()[0] == "nDCG@10 1.0000 → 1.0000 (p 1.000, 0 better, 0 worse)"
    assert closed == ""
    with EdgeIndex(folder / "my-index") as index:  # it was let go of
        assert index.count() == 3
