"""Matching many queries with many documents: the answers of single searches, at a fraction of their time.

A batch lives in a folder (`plan`): what is asked and what may be found are written down once, then block after block
is answered (`local`: by processes of this machine; `on_ray`: by a Ray cluster) and kept, and in the end all of it
becomes one file. Whatever kills it, the next call goes on with the blocks that are missing.
"""

from keqiao.engine.batch.corpus import Corpus
from keqiao.engine.batch.local import work
from keqiao.engine.batch.matching import match
from keqiao.engine.batch.plan import BatchTrouble, Plan

__all__ = ["BatchTrouble", "Corpus", "Plan", "match", "work"]
