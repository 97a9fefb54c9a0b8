"""Form fields of the exchange: each takes what people type and says what is wrong in words that help."""

from keqiao.exchange.fields.benefits import BenefitsField
from keqiao.exchange.fields.figures import FiguresField, as_target, from_line
from keqiao.exchange.fields.levels import LevelsField
from keqiao.exchange.fields.moments import DATE, ZONES, DeadlineField, in_zone
from keqiao.exchange.fields.places import FieldCodesField, RegionField
from keqiao.exchange.fields.text import LineField, TextField, tidy

__all__ = [
    "DATE",
    "ZONES",
    "BenefitsField",
    "DeadlineField",
    "FieldCodesField",
    "FiguresField",
    "LevelsField",
    "LineField",
    "RegionField",
    "TextField",
    "as_target",
    "from_line",
    "in_zone",
    "tidy",
]
