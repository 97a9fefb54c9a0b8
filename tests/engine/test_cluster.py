"""One contract, two adapters: whatever is asked of the index in a folder is answered alike by three real servers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from keqiao.engine import Candidate, Document, EdgeIndex, Engine, Figure, Filter, Index, Query
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.weighting import count_documents
from tests.engine.conftest import WHOLE, asked, coatings, ids
from tests.three_nodes import Cluster

pytestmark = pytest.mark.xdist_group("cluster")

Connect = Callable[..., ClusterIndex]

MATERIALS = (
    "超黑消光涂层",
    "石墨烯薄膜",
    "固态电解质",
    "碳化硅陶瓷",
    "铝合金板材",
    "液冷机柜",
    "疏水增透膜",
    "防腐涂料",
)
DOES = ("吸光率", "导热系数", "离子电导率", "断裂韧性", "屈服强度", "能耗", "透过率", "盐雾试验时间")
WHERE = ("红外探测器壳体", "新能源汽车电池", "数据中心", "船舶甲板", "半导体设备", "车载镜头", "航天器", "建筑外墙")
UNITS = ("%", "W/(m·K)", "mS/cm", "MPa", "kW", "h")
FIELDS = ("C264", "C2641", "C26", "C384", "C397", "C37", "1.2")
NODES, REGIONS, LANGUAGES = ("wuhan", "yichang", "xiangyang"), ("420100", "420500", "310000", ""), ("zh", "en", "")


def made_up(count: int, seed: int) -> list[Document]:
    """Achievements, needs and people of every kind that a filter can tell apart."""
    chance = random.Random(seed)
    return [one(chance, f"{seed}-{number}") for number in range(count)]


def one(chance: random.Random, identity: str) -> Document:
    pick, value = chance.choice, chance.randint(1, 3000)
    does, unit = pick(DOES), pick(UNITS)
    sentences = [
        f"用于{pick(WHERE)}的{pick(MATERIALS)}，{pick(DOES)}提高{value}{unit}。" for _ in range(chance.randint(1, 5))
    ]
    return Document(
        id=identity,
        kind=pick(("achievement", "need", "person")),
        audience=pick(("public", "public", "platform")),
        title=f"{pick(WHERE)}{pick(MATERIALS)}",
        text="".join(sentences),
        fields=tuple(sorted({pick(FIELDS), pick(FIELDS)})),
        region=pick(REGIONS),
        node=pick(NODES),
        language=pick(LANGUAGES),
        created=chance.randint(1_600_000_000, 1_700_000_000),
        figures=(Figure(does, float(value), None, unit),),
    )


def filters(chance: random.Random) -> list[Filter | None]:
    """One of each kind, and some of several kinds at once."""
    some = [f"1-{number}" for number in chance.sample(range(400), 60)]
    return [
        None,
        Filter(kinds=["achievement"]),
        Filter(kinds=["need"], audiences=["public", "platform"]),
        Filter(audiences=["public"]),
        Filter(fields=["C26"]),
        Filter(fields=["C2641", "1.2"], nodes=["wuhan"]),
        Filter(regions=["42"]),
        Filter(nodes=["yichang", "xiangyang"]),
        Filter(languages=["en"], kinds=["person", "need"]),
        Filter(since=1_650_000_000),
        Filter(ids=some),
        Filter(without=some, kinds=["achievement"], audiences=["public"]),
        Filter(ids=[]),
        Filter(nodes=["nowhere"]),
    ]


def answers(index: Index, queries: Sequence[tuple[Query, Filter | None]]) -> list[list[Candidate]]:
    engine = Engine(index, dictionary=lambda: None)
    return [engine.search(query, limit=20, filter=wanted) for query, wanted in queries]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, three_nodes: Cluster) -> Iterator[tuple[EdgeIndex, ClusterIndex]]:
    """The same history in both: written in batches, replaced, deleted, asked to delete what is not there."""
    edge = EdgeIndex(tmp_path_factory.mktemp("edge") / "index")
    cluster = ClusterIndex(three_nodes.reach(), "both", shards=3, replicas=2)
    corpus = made_up(400, 1)
    changed = [
        Document(f"1-{number}", "achievement", "public", "改写的疏水增透膜", f"第{number}次") for number in range(30)
    ]
    for index in (edge, cluster):
        for start in range(0, 400, 150):
            index.upsert(corpus[start : start + 150])
        index.upsert(changed)
        index.delete([f"1-{number}" for number in range(20, 60)] + ["nobody", "1-20"])
        index.upsert(made_up(40, 2))
    yield edge, cluster
    edge.close()
    cluster.close()


def test_the_same_top_twenty_for_seventy_queries(both: tuple[EdgeIndex, ClusterIndex]) -> None:
    chance = random.Random(3)
    queries = [(Query.of(one(chance, f"q{number}")), wanted) for number in range(5) for wanted in filters(chance)]
    edge, cluster = both
    expected, found = answers(edge, queries), answers(cluster, queries)
    assert len(queries) == 70
    assert sum(len(best) == 20 for best in expected) >= 40
    assert found == expected  # to the bit: documents, scores, parts, evidence, and the order of ties


def test_the_same_documents_counts_and_statistics(both: tuple[EdgeIndex, ClusterIndex]) -> None:
    edge, cluster = both
    by_id = {document.id: document for document in edge.documents()}
    assert {document.id: document for document in cluster.documents()} == by_id
    assert len(by_id) == 400
    for wanted in filters(random.Random(4)):
        assert cluster.count(wanted) == edge.count(wanted)
        assert wanted is None or cluster.holds(wanted) == edge.holds(wanted)
    terms = count_documents(made_up(200, 5)).ids
    assert cluster.statistics.documents == edge.statistics.documents == 400
    assert np.array_equal(cluster.statistics.idf(terms), edge.statistics.idf(terms))


def test_similar_documents_are_the_same(both: tuple[EdgeIndex, ClusterIndex]) -> None:
    edge, cluster = both
    for document in edge.retrieve(["1-3", "1-100", "2-7"]):
        found = Engine(cluster).similar(document, threshold=0.3)
        assert found == Engine(edge).similar(document, threshold=0.3)
        assert found


def test_a_long_query_fetches_by_its_strongest_terms_in_every_shard(connect: Connect, tmp_path: Path) -> None:
    letters = [chr(0x4E00 + number) for number in range(1500)]
    documents = [
        Document(id=str(number), title="".join(letters[number : number + 40])) for number in range(0, 1400, 20)
    ]
    with EdgeIndex(tmp_path / "edge") as edge:
        cluster = connect()
        for index in (edge, cluster):
            index.upsert(documents)
        text = "".join(letters)
        assert len(asked(edge, text)) > 1000
        found, expected = ({hit.id: hit.score for hit in i.search(asked(i, text), 100)} for i in (cluster, edge))
        assert len(expected) == 70
        assert found == pytest.approx(expected, abs=2e-5)  # sums of a thousand products, in another order


# --- each alone, the same expectation ---


def test_a_document_comes_back_as_it_was_put_in(either: Index) -> None:
    either.upsert([WHOLE, Document(id="empty"), Document(id="😀", title="消光\ud83d涂层", text="\0")])
    assert either.retrieve(["empty", "a/1", "nobody"]) == [Document(id="empty"), WHOLE]
    assert ids(either, "消光") == ["😀"]


def test_an_empty_index_answers(either: Index) -> None:
    nothing = (
        either.count(),
        ids(either, "涂层"),
        list(either.documents()),
        either.retrieve(["a"]),
        either.retrieve([]),
    )
    assert nothing == (0, [], [], [], [])
    assert not either.holds(Filter(kinds=["need"]))
    either.delete(["nobody"])
    either.delete([])
    either.upsert([])
    assert (either.count(), either.statistics.documents) == (0, 0)


def test_an_insert_is_found_at_once_and_replaced_by_id(either: Index) -> None:
    either.upsert([Document(id="a", title="消光涂层"), Document(id="a", title="固态电池")])
    assert (either.count(), ids(either, "消光涂层"), ids(either, "固态电池")) == (1, [], ["a"])
    either.upsert([Document(id="a", title="液冷机柜")])
    assert (either.count(), ids(either, "固态电池"), ids(either, "液冷")) == (1, [], ["a"])
    assert either.statistics.documents == 1


def test_deleting_takes_out_what_is_there(either: Index) -> None:
    either.upsert(coatings())
    either.delete(["black", "nobody", "black"])
    assert (either.count(), either.statistics.documents, "black" in ids(either, "超黑消光涂层")) == (4, 4, False)
    either.delete([document.id for document in coatings()])
    assert (either.count(), either.statistics.documents, list(either.documents())) == (0, 0, [])


def test_equal_documents_come_by_id(either: Index) -> None:
    either.upsert([Document(id=name, title="消光涂层") for name in ("c", "a", "b")])
    assert ids(either, "消光涂层") == ["a", "b", "c"]


@pytest.mark.parametrize("text", ["", "😀", "<p></p>"])
def test_a_query_without_a_term_finds_nothing(either: Index, text: str) -> None:
    either.upsert(coatings()[:1])
    assert ids(either, text) == []
    assert either.search(asked(either, "涂层"), 0) == []


def test_what_is_flushed_is_there_when_opened_again(connect: Connect, tmp_path: Path) -> None:
    for open_it in (lambda: EdgeIndex(tmp_path / "again"), lambda: connect("again")):
        with open_it() as index:
            index.upsert(coatings())
            index.flush()
            before = index.search(asked(index, "红外消光涂层"), 10)
        with open_it() as index:
            assert (index.count(), index.statistics.documents) == (5, 5)
            assert index.search(asked(index, "红外消光涂层"), 10) == before


def test_what_succeeds_an_index_is_all_that_is_found(either: Index) -> None:
    either.upsert(coatings())
    fresh = either.successor()
    fresh.upsert([Document(id="new", title="消光涂层")])
    either.adopt(fresh)
    assert (ids(either, "消光涂层"), either.count(), either.statistics.documents) == (["new"], 1, 1)
