"""A small language for what a benefit is computed from: arithmetic over named figures, with units checked.

    负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh

Numbers carry their units. A name is a figure of the record that the formula belongs to, or of the one it is
read for; `name[unit]` says in which unit the latter is, a name without one is a pure number there. `成果.`, `现状.`
and `目标.` before a name (or `own.`, `present.`, `target.`) say whose figure is meant. There is `+ - * / ^`,
brackets, and `min max abs sqrt`; nothing else, so that a formula from anybody can be evaluated.

>>> saved = parse("负荷[kW] * (现状.PUE - PUE) * 8760 h")
>>> saved.evaluate({"负荷": Amount(500, "kW"), "现状.PUE": Amount(1.5), "PUE": Amount(1.04)}, "MWh")
2014.8
"""

from keqiao.engine.formulas.errors import FormulaError
from keqiao.engine.formulas.evaluating import Amount, Formula, parse
from keqiao.engine.formulas.parsing import LONGEST, Name

__all__ = ["LONGEST", "Amount", "Formula", "FormulaError", "Name", "parse"]
