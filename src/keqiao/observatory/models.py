"""Numbers that are shown, as projections of the journal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """How many rows of a metric a node has now. Only the projection writes it; `recount` proves it."""

    metric = models.CharField(max_length=40)
    node = models.CharField(max_length=20, blank=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("计数")
        constraints = [models.UniqueConstraint(fields=["metric", "node"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.metric}@{self.node or '*'} = {self.value}"
