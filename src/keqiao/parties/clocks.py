"""The promises of verification, in working days."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.clocks import Clock

VERIFICATION = Clock("verification", _("单位核验"), 2)
CONFIRMATION = Clock("confirmation", _("确认成员"), 5, reminds=("confirmers",))
