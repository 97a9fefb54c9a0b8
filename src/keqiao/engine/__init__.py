"""The matching engine: a library. No Django, no database; it can be used from a notebook.

    >>> from keqiao.engine import Document, EdgeIndex, Engine, Query, figures
    >>> index = EdgeIndex("/tmp/index")
    >>> offer = "涂层的吸光率为98.68%，工艺简单，可批量生产。"
    >>> index.upsert([Document(id="a1", kind="achievement", audience="public", title="超黑吸光涂层",
    ...                        text=offer, fields=("C26",), figures=tuple(figures(offer)))])
    >>> need = Query(title="红外探测器消光涂层", text="需要吸光涂层，吸光率≥98%", fields=("C26",),
    ...              targets=tuple(figures("吸光率≥98%")))
    >>> [candidate] = Engine(index).search(need, kinds=["achievement"], audience=["public"], limit=10)
    >>> candidate.evidence.checks[0].verdict
    'met'
    >>> index.close()

`Candidate.parts` add up to `Candidate.score`; `Candidate.evidence` has the shared phrases with their places, the
relation of field and region, and the check of every target. Reverse matching is the same call with other kinds;
`Engine.similar` finds near-duplicates. An index belongs to one process at a time (`IndexLocked`).
"""

from keqiao.engine.asking import Asked, Query
from keqiao.engine.document import Document, Filter, Hit, SparseVector
from keqiao.engine.explain import Phrase, Place, Relation
from keqiao.engine.index import EdgeIndex, Index
from keqiao.engine.rank import Candidate, Engine, Evidence, Part
from keqiao.engine.specs import Check, Figure, compare, figures
from keqiao.engine.text import language
from keqiao.engine.troubles import IndexDamaged, IndexFull, IndexLocked, IndexOutdated, IndexUnavailable

__all__ = [
    "Asked",
    "Candidate",
    "Check",
    "Document",
    "EdgeIndex",
    "Engine",
    "Evidence",
    "Figure",
    "Filter",
    "Hit",
    "Index",
    "IndexDamaged",
    "IndexFull",
    "IndexLocked",
    "IndexOutdated",
    "IndexUnavailable",
    "Part",
    "Phrase",
    "Place",
    "Query",
    "Relation",
    "SparseVector",
    "compare",
    "figures",
    "language",
]
