"""The promises of a project, in working days."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.clocks import Clock

TO_CONTRACT = Clock("to_contract", _("签订合同"), 20, reminds=("both", "manager"))
FIRST_SAMPLE = Clock("first_sample", _("首次送样"), 30, reminds=("provider", "manager"))
SAMPLE_ANSWER = Clock("sample_answer", _("测样并答复"), 10, reminds=("asker", "manager"))
ACCEPTANCE_ANSWER = Clock("acceptance_answer", _("答复验收申请"), 10, reminds=("asker", "manager"))

REMIND_DAYS = 3
"""How many days before a milestone is due both sides are reminded."""
