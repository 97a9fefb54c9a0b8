"""Reading unit expressions (`W/(m·K)`, `元/吨`, `mg·L-1`) and converting between them with pint."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, replace

import numpy
import pint

from keqiao.engine.blocks import listed, table
from keqiao.engine.specs.lexicon import COUNTERS, unit_spellings

_SPELLINGS = unit_spellings()
# A unit is none when one of these follows: 年级, 天然, 次要, 方案.
_NOT_HERE = table(
    """
年: 级 代 轮 限 度 产
天: 然 津
d: 打 模 视 扫 建 图 技 成 显
日: 本
度: 假
方: 案 式 法 面 向 便
周: 边 围 期
目: 标 前 的 录
帧: 率
循环: 利 流 经 水
次: 级 要 生 品
月: 球
成: 为 功 果 本 熟 立 员 分 套 型 都 形
安: 全 装 徽
欧: 洲 盟 美
焦: 点
瓦: 斯 片
牛: 奶
米: 粉 饭
特: 别 殊 点 征 定 种 色 大 高 斯 性 级 效 有
点: 击 火 云 阵 胶 焊 检 名 评
斤: 斤 两
升: 级
"""
)
_ATOM = re.compile(
    "|".join(re.escape(word) for word in sorted([*_SPELLINGS, *COUNTERS, "度"], key=lambda w: (-len(w), w)))
)
_POWER = re.compile(
    r"(?:\^|\*\*)?(?:\((?P<inside>[-+]?[1-9])\)|(?P<plain>[-+]?[1-9]))(?!\d|\.\d|%)"
    r"|(?:\^|\*\*)\(?(?P<broken>[-+]?\d(?:[/.]\d)?)\)?"
)
_HAN_POWER = re.compile(r"\^(?P<plain>\d)")
_TIMES = re.compile(
    r"[·•⋅∙*.×](?=[A-Za-zΩμ°\u4e00-\u9fff(])|·(?=\d+(?:\.\d+)?\s?[A-Za-z\u4e00-\u9fff])"
    r"|(?<=[A-Za-z0-9]) (?=[A-Za-zΩμ]+\^?-\d)"
)
_PER = re.compile(r"\s*/\s*|\s+per\s+|每")
# `2.5×10^-6 /K`, `$80/kWh`, `2000 1/h`: nothing above the line; not `3/4`, `A/B`.
_NOTHING_ABOVE = re.compile(
    r"(?:1\s?)?/(?=\(?(?:[a-zμ°][A-Za-z]*|K|Wh?|L|Pa|MPa|V|cm|年|小时|分钟|秒|天|吨|公斤)(?![A-Za-z\d]))"
)
# Short forms that are units only below the line: 次/分, 米/时.
_BELOW = {"分": "min", "时": "h", "min.": "min"}
# What the quantity is of, written into its unit: tCO2, kgCE, gH2.
_OF_WHAT = re.compile(r"(?<=[tgL])-?(?:CO2e?q?|(?:I-)?TEQ|ce|CE|H2|NH3|N2)(?![A-Za-z\d])")


# An amount below the line: g/10 min, kWh/100 km, mm/百万吨. In brackets after a middle dot any unit may have one
# (cm^3/(m^2·d·0.1MPa)); after a bare line only amounts of amounts, for 220 V/50 Hz and 150 °C/30 min are two figures.
_SHARE = re.compile(r"(?P<number>\d+(?:\.\d+)?)?\s*(?P<word>百万|千万|[百千万亿])?(?=\s*[A-Za-zμ\u4e00-\u9fff])")
_MOST_FACTORS = 8
_WORDS_OF_SHARES = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_AMOUNTS = frozenset(
    listed(
        """
        s min h day week month year ug mg g kg t uL mL L um mm cm m km cm**2 m**2 mu cm**3 m**3 count copies mol mmol
        J kJ MJ Wh kWh CNY USD EUR dB
        """
    )
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit read from a text: what pint reads, where it ends, and the word when it only counts things (项, 台).

    `factor`: what a value in the text is multiplied by to be in this unit (`3 g/10 min` is 0.3 g/min).
    """

    name: str
    end: int
    counts: str = ""
    factor: float = 1.0


@dataclass(slots=True)
class _Factor:
    name: str
    power: str
    counts: str
    amount: float = 1.0


def read_unit(text: str, start: int) -> Unit | None:
    """The longest unit expression that begins here (spaces before it allowed), or None."""
    position = start
    while position < len(text) and text[position] == " ":
        position += 1
    above: list[_Factor] = []
    below: list[_Factor] = []
    nothing_above = _NOTHING_ABOVE.match(text, position)
    divided = nothing_above is not None
    if nothing_above is not None:
        position = nothing_above.end() - 1
    else:
        first = _read_factor(text, position)
        if first is None:
            return None
        above, position = [first[0]], first[1]
    while len(above) + len(below) < _MOST_FACTORS:
        step = _PER.match(text, position) or _TIMES.match(text, position)
        if step is None:
            break
        divides = bool(_PER.fullmatch(step[0]))
        group = _read_group(text, step.end()) if divides else None
        if group is not None:
            below += group[0]
            position = group[1]
            divided = True
            continue
        factor = _read_factor(text, step.end(), divided=divides)
        if factor is None and (divides or divided):
            factor = _read_share(text, step.end(), _written(above, []) if above else "")
        if factor is None:
            break
        divided = divided or divides
        (below if divided else above).append(factor[0])
        position = factor[1]
    if not above and not below:
        return None
    counts = above[0].counts if len(above) == 1 and not below else ""
    return Unit(_written(above, below), position, counts, 1.0 / math.prod(factor.amount for factor in below))


def _read_share(text: str, start: int, above: str, *, grouped: bool = False) -> tuple[_Factor, int] | None:
    """A factor below the line with an amount of it: `10 min`, `百万吨`, in brackets `0.1MPa` too."""
    share = _SHARE.match(text, start)
    if share is None or share.end() == start:
        return None
    found = _read_factor(text, share.end() + (text[share.end()] == " "), divided=True)
    amount = float(share["number"] or 1) * _WORDS_OF_SHARES.get(share["word"] or "", 1.0)
    if found is None or not amount:
        return None
    factor, end = found
    unit = _written([factor], [])
    of_amounts = above in _AMOUNTS and unit in _AMOUNTS and conversion(above, unit) is None
    if share["number"] and not (grouped or of_amounts):
        return None
    return replace(factor, amount=amount), end


def _read_group(text: str, start: int) -> tuple[list[_Factor], int] | None:
    """`(m·K)`: factors in brackets."""
    if text[start : start + 1] != "(":
        return None
    position, factors = start + 1, []
    while True:
        factor = _read_factor(text, position) or _read_share(text, position, "", grouped=True)
        if factor is None:
            return None
        factors.append(factor[0])
        position = factor[1]
        if text[position : position + 1] == ")":
            return factors, position + 1
        step = _TIMES.match(text, position)
        if step is None:
            return None
        position = step.end()


def _read_factor(text: str, start: int, *, divided: bool = False) -> tuple[_Factor, int] | None:
    match = _ATOM.match(text, start)
    while match is not None and not _ends_well(text, match):
        match = _shorter(text, match)
    if match is None:
        short = _BELOW.get(text[start : start + 1]) if divided else None
        return (_Factor(short, "", ""), start + 1) if short else None
    word, end = match[0], match.end()
    if of_what := _OF_WHAT.match(text, end):
        return _Factor(_SPELLINGS[word], "", ""), of_what.end()
    power = _POWER.match(text, end) if word.isascii() or word in "Ωμm" else _HAN_POWER.match(text, end)
    exponent = ""
    if power is not None and _plain_power(text, power):
        exponent, end = _digits(power).lstrip("+"), power.end()
    counts = word if word in COUNTERS else ""
    name = "count" if counts else "degree" if word == "度" else _SPELLINGS[word]
    name = "frame" if divided and name == "frame/s" else name
    return _Factor(name, exponent, counts), end


def _digits(power: re.Match[str]) -> str:
    return next((group for group in power.groups() if group), "")


def _plain_power(text: str, power: re.Match[str]) -> bool:
    """Whether a digit after a unit is an exponent: `m3`, `s-1`, but not `5m 3个` nor `10mm-12mm`."""
    digits = _digits(power)
    if power[0].startswith(("^", "*")):
        return True
    after = text[power.end() : power.end() + 1]
    if digits.startswith(("-", "+")):
        return digits in {"-1", "-2", "-3"} and not (after.isalpha() and after.isascii()) and after not in "°℃个"
    return digits in {"2", "3"} and not (after.isascii() and after.isalpha())


def _ends_well(text: str, match: re.Match[str]) -> bool:
    word, after = match[0], text[match.end() : match.end() + 1]
    if word[-1] == "°" or (word[-1].isascii() and word[-1].isalpha()):
        return not (after.isascii() and after.isalpha()) or bool(_OF_WHAT.match(text, match.end()))
    return after not in _NOT_HERE.get(word, ())


def _shorter(text: str, match: re.Match[str]) -> re.Match[str] | None:
    return _ATOM.fullmatch(text, match.start(), match.end() - 1) if len(match[0]) > 1 else None


def _written(above: list[_Factor], below: list[_Factor]) -> str:
    up = [(f.name, int(f.power)) if f.power.lstrip("-").isdigit() else (f.name, f.power or 1) for f in above]
    down = [(f.name, int(f.power)) if f.power.lstrip("-").isdigit() else (f.name, f.power or 1) for f in below]
    raised = [(n, p) for n, p in up if not (isinstance(p, int) and p < 0)] + [
        (n, -p) for n, p in down if isinstance(p, int) and p < 0
    ]
    lowered = [(n, p) for n, p in down if not (isinstance(p, int) and p < 0)] + [
        (n, -p) for n, p in up if isinstance(p, int) and p < 0
    ]
    top = "*".join(_term(n, p) for n, p in raised) or "1"
    if not lowered:
        return top
    bottom = "*".join(_term(n, p) for n, p in lowered)
    return f"{top}/({bottom})" if len(lowered) > 1 or "*" in bottom.replace("**", "") else f"{top}/{bottom}"


def _term(name: str, power: object) -> str:
    if power == 1:
        return name
    return f"({name})**{power}" if "*" in name or "/" in name else f"{name}**{power}"


# What pint lacks: money, hardness scales, and units of the trade, and mcd, which it could also read as microdays; a
# middle dot stands for a space.
_DEFINITIONS = listed(
    """
    CNY·=·[money_cny] USD·=·[money_usd] EUR·=·[money_eur] mu·=·2000/3*meter**2 mesh·=·[mesh] HRC·=·[hardness_rockwell]
    HRA·=·[hardness_rockwell_a] HRB·=·[hardness_rockwell_b] HV·=·[hardness_vickers] HB·=·[hardness_brinell]
    HK·=·[hardness_knoop] HL·=·[hardness_leeb] ShoreA·=·[hardness_shore_a] ShoreD·=·[hardness_shore_d]
    Mohs·=·[hardness_mohs] Brix·=·[sugar_brix] dBc·=·[noise_carrier] CFU·=·count
    FLOPS·=·count/second OPS·=·count/second frame·=·count ppb·=·1e-9 dBA·=·[sound_weighted] dBi·=·[antenna_gain]
    fold·=·1 var·=·volt*ampere mcd·=·1e-3*candela NTU·=·[turbidity] copies·=·count jin·=·0.5*kilogram
    """
)


@functools.cache
def _registry() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(
        autoconvert_offset_to_baseunit=True,
        on_redefinition="raise",  # what pint has it keeps: U is a micromole a minute, as the enzyme commission says
    )
    for definition in _DEFINITIONS:
        registry.define(definition.replace("·", " "))
    return registry


@functools.lru_cache(maxsize=4096)
def conversion(source: str, target: str) -> tuple[float, float] | None:
    """`(factor, offset)` with `target = factor * source + offset`; None when they measure different things.

    None too between a ratio and its logarithm (W and dBm), where no factor leads from one to the other.
    """
    if source == target:
        return 1.0, 0.0
    registry = _registry()
    source, target = _as_difference(source), _as_difference(target)
    try:
        with numpy.errstate(divide="ignore"):
            zero, one, two = (
                float(registry.Quantity(value, source or "dimensionless").to(target or "dimensionless").magnitude)
                for value in (0.0, 1.0, 2.0)
            )
    except (pint.PintError, ValueError, AttributeError, TypeError, ZeroDivisionError, OverflowError, AssertionError):
        return None  # pint asserts that a unit can be read in one way only
    is_straight = math.isclose(two - one, one - zero, rel_tol=1e-6)  # not where one of them is infinite
    return (one - zero, zero) if is_straight else None


def _as_difference(unit: str) -> str:
    """Degrees within a compound unit are differences: `degC/min` is as many kelvins a minute."""
    return unit if unit in {"degC", "degF"} else unit.replace("degC", "delta_degC").replace("degF", "delta_degF")


def convert(value: float, source: str, target: str) -> float | None:
    """A value in another unit; None when the units measure different things or one of them is unknown."""
    found = conversion(source, target)
    return None if found is None else found[0] * value + found[1]


@dataclass(frozen=True, slots=True)
class BaseUnits:
    """A unit in base units: `factor * value + offset` of them; and the powers of its dimensions."""

    factor: float
    offset: float
    dimensions: dict[str, float]


@functools.lru_cache(maxsize=4096)
def in_base_units(unit: str) -> BaseUnits | None:
    """What a unit is made of; None when there is none of this name, or no factor leads to base units (dBm)."""
    registry = _registry()
    try:
        base = registry.Quantity(1, _as_difference(unit) or "dimensionless").to_base_units()
        dimensions = {str(name): float(str(power)) for name, power in base.dimensionality.items()}
        straight = conversion(unit, f"{base.units}")
    except (pint.PintError, ValueError, AttributeError, TypeError, ArithmeticError, AssertionError, RecursionError):
        return None
    return None if straight is None else BaseUnits(*straight, dimensions)
