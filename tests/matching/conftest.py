"""A market small enough to know by heart: needs and achievements of several fields, indexed for real."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import journal
from keqiao.matching import commands, index, index_commands, projection, ranking_commands
from keqiao.parties.models import Person

Make = Callable[..., Any]
Run = Callable[..., Result]

ABSORPTION = {"name": "吸光率", "min": 98, "max": None, "unit": "%", "approx": False}

OTHERS = (
    ("粉体食品防结剂的替代配方", "以植物纤维替代硅铝酸盐，改善奶粉与调味粉的流动性，降低结块率。", "C14"),
    ("液流电池双极板一体成型", "碳塑复合双极板一次热压成型，电导率高，适合储能电站大规模制造。", "C38"),
    ("泥炭藓规模化种植与碳封存", "在退化湿地种植泥炭藓，固碳量可监测，苗种可工厂化繁育。", "A01"),
    ("车规级嵌入式软件测试平台", "面向车身控制器的自动化测试，覆盖功能安全要求，支持持续集成。", "I65"),
    ("摆线减速机精密磨削工艺", "提高摆线齿廓磨削精度与齿面质量，适用于机器人关节减速机。", "C34"),
    ("数据中心浸没式相变液冷", "两相浸没液冷降低数据中心能耗，余热可供暖，机柜密度提高。", "I64"),
    ("城市污泥低温热解制炭", "污泥热解产物用作土壤改良剂，能耗低于焚烧，烟气达标排放。", "N77"),
    ("中药挥发油超临界萃取", "超临界二氧化碳萃取中药挥发油，得率稳定，无溶剂残留。", "C27"),
)


@pytest.fixture(autouse=True)
def empty_index() -> None:
    """Each test begins with an empty index, marked as filled, as a server's is."""
    projection.reset()


@pytest.fixture
def make_need(owner: Person) -> Make:
    """Needs of company A, published unless said otherwise."""

    def make(**values: Any) -> Need:
        membership = owner.memberships.first()
        base: dict[str, Any] = {
            "title": "红外探测器用消光涂层",
            "problem": "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，喷涂工艺复杂、成本高，达不到量产要求。",
            "current_state": "现用涂层吸光率约 94%。",
            "targets": [ABSORPTION],
            "fields": ["C39"],
            "region": "420100",
            "contact": owner,
            "organisation": membership.organisation,
            "node": membership.organisation.node,
            "state": NeedState.OPEN,
            "published_at": timezone.now(),
        }
        return Need.objects.create(**base | values)

    return make


@pytest.fixture
def make_achievement(professor: Person) -> Make:
    """Achievements of the university, published unless said otherwise."""

    def make(**values: Any) -> Achievement:
        membership = professor.memberships.first()
        base: dict[str, Any] = {
            "title": "宽谱超黑消光涂层的低温喷涂工艺",
            "summary": "8–14 μm 波段吸光率 98.68%，一步喷涂成膜，适合红外探测器部件量产。",
            "specifications": [{"name": "吸光率", "min": 98.68, "max": 98.68, "unit": "%"}],
            "fields": ["C39"],
            "region": "420100",
            "maturity": 6,
            "intellectual_property": "patent_granted",
            "cooperation_modes": ["licence"],
            "contact": professor,
            "organisation": membership.organisation,
            "node": membership.organisation.node,
            "state": AchievementState.PUBLISHED,
            "published_at": timezone.now(),
        }
        return Achievement.objects.create(**base | values)

    return make


@pytest.fixture
def market(make_achievement: Make) -> list[Achievement]:
    """Achievements of other fields, so that words have a rarity."""
    return [
        make_achievement(title=title, summary=text, fields=[field], specifications=[]) for title, text, field in OTHERS
    ]


@pytest.fixture
def indexed(db: None) -> Callable[[], int]:
    """Write everything that the tables hold into the index."""
    return projection.fill


@pytest.fixture
def titles() -> Callable[[Any], list[str]]:
    """The titles of things found, in order."""
    return lambda found: [str(one.row) for one in found]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command inside the test's own transaction: the session around it is what is left out."""

    def run(command: str, *arguments: str, stdin: str | None = None) -> Result:
        found = {
            "match": commands.match,
            "index": index_commands.index,
            "grades": commands.grades,
            "ranking": ranking_commands.ranking,
        }[command]
        return CliRunner().invoke(found, list(arguments), input=stdin)

    @contextlib.contextmanager
    def nothing(report: object = None) -> Iterator[None]:
        yield

    monkeypatch.setattr("keqiao.config.session.database", nothing)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    return run


@pytest.fixture(scope="session", autouse=True)
def closed_at_the_end() -> Iterator[None]:
    yield
    index.HOLDER.close()


def record(row: Any, verb: str, *, before: str = "", actor: Any = None) -> Any:
    """Save a row and write the journal entry that a verb would have written."""
    row.save()
    actor = actor or row.contact
    return journal.append(row=row, verb=verb, actor=actor, before={"state": before}, from_state=before)
