"""What was decided on, as it was then: shown in the reader's words, verified against its hash."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keqiao.kernel import journal
from keqiao.kernel.dates import moment_in_words
from keqiao.kernel.freeze import sha256_of
from keqiao.kernel.models import Version
from keqiao.projects import enums
from keqiao.projects.measure import written
from keqiao.projects.models import Contract
from keqiao.projects.models.contract import TERMS
from keqiao.projects.queries import PARTS, label_of
from keqiao.projects.templatetags.yuan import iso_day, yuan

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from keqiao.projects.models import Project

LABELS: dict[str, str | Promise] = {
    "title": gettext_lazy("名称"),
    "asker": gettext_lazy("需求方"),
    "provider": gettext_lazy("供给方"),
    "targets": gettext_lazy("目标指标"),
    "contract": gettext_lazy("合同"),
    "milestones": gettext_lazy("里程碑"),
    "rounds": gettext_lazy("送样测试"),
    "acceptance": gettext_lazy("验收"),
    "incomes": gettext_lazy("到账"),
    "rewards": gettext_lazy("奖励"),
    "asker_score": gettext_lazy("需求方评分"),
    "asker_comment": gettext_lazy("需求方评价"),
    "provider_score": gettext_lazy("供给方评分"),
    "provider_comment": gettext_lazy("供给方评价"),
    "recipient": gettext_lazy("获奖人或团队"),
    "paid_on": gettext_lazy("发放日期"),
    "basis": gettext_lazy("奖励依据"),
    "state": gettext_lazy("状态"),
    "type": gettext_lazy("合同类型"),
    "payment_mode": gettext_lazy("支付方式"),
    "amount": gettext_lazy("金额"),
    "digest": gettext_lazy("合同文本的 SHA-256"),
    "signed_on": gettext_lazy("签订日期"),
    "asker_signed_at": gettext_lazy("需求方签署时间"),
    "asker_signed_by": gettext_lazy("需求方签署人"),
    "provider_signed_at": gettext_lazy("供给方签署时间"),
    "provider_signed_by": gettext_lazy("供给方签署人"),
    "registration_number": gettext_lazy("认定登记编号"),
    "registration_authority": gettext_lazy("登记机构"),
    "registered_on": gettext_lazy("登记日期"),
    "technical_amount": gettext_lazy("技术交易额"),
    "due_on": gettext_lazy("应完成日期"),
    "payment": gettext_lazy("对应付款"),
    "delivery_note": gettext_lazy("交付说明"),
    "delivered_at": gettext_lazy("交付时间"),
    "accepted_at": gettext_lazy("通过时间"),
    "number": gettext_lazy("轮次"),
    "sent_on": gettext_lazy("送样日期"),
    "sample": gettext_lazy("样品说明"),
    "received_on": gettext_lazy("收到日期"),
    "measured_on": gettext_lazy("测试日期"),
    "values": gettext_lazy("测量值"),
    "note": gettext_lazy("说明"),
    "unusable": gettext_lazy("无法测试的原因"),
    "request": gettext_lazy("验收申请"),
    "requested_at": gettext_lazy("申请时间"),
    "verdict": gettext_lazy("结论"),
    "evidence": gettext_lazy("依据"),
    "decided_by": gettext_lazy("验收人"),
    "decided_at": gettext_lazy("验收时间"),
    "side": gettext_lazy("登记方"),
    "dispute": gettext_lazy("异议"),
    "confirmed_at": gettext_lazy("确认时间"),
}
"""What is shown of a frozen text, in this order, and what it is called. The text itself, whole, can be downloaded."""

CODES: dict[str, tuple[type[TextChoices], ...]] = {
    "state": (enums.ContractState, enums.MilestoneState, enums.IncomeState, enums.ProjectState),
    "type": (enums.ContractType,),
    "payment_mode": (enums.PaymentMode,),
    "verdict": (enums.Verdict,),
    "side": (enums.Side,),
}
"""Values that are kept as codes and read as words."""

MONEY = frozenset({"amount", "payment", "technical_amount"})

Facts = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen text with what became of it since: whether its hash still is its own, and the journal's."""

    version: Version
    kind: str
    label: str
    about: str

    @property
    def is_whole(self) -> bool:
        """Whether the text has the hash under which it was kept, and the journal's entry says the same."""
        said = self.version.entry.changes.get("frozen", self.version.sha256)
        return {sha256_of(self.version.content), self.version.sha256, said} == {self.version.sha256}

    @property
    def position(self) -> int | None:
        """The place of its entry in the chain; none as long as it is not sealed."""
        seal = getattr(self.version.entry, "seal", None)
        return None if seal is None else int(seal.position)


def versions(project: Project) -> list[Frozen]:
    """Everything that was frozen in a project and its parts, newest first."""
    wanted = Q(object_type="project", object_id=project.pk)
    names: dict[tuple[str, int], Any] = {("project", project.pk): project}
    for part in PARTS:
        rows = getattr(project, f"{part}_rows").all()
        names |= {(part, row.pk): row for row in rows}
        wanted |= Q(object_type=part, object_id__in=[row.pk for row in rows])
    found = Version.objects.filter(wanted).select_related("entry__actor", "entry__seal").order_by("-entry_id")
    return [frozen(version, names[version.object_type, version.object_id]) for version in found]


def frozen(version: Version, row: Any) -> Frozen:
    return Frozen(version, str(row._meta.verbose_name), label_of(version.entry), str(row))


def text_of(version: Version) -> bytes:
    """The bytes that were hashed: canonical JSON in UTF-8. Their SHA-256 is the hash of the version."""
    return journal.canonical(journal.as_stored(version.content)).encode()


def contract_in(version: Version) -> Contract:
    """The contract as it was put up for signature; never saved."""
    kept = {name: version.content[name] for name in TERMS if name in version.content}
    columns: dict[str, Any] = {column.name: column for column in Contract._meta.concrete_fields}
    return Contract(**{name: columns[name].to_python(value) for name, value in kept.items()})


def facts_in(content: dict[str, Any]) -> Facts:
    """A frozen text in the reader's words, without what is empty."""
    return [
        (str(label), shown(name, content[name]))
        for name, label in LABELS.items()
        if content.get(name) not in (None, "", [], {})
    ]


def shown(name: str, value: Any) -> Any:
    """A value in words: a text, a list of texts, or facts of its own."""
    if name == "targets":
        return [written(target) for target in value]
    if name == "values":
        return [measured(item) for item in value]
    if isinstance(value, dict):
        return [facts_in(value)]
    if isinstance(value, list):
        return [facts_in(item) if isinstance(item, dict) else item for item in value]
    if name in MONEY:
        return yuan(value)
    if name in CODES:
        return word_for(value, CODES[name])
    if name.endswith("_on"):
        return iso_day(value)
    return moment(value) if name.endswith("_at") else value


def word_for(code: str, kinds: Iterable[type[TextChoices]]) -> str:
    return next((str(kind(code).label) for kind in kinds if code in kind.values), code)


def measured(item: dict[str, Any]) -> str:
    """One measured value against its target, in one line."""
    words = {"met": _("达到"), "missed": _("未达到")}
    verdict = words.get(item["verdict"], _("未测"))
    return _("%(name)s：%(value)s，要求 %(target)s，%(verdict)s") % {
        "name": item["name"], "value": item["shown"] or "—", "target": item["target"], "verdict": verdict,
    }  # fmt: skip


def moment(text: str) -> str:
    """A moment as the pages write it."""
    found: datetime.datetime | None = parse_datetime(text)
    return moment_in_words(found, with_year=True) if found else text
