"""The command line: candidates for a text or a need, the index, grades; with and without a platform running."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from keqiao.engine import EdgeIndex
from keqiao.kernel.models import Cursor
from keqiao.kernel.visibility import Level
from keqiao.matching import index as holder
from tests.matching.conftest import Make, Run, record


@pytest.fixture
def fit(make_achievement: Make, market, indexed) -> int:
    achievement = make_achievement()
    indexed()
    return int(achievement.pk)


def test_match_text_prints_candidates_with_evidence(cli: Run, fit: int) -> None:
    result = cli("match", "--text", "消光涂层，吸光率达到98%以上")
    assert result.exit_code == 0
    first, *_rest = result.output.splitlines()
    assert "【消光涂层】" in first
    assert "✓ 吸光率 ≥ 98 % · 吸光率 98.68 %" in result.output


def test_match_json_is_what_the_contract_says(cli: Run, fit: int) -> None:
    result = cli("match", "--text", "-", "--top", "2", "--json", stdin="消光涂层，吸光率达到98%以上")
    found = json.loads(result.output)
    assert len(found) <= 2
    assert (found[0]["kind"], found[0]["id"]) == ("achievement", fit)
    assert found[0]["evidence"]["checks"][0]["verdict"] == "met"


def test_match_need_uses_all_of_the_need(cli: Run, fit: int, make_need: Make) -> None:
    need = make_need(title="一种涂层", levels={"problem": int(Level.NDA), "targets": int(Level.NDA)})
    found = json.loads(cli("match", "--need", str(need.pk), "--json").output)
    assert found[0]["id"] == fit
    assert found[0]["evidence"]["checks"][0]["target"]["name"] == "吸光率"


@pytest.mark.parametrize(
    "arguments", [(), ("--text", "涂层", "--need", "1"), ("--text", " "), ("--need", "999999"), ("--top", "0")]
)
def test_wrong_arguments_are_told(cli: Run, db, arguments: tuple[str, ...]) -> None:
    result = cli("match", *arguments)
    assert result.exit_code in {1, 2}
    assert "Error" in result.output
    assert "Traceback" not in result.output


def test_rebuild_and_status(cli: Run, fit: int, make_need: Make, sealed) -> None:
    record(make_need(), "publish", before="triage")
    sealed()
    assert "索引里有 10 份文档。" in cli("index", "rebuild").output
    status = json.loads(cli("index", "status", "--json").output)
    assert (status["documents"], status["read"], status["sealed"], status["unsealed"]) == (10, 1, 1, 0)
    assert "10 份文档；已读 1 条日志，共 1 条已封存。" in cli("index", "status").output


@pytest.fixture
def busy(settings, tmp_path) -> Iterator[None]:
    """Another holder has the index open."""
    holder.HOLDER.close()
    settings.INDEX_PATH = tmp_path / "index"
    other = EdgeIndex(settings.INDEX_PATH)
    holder.mark().touch()
    yield
    other.close()


def test_rebuild_while_the_platform_runs_asks_it_to_read_again(cli: Run, db, busy) -> None:
    Cursor.objects.create(name="index", position=7)
    result = cli("index", "rebuild")
    assert (result.exit_code, Cursor.objects.get(name="index").position) == (0, 0)
    assert "被另一个进程占用" in cli("index", "status").output


def test_match_without_index_and_without_platform_says_so(cli: Run, db, busy, settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    result = cli("match", "--text", "消光涂层")
    assert result.exit_code == 1
    assert "请用 KEQIAO_URL 指定平台的地址" in result.output


def test_match_asks_the_platform_that_has_the_index(cli: Run, fit: int, settings, tmp_path) -> None:
    """What is sent over a real connection is answered by the platform's own API, from the index that it has open."""
    client, path, seen = Client(), settings.INDEX_PATH, []

    class Platform(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None: ...

    body = {"text": "消光涂层，吸光率达到98%以上", "limit": 3}
    answer = client.post("/api/v1/match", body, content_type="application/json").content
    holder.HOLDER.close()
    server = http.server.HTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    other = EdgeIndex(path)
    settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        result = cli("match", "--text", "消光涂层，吸光率达到98%以上", "--json", "--top", "3")
    finally:
        other.close()
        server.shutdown()
        server.server_close()
    assert json.loads(result.output)[0]["id"] == fit
    assert seen[0][0] == "/api/v1/match"
    assert seen[0][1]["targets"] == [{"name": "吸光率", "min": 98, "max": None, "unit": "%", "approx": False}]
