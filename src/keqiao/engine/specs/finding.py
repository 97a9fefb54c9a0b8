"""Figures in a text: tokens, measures, names, in that order."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from keqiao.engine.specs.figure import Figure
from keqiao.engine.specs.grammar import Parser
from keqiao.engine.specs.measure import Measure
from keqiao.engine.specs.naming import name_before, name_behind, needs_no_unit, scale_before, without_scale
from keqiao.engine.specs.reading import tokenise
from keqiao.engine.specs.signs import read
from keqiao.engine.specs.spelled import SPELLED
from keqiao.engine.specs.units import conversion, read_unit
from keqiao.engine.specs.vocabulary import CHANGE, EITHER_WAY, IN_BITS, OUTPUT_WORDS, SMALLER_IS_BETTER

_WORTH_READING = re.compile(rf"{SPELLED}|[\d零一二两三四五六七八九十半百壹贰叁肆伍柒捌玖拾]")
_HOT = ("温", "沸点", "熔点", "闪点", "冰点", "凝点", "结晶点", "玻璃化", "摄氏", "加热", "冷却", "耐热", "耐寒")
_MONEY = (
    "预算",
    "投资",
    "经费",
    "资金",
    "价格",
    "金额",
    "成本",
    "费用",
    "收入",
    "产值",
    "出资",
    "利润",
    "投入",
    "售价",
    "单价",
    "融资",
)
_SHARE_OF_MONEY = re.compile(
    "(?:支付|付款|首付款?|预付款?|尾款|余款|定金|质保金)(?:剩余|合同|总额|款|的)*$|持股|股权|股份|提成|分成"
    "|占.*(?:收入|销售额|营收|投资|经费)|[费额款].{0,6}占比"
)
_GRADED = ("等级", "级别", "硬度", "TRL", "成熟度", "级数")
_SYMBOL = re.compile(r"[A-Z][A-Za-z]?[A-Z][A-Z\d]*")  # TPS ≥ 5000
# What stands between a condition and the value under it: 420-680nm波段不低于99.5%, 去除率24h达95%.
_CONDITION = re.compile(r"\s*(?:波段|频段|条件|环境|范围|循环|[内下时后处])*\s*")
_SHARES = {"%", "permille", "ppm", "ppb", "fold", ""}
_WORDS_OF = {
    "h": ("时", "寿命", "周期", "期", "龄", "续航", "耐", "盐雾", "老化", "运行", "工作", "试验"),
    "degC": (*_HOT, "热"),
    "count": ("次", "寿命", "循环", "数"),
}
_BRACKETED = re.compile(r"\(([^()]*)\)\s*(?:[:：]|为|是|要求)?\s*$")


def figures(text: str) -> list[Figure]:
    """The figures of a text in the order in which they stand; years, standards, list numbers are none.

    Any text will do; time is linear in its length. Same text, same figures.
    """
    if not _WORTH_READING.search(text):
        return []
    folded, origin = read(text)
    measures = Parser(folded, list(tokenise(folded))).measures()
    found: list[Figure] = []
    floor = 0
    for i, measure in enumerate(measures):
        upcoming = measures[i + 1].start if i + 1 < len(measures) else len(folded)
        named = _named(folded, measure, floor, upcoming)
        if named is not None:
            figure, start, end = named
            start = start if measure.opens is None else min(start, measure.opens)
            if i and found and _is_condition(folded, measures[i - 1], found[-1], measure, figure):
                figure, found[-1] = replace(figure, name=found[-1].name), replace(found[-1], name="")
            found.append(replace(figure, span=(origin[start], origin[end - 1] + 1)))
            inside = (
                folded[max(floor, measure.start - 1) : measure.start] == "("
                and folded[measure.end : measure.end + 1] == ")"
            )
            floor = floor if inside else end
        elif folded[max(floor, measure.start - 1) : measure.start] != "(":
            floor = measure.end
    return found


def _is_condition(text: str, before: Measure, one: Figure, measure: Measure, other: Figure) -> bool:
    """Whether the name found for `one` is that of `other`, and `one` says under which condition: `去除率24h达95%`."""
    nameless = not other.name or _CONDITION.fullmatch(other.name) is not None
    near = _CONDITION.match(text, before.end)
    if not (one.name and nameless and near and near.end() >= measure.start and measure.compared):
        return False
    if one.min is None or one.max is None or one.unit in _SHARES or before.goal or before.approx:
        return False
    words = next((words for unit, words in _WORDS_OF.items() if conversion(one.unit, unit) is not None), ())
    return (other.unit in _SHARES or bool(words)) and not any(word in one.name for word in words)


def _named(text: str, measure: Measure, floor: int, upcoming: int) -> tuple[Figure, int, int] | None:
    begins = measure.start if measure.origin is None else measure.origin
    name, start = ("", begins) if measure.turned else name_before(text, floor, begins, goal=measure.goal)
    measure, name, start = _per(text, measure, name, start, floor)
    end = measure.end
    if not name:
        name, end = name_behind(text, measure.end, min(upcoming, measure.end + 30), upcoming)
        end, start = max(end, measure.end), begins
    measure = _unit_of_name(text, measure, name, start)
    name = without_scale(name)
    clause = re.split("[，,。；;\\n]", text[max(floor, measure.start - 20) : measure.start])[-1]
    if (
        not _is_figure(measure, name, graded=text[measure.end - 1] == "级")
        or _is_past(text, measure)
        or _is_share_of_money(measure, clause + name)
    ):
        return None
    low, high = measure.low, measure.high
    if not all(end is None or math.isfinite(end) for end in (low, high)):
        return None
    if measure.better and low is not None and low == high:
        less = low < 0 or smaller_is_better(name, low, measure.unit)
        low, high = (None, high) if less else (low, None)
    return Figure(name, _rounded(low), _rounded(high), measure.unit, measure.approx), start, end


def _per(text: str, measure: Measure, name: str, start: int, floor: int) -> tuple[Measure, str, int]:
    """`每天600度`, `每公里造价 800 万元`, `用水每亩 200 方`: the unit is divided by what follows 每."""
    if not name.startswith("每") and text[floor:start].endswith("每"):
        name, start = "每" + name, start - 1
    before, each, rest = name.partition("每")
    per = read_unit(rest, 0) if each else None
    if per is None or per.counts or measure.unitless or not _divides(per.name, measure.unit):
        hours_a_day = per is not None and _is_time(per.name) and _is_time(measure.unit)
        return measure, (before + rest[per.end :] if per and hours_a_day else name.removeprefix("每")), start
    unit = "kWh" if measure.unit == "degree" else measure.unit
    measure = replace(measure, unit=f"{unit}/{per.name}", counts="")
    name = before + rest[per.end :]
    if name and name not in CHANGE:
        return measure, name, start
    what, start = name_before(text, floor, start - (text[start - 1 : start] == "每"), goal=measure.goal)
    return measure, what + name, start


def _divides(per: str, unit: str) -> bool:
    """Not a share (`每亩用水减少三成`), not hours a day, and not once more by what it is divided by already."""
    shares = {"%", "permille", "ppm", "ppb", "fold"}
    return unit not in shares and per not in unit.split("/")[1:] and not (_is_time(unit) and _is_time(per))


def _is_time(unit: str) -> bool:
    """Whether a unit is one of time."""
    return conversion(unit, "s") is not None


def _is_share_of_money(measure: Measure, said: str) -> bool:
    """`支付 30 %`, `占销售收入的 6.5 %`: a percentage of money is no property."""
    return measure.unit == "%" and _SHARE_OF_MONEY.search(said) is not None


def _is_past(text: str, measure: Measure) -> bool:
    """`近三年`, `20 余年来`: how long something has gone on is no figure of it."""
    if measure.unit != "year":
        return False
    before = text[max(0, measure.start - 2) : measure.start + 1]
    return (
        text[measure.end : measure.end + 2].startswith(("来", "以来", "历史", "经验"))
        or before.endswith("近")
        or "过去" in before
    )


def smaller_is_better(name: str, value: float | None = None, unit: str = "") -> bool:
    """Whether less of this quantity is more wanted (误差, 能耗, cost).

    Accuracy and resolution go both ways: 精度 0.1 % and 0.01 mm are ceilings, 精度 98 % and 分辨率 23 bit are floors.
    """
    lowered = name.lower()
    if lowered.endswith(EITHER_WAY):
        return unit not in {"bit", "pixel", "Mpixel", "dpi", "count", ""} and not (unit == "%" and (value or 0) >= 50)
    return any(word.lower() in lowered for word in SMALLER_IS_BETTER)


def _unit_of_name(text: str, measure: Measure, name: str, start: int) -> Measure:
    """A unit that the name brings: `密度(g/cm3)：1.2`, `邵氏A 55度`, `分辨率 23 位`, `预算 300 万`, `温度 80 度`."""
    if (measure.unitless or measure.unit == "degree") and (scale := scale_before(text, start, measure.start)):
        return replace(measure, unit=scale, unitless=False)
    if measure.unit == "week" and "循环" in name:
        return replace(measure, unit="count")
    if measure.counts == "节" and "速" in name:
        return replace(measure, unit="knot", counts="")
    if "时速" in name and conversion(measure.unit, "km") is not None:
        return replace(measure, unit=f"{measure.unit}/h")
    if measure.counts == "位" and any(word in name for word in IN_BITS):
        return replace(measure, unit="bit", counts="")
    if measure.unitless:
        bracket = _BRACKETED.search(text[max(0, measure.start - 30) : measure.start])
        unit = read_unit(bracket[1], 0) if bracket else None
        if unit is not None and bracket is not None and unit.end == len(bracket[1].rstrip()):
            low, high = (None if end is None else end * unit.factor for end in (measure.low, measure.high))
            return replace(measure, low=low, high=high, unit=unit.name, unitless=False)
        if measure.scaled and any(word in name for word in _MONEY):
            return replace(measure, unit="CNY", unitless=False)
    below_zero = measure.low is not None and measure.low == measure.high and measure.low < 0 and "角" not in name
    if measure.unit == "degree" and (below_zero or any(word in name for word in _HOT)):
        return replace(measure, unit="degC")
    if measure.unit.startswith("CNY/degree") or (measure.unit == "degree" and (measure.scaled or "电" in name)):
        return replace(measure, unit=measure.unit.replace("degree", "kWh"))
    return measure


def _is_figure(measure: Measure, name: str, *, graded: bool = False) -> bool:
    """Whether it is one; `graded`: 级 is written behind it, which mostly names a class (精度 5 级)."""
    if measure.counts:
        return any(word in name for word in OUTPUT_WORDS)
    if measure.unit == "H" and "铅笔" in name:  # hardness of pencils, not henries
        return False
    if not measure.unitless:
        return True
    if measure.scaled:
        return any(word in name for word in OUTPUT_WORDS)
    if graded and not name.endswith(_GRADED):
        return False
    if needs_no_unit(name):
        return bool(name)
    exact = measure.power or any(end is not None and not end.is_integer() for end in (measure.low, measure.high))
    return bool(name) and measure.compared and (exact or _SYMBOL.fullmatch(name) is not None)


def _rounded(value: float | None) -> float | None:
    """Free of the dust of binary arithmetic (3 × 0.1)."""
    return None if value is None else float(f"{value:.12g}")
