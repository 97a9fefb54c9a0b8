"""How figures are said: drawn values, lines of a card, and phrases in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from keqiao.demo.chance import pick
from keqiao.demo.fields import Measure, Range

_HIGH = (
    "{name}达到 {value} 以上",
    "{name}不低于 {value}",
    "{name} ≥ {value}",
    "{name}做到 {value} 以上",
    "{name}提高到 {value} 以上",
)
_LOW = (
    "{name}不超过 {value}",
    "{name}控制在 {value} 以内",
    "{name} ≤ {value}",
    "{name}降到 {value} 以下",
    "{name}低于 {value}",
)
_NOW_HIGH = (
    "{name}只有 {value}",
    "{name}约 {value}",
    "{name}在 {value} 上下",
    "{name}最好时 {value}",
    "{name}仅 {value}",
)
_NOW_LOW = (
    "{name}高达 {value}",
    "{name}约 {value}",
    "{name}在 {value} 上下",
    "{name}还停在 {value}",
    "{name}要到 {value}",
)
_GIVE_HIGH = ("{name} {value}", "{name}为 {value}", "{name}达到 {value}")
_GIVE_LOW = ("{name} {value}", "{name}为 {value}", "{name}降到 {value}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with a value. What is asked for (`is_asked`) is written without zeros at its end: ``98 %``."""

    measure: Measure
    value: float
    is_asked: bool = False

    @property
    def number(self) -> str:
        number = f"{self.value:.{max(0, self.measure.digits)}f}"
        return number.rstrip("0").rstrip(".") if self.is_asked and "." in number else number

    @property
    def quantity(self) -> str:
        """Number and unit: ``98.5 %``, ``115°``, ``2.5``."""
        unit = self.measure.unit
        return f"{self.number}{'' if unit in ('', '°') else ' '}{unit}"

    def line(self, language: str = "zh") -> str:
        """What was measured or is offered: ``吸光率 98.5 %``, or in English (`en`) ``Absorptance 98.5 %``."""
        return " ".join(self._parts(language))

    def target(self, language: str = "zh") -> str:
        """What is asked for: ``吸光率 ≥ 98 %``, or in English (`en`) ``Absorptance ≥ 98 %``."""
        return f" {self.measure.relation} ".join(self._parts(language))

    def _parts(self, language: str) -> tuple[str, str]:
        return (self.measure.en, english_quantity(self)) if language == "en" else (self.measure.name, self.quantity)

    def reaches(self, target: Figure) -> bool:
        return self.measure.reaches(self.value, target.value)


def drawn(rng: Random, measure: Measure, span: Range) -> Figure:
    """A value of the span, rounded as the measure is read."""
    value = round(rng.uniform(*span), measure.digits)
    return Figure(measure, float(value))


def asked(rng: Random, measure: Measure) -> Figure:
    """What somebody asks for: rounder than what is measured (98.5 % rather than 98.3 %), within what is wanted."""
    low, high = measure.want
    step = max(10.0**-measure.digits, _round_step((high - low) / 6))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    value = rng.randint(first, last) * step if first <= last else rng.uniform(low, high)
    return Figure(measure, float(round(value, measure.digits)), is_asked=True)


def _round_step(width: float) -> float:
    """1 or 5 times a power of ten, near this width."""
    power = 10.0 ** math.floor(math.log10(width))
    return next((factor * power for factor, most in ((1, 2.5), (5, 7.5)) if width / power < most), 10 * power)


def between(start: Figure, end: Figure, share: float) -> Figure:
    """A value on the way from one figure to the other (`share` 0 to 1), rounded the same way."""
    return Figure(start.measure, round(start.value + (end.value - start.value) * share, start.measure.digits))


def wanted(rng: Random, figure: Figure, *, also: bool = False) -> str:
    """``吸光率做到 98 % 以上``; with the measure's other name if `also`."""
    return _said(rng, figure, _HIGH if figure.measure.better == "high" else _LOW, also=also)


def wanted_bare(figure: Figure) -> str:
    """``吸光率 98 % 以上``."""
    return f"{figure.measure.name} {figure.quantity} {'以上' if figure.measure.better == 'high' else '以内'}"


def wanted_doing(figure: Figure) -> str:
    """``把吸光率做到 98 % 以上``."""
    verb, bound = ("做到", "以上") if figure.measure.better == "high" else ("压到", "以下")
    return f"把{figure.measure.name}{verb} {figure.quantity} {bound}"


def present(rng: Random, figure: Figure, *, also: bool = False) -> str:
    """``吸光率只有 94 %``."""
    return _said(rng, figure, _NOW_HIGH if figure.measure.better == "high" else _NOW_LOW, also=also)


def given(rng: Random, figure: Figure, *, also: bool = False) -> str:
    """``吸光率达到 98.7 %``."""
    return _said(rng, figure, _GIVE_HIGH if figure.measure.better == "high" else _GIVE_LOW, also=also)


def versus(before: Figure, after: Figure) -> str:
    """``吸光率由 94 % 提高到 98.7 %``."""
    verb = "提高到" if after.value > before.value else "降到"
    return f"{after.measure.name}由 {before.quantity} {verb} {after.quantity}"


def in_english(figure: Figure, *, target: bool) -> str:
    """``absorptance of at least 98 %`` or ``absorptance 98.7 %``."""
    name = figure.measure.en
    name = name[:1].lower() + name[1:] if name[1:2].islower() else name
    amount = english_quantity(figure)
    if not target:
        return f"{name} {amount}"
    return f"{name} of {'at least' if figure.measure.better == 'high' else 'at most'} {amount}"


def english_quantity(figure: Figure) -> str:
    """``98 %``, ``26000 CNY``, ``3 times/year``."""
    if figure.measure.unit == "万元":
        return f"{figure.value * 10_000:.0f} CNY"
    amount = figure.quantity
    for chinese, english in _UNITS.items():
        amount = amount.replace(f"/{chinese}", f"/{english.rstrip('s')}").replace(chinese, english)
    return amount


def _said(rng: Random, figure: Figure, phrases: tuple[str, ...], *, also: bool) -> str:
    name = figure.measure.also if also else figure.measure.name
    return pick(rng, phrases).format(name=name, value=figure.quantity)


_UNITS = {
    "元": "CNY", "次": "times", "天": "days", "个月": "months", "月": "months", "年": "years",
    "亩": "mu", "分": "points", "条": "entries", "周": "week", "个": "samples",
}  # fmt: skip
