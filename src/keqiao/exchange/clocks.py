"""The promises of the exchange, in working days."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.clocks import Clock

TRIAGE = Clock("triage", _("首次人工答复"), 1)
FIRST_ANSWER = Clock("first_answer", _("首个有效方案"), 3)
SOLUTION_ANSWER = Clock("solution_answer", _("答复解决方案"), 10, reminds=("asker", "manager"))
