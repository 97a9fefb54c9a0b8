"""Figures with units: finding them in a text, and checking what is asked against what is offered.

>>> figures("吸光率达到98%以上")
[Figure(name='吸光率', min=98.0, max=None, unit='%', approx=False, span=(0, 10))]
"""

from keqiao.engine.specs.checking import Check, compare
from keqiao.engine.specs.figure import Figure
from keqiao.engine.specs.finding import figures

__all__ = ["Check", "Figure", "compare", "figures"]
