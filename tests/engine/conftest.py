"""An index in a folder of its own, and the few documents that most tests look for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keqiao.engine import Document, EdgeIndex, Engine, Figure, Filter, Index, SparseVector, figures
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.weighting import count_documents, fetching_vector, row_vector
from tests.small_encoder import encoder_folder as small_encoder
from tests.three_nodes import Cluster

COATING = "采用碳纳米结构的消光涂层，在可见光到中红外波段的吸光率为98.68%，工艺简单，可批量生产。"


WHOLE = Document(
    "a/1", "achievement", "public", "超黑涂层", "文本", ("C264", "1.2"), "420100", "wuhan", "zh", 1_700_000_000,
    (Figure("吸光率", 98.0, None, "%", approx=True, span=(3, 9)), Figure("", -40.0, 85.0, "degC")),
)  # fmt: skip


def document(identity: str, title: str, text: str = "", **rest: object) -> Document:
    """A public achievement with the figures of its text."""
    given: dict[str, object] = {"kind": "achievement", "audience": "public", "figures": tuple(figures(text))}
    return Document(id=identity, title=title, text=text, **(given | rest))  # type: ignore[arg-type]


def coatings() -> list[Document]:
    """Three coatings, a battery, and a need: enough to rank."""
    return [
        document("black", "超黑消光涂层", COATING, fields=("C264",), region="420100"),
        document("grey", "红外消光涂层", "消光涂层吸光率94%，成本低。", fields=("C26",), region="420500"),
        document("paint", "船舶防腐涂料", "盐雾试验不少于3000小时。", fields=("C3731",), region="310000"),
        document("battery", "固态电池电解质", "离子电导率大于1 mS/cm。", fields=("C384",), audience="registered"),
        document("need", "红外探测器消光涂层", "要求吸光率≥98%。", kind="need", fields=("C264",)),
    ]


def asked(index: Index, text: str) -> SparseVector:
    """What a title is looked for by."""
    wanted = row_vector(count_documents([Document(id="q", title=text)]), 0, index.statistics)
    return fetching_vector(wanted, index.statistics)


def ids(index: Index, text: str, limit: int = 10, wanted: Filter | None = None) -> list[str]:
    """Whom a title finds, best first."""
    return [hit.id for hit in index.search(asked(index, text), limit, wanted)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    with EdgeIndex(tmp_path / "index") as opened:
        yield opened


@pytest.fixture
def engine(index: EdgeIndex) -> Engine:
    index.upsert(coatings())
    return Engine(index)


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Chinese encoder in ONNX form."""
    return small_encoder(tmp_path_factory.mktemp("encoder") / "m3e-small")


@pytest.fixture
def connect(three_nodes: Cluster) -> Iterator[Callable[..., ClusterIndex]]:
    """Open an index in the cluster, by default one that no other test has; as often as one likes."""
    opened: list[ClusterIndex] = []

    def open_index(name: str = "", **settings: object) -> ClusterIndex:
        given: dict[str, object] = {"shards": 2, "replicas": 2} | settings
        index = ClusterIndex(three_nodes.reach(), name or f"t{uuid.uuid4().hex[:12]}", **given)  # type: ignore[arg-type]
        opened.append(index)
        return index

    yield open_index
    for index in opened:
        index.close()


@pytest.fixture(params=["edge", "cluster"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index, of one kind and of the other."""
    if request.param == "cluster":
        index = request.getfixturevalue("connect")("either")
        index.delete([document.id for document in index.documents()])
        yield index
        return
    with EdgeIndex(tmp_path / "either") as index:
        yield index
