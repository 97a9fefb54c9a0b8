"""The promise of matching, in working days."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.clocks import Clock

PROPOSAL_ANSWER = Clock("proposal_answer", _("答复对接"), 5, reminds=("unanswered", "manager"))
