"""kill -9 of one node of three, while eight clients search and write: nothing fails, nothing acknowledged is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keqiao.engine import Document, Engine, Query
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.nodes import Nodes
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import count_documents
from tests.three_nodes import Cluster, until

pytestmark = pytest.mark.xdist_group("cluster")

CLIENTS = 8
WRITTEN_BEFORE, WRITTEN_AFTER = 3, 8
"""Documents that each client writes before the kill, at least, and after it."""


class Client:
    """One of eight: a connection of its own, documents of its own, searches in between. Keeps what it was told."""

    def __init__(self, number: int, nodes: Nodes, killed: threading.Event) -> None:
        self.number, self.killed = number, killed
        self.index = ClusterIndex(nodes, "killed", shards=3, replicas=2)
        self.acknowledged: list[Document] = []
        self.missing: list[str] = []
        self.warm = threading.Event()

    def work(self) -> None:
        left = WRITTEN_AFTER
        while left:
            left -= self.killed.is_set()
            self.write_and_look()
            if len(self.acknowledged) >= WRITTEN_BEFORE:
                self.warm.set()
        self.index.close()

    def write_and_look(self) -> None:
        """Write one; then it must be found, and so must the first."""
        name = f"{self.number}-{len(self.acknowledged)}"
        document = Document(name, "achievement", "public", f"第{name}号消光涂层", f"吸光率{len(name)}%，客户{name}。")
        self.index.upsert([document])
        self.acknowledged.append(document)
        found = Engine(self.index).search(Query.of(document), limit=100)
        wanted = {document.id}
        self.missing += wanted - {candidate.id for candidate in found}
        if self.index.retrieve([self.acknowledged[0].id]) != self.acknowledged[:1]:
            self.missing.append(self.acknowledged[0].id)


def test_a_killed_node_costs_nothing_and_catches_up(three_nodes: Cluster) -> None:
    killed, node = threading.Event(), three_nodes.nodes[0]
    # half of them ask the node first that is about to die
    clients = [Client(n, three_nodes.reach(*((0, 1, 2) if n % 2 else (1, 2, 0))), killed) for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(client.work) for client in clients]
        for client in clients:
            assert client.warm.wait(60)
        node.kill()
        killed.set()
        for work in working:
            work.result()  # raises what any query or write of this client raised
    assert [client.missing for client in clients] == [[]] * CLIENTS

    written = {document.id: document for client in clients for document in client.acknowledged}
    assert len(written) >= CLIENTS * (WRITTEN_BEFORE + WRITTEN_AFTER)
    alive = ClusterIndex(three_nodes.reach(1, 2), "killed")
    assert {document.id: document for document in alive.documents()} == written
    counted = Statistics()
    counted.add(count_documents(list(written.values())))
    assert not len(alive.statistics.since(counted).buckets)

    node.start()
    until(lambda: is_whole(three_nodes, alive), "the killed node has caught up", 60)
    three_nodes.nodes[1].kill()  # now what the first one holds is needed: of some shards it has the only copy left
    try:
        with ClusterIndex(three_nodes.reach(0), "killed") as back:
            assert {document.id: document for document in back.documents()} == written
            assert back.statistics.documents == len(written)
    finally:
        three_nodes.nodes[1].start()
        until(lambda: is_whole(three_nodes, alive), "the second node is back", 60)
        alive.close()


def is_whole(cluster: Cluster, index: ClusterIndex) -> bool:
    """Whether all nodes say that every replica is active: one that has just started does not know what it missed."""
    for collection in (index.target, f"{index.target}-counts"):
        for node in cluster.nodes:
            found = node.ask(f"/collections/{collection}/cluster")
            if node.members() != len(cluster.nodes) or not found or found["shard_transfers"]:
                return False
            if any(shard["state"] != "Active" for shard in [*found["local_shards"], *found["remote_shards"]]):
                return False
    return True
