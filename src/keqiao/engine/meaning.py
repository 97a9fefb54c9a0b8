"""Vectors of meaning beside the words: what an encoder says of documents and queries, on a scale of its own.

How near two unrelated texts are differs between encoders (a cosine of .1 for one, .7 for another). So an encoder is
first asked about the sixteen pairs below; the mean cosine of texts of different pairs is its zero. What counts in a
score is where a cosine lies between there and 1, the same text. The scale depends on the encoder alone, so that scores
do not move as documents arrive. `docs/developer/ranking.md` has what was measured.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.engine.encoders import Encoder, ModelTrouble, Vectors, unit
from keqiao.engine.index import Index

log = logging.getLogger("keqiao.engine")

TITLE_SHARE = 0.6
"""How much of a text's vector its title is, where it has both."""
BATCH = 64
"""Documents that are embedded and written together: what a crash loses at most."""

PAIRS = (
    ("红外探测器壳体需要消光涂层", "一种高吸收率的超黑表面处理工艺"),
    ("降低数据中心的制冷能耗", "服务器浸没式液冷系统"),
    ("提高固态电池的离子电导率", "硫化物固体电解质及其制备"),
    ("养殖废水怎样达标排放", "畜禽粪污厌氧发酵与资源化利用"),
    ("钢轨表面裂纹在线检查", "基于机器视觉的轨道缺陷识别装置"),
    ("老年人居家跌倒报警", "可穿戴姿态传感器与摔倒监测算法"),
    ("水稻病虫害早发现", "无人机多光谱遥感作物健康诊断"),
    ("桥梁混凝土耐久性不足", "抗氯离子渗透的高性能水泥基材料"),
    ("注塑件翘曲变形", "模具温度场仿真与工艺参数优化"),
    ("中药材有效成分提取率低", "超声辅助酶解提取黄酮类化合物"),
    ("仓库搬运需要自动化", "自主导航叉车及其调度系统"),
    ("芯片封装散热困难", "金刚石铜复合热沉材料"),
    ("Reduce friction in wind turbine gearboxes", "A diamond-like carbon coating for gears and bearings"),
    ("Remove heavy metals from mine water", "Biochar adsorbent for lead and cadmium"),
    ("Detect counterfeit drugs in the field", "Handheld Raman spectrometer with a reference library"),
    ("Shorter training for surgeons", "Virtual reality simulator for laparoscopy"),
)
"""A need and something that may answer it, in other words; of sixteen trades far from each other."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The mean cosine of unrelated texts."""

    unrelated: float

    def place(self, cosine: float) -> float:
        """Where a cosine lies between unrelated (0, and so is what is below) and the same (1)."""
        return min(max((cosine - self.unrelated) / (1 - self.unrelated), 0.0), 1.0)


class Meaning:
    """An encoder with its scale and the name of its vectors in an index. Nothing is asked before it is needed.

    `space` names the vectors: it changes with the encoder's name, so that vectors of two encoders never meet.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.space = f"meaning-{hashlib.blake2b(encoder.name.encode(), digest_size=6).hexdigest()}"
        self._scale: Scale | None = None
        self._lock = threading.Lock()
        self._is_away = False

    @property
    def scale(self) -> Scale:
        """How the encoder's cosines are read (ModelTrouble)."""
        with self._lock:
            if self._scale is None:
                self._scale = scale_of(self.encoder)
            return self._scale

    def of_query(self, query: Query) -> Vectors:
        """The unit vector of a query, shape (dimensions,) (ModelTrouble). Of failures in a row the first is logged."""
        try:
            vector = vectors_of([query.title], [query.text], lambda texts: self.encoder.encode(texts, "query"))[0]
        except ModelTrouble as trouble:
            if not self._is_away:
                log.warning("searching by words alone: %s", trouble)
            self._is_away = True
            raise
        self._is_away = False
        return np.asarray(vector, np.float32)

    def of_documents(self, documents: Sequence[Document]) -> Vectors:
        """Unit vectors, shape (len(documents), dimensions) (ModelTrouble)."""
        titles, texts = [d.title for d in documents], [d.text for d in documents]
        return vectors_of(titles, texts, lambda told: self.encoder.encode(told, "document"))


def vectors_of(titles: Sequence[str], texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
    """Titles and texts, each encoded by itself and added: a long text does not drown the title."""
    rows = len(titles)
    told = [*titles, *texts]
    given = [place for place, one in enumerate(told) if one.strip()]
    found = encode([told[place] for place in given]).astype(np.float64)
    total = np.zeros((rows, found.shape[1] if len(found) else 1))
    for place, vector in zip(given, found, strict=True):
        total[place % rows] += vector * (TITLE_SHARE if place < rows else 1 - TITLE_SHARE)
    return unit(total)


def scale_of(encoder: Encoder) -> Scale:
    """Ask the encoder about `PAIRS` (ModelTrouble, also where it cannot tell related from unrelated)."""
    asked = encoder.encode([need for need, _offer in PAIRS], "query").astype(np.float64)
    offered = encoder.encode([offer for _need, offer in PAIRS], "document").astype(np.float64)
    cosines = asked @ offered.T
    related = float(np.diagonal(cosines).mean())
    unrelated = float(cosines[~np.eye(len(PAIRS), dtype=bool)].mean())
    if related - unrelated < 0.01:
        raise ModelTrouble(
            f"{encoder.name} does not tell related texts from unrelated ones: it is no encoder of meaning"
        )
    return Scale(round(unrelated, 6))


def embed(index: Index, meaning: Meaning, progress: Callable[[int], None] = lambda count: None, most: int = 0) -> int:
    """Give a vector to every document of the index that has none, then let searches use them. Returns how many.

    It may be stopped at any time and called again: what was written stays. With `most`, it ends after about so many.
    Raises ModelTrouble, and leaves what was done.
    """
    index.make_space(meaning.space, meaning.encoder.dimensions)
    done = 0
    while not most or done < most:
        documents = index.without_meaning(meaning.space, BATCH)
        if not documents:
            index.use_space(meaning.space)
            break
        index.set_meanings(meaning.space, documents, meaning.of_documents(documents))
        done += len(documents)
        progress(done)
    return done
