"""What needs and achievements share, and the agreements under which more of them is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import NONE, OWNER, Hidden, Level, Visible
from keqiao.parties import taxonomy
from keqiao.parties.models import Node, Organisation, Person, standing_of
from keqiao.parties.sides import belongs_to

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.kernel.visibility import Seen

FIRST_WORDS = 30

PUBLIC, REGISTERED, NDA, STAFF = Level.PUBLIC, Level.REGISTERED, Level.NDA, Level.STAFF


class NonDisclosure(models.Model):
    """A signed non-disclosure agreement: this organisation's people may see this record up to level `NDA`."""

    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    wording = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("保密协议")
        indexes = [models.Index(fields=["object_type", "object_id"], name="nda_of_object")]

    def __str__(self) -> str:
        return f"{self.object_type}/{self.object_id}"


class Listing(Visible):
    """What needs and achievements share: who they belong to, where, in which field, in which languages.

    `fields` are codes of `taxonomy`; `field_path` holds them with everything above them, so that asking for a
    parent finds its children. Whoever writes many rows at once (`bulk_create`) calls `derive` first.
    """

    title = models.CharField(_("标题"), max_length=120, blank=True)
    title_en = models.CharField(_("英文标题"), max_length=240, blank=True)
    source_language = models.CharField(_("原文语言"), max_length=5, default="zh")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name=_("单位")
    )
    contact = models.ForeignKey(Person, models.PROTECT, related_name="%(class)ss", verbose_name=_("联系人"))
    node = models.ForeignKey(Node, models.PROTECT, to_field="code", related_name="%(class)ss", verbose_name=_("节点"))
    shared_with = models.JSONField(_("共享给的节点"), default=list, blank=True)
    share_asked = models.JSONField(_("请求共享的节点"), default=list, blank=True)
    fields = models.JSONField(_("技术领域"), default=list, blank=True)
    field_path = models.JSONField(default=list, blank=True, editable=False)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    cooperation_modes = models.JSONField(_("合作方式"), default=list, blank=True)
    reject_reason = models.CharField(_("未通过原因"), max_length=30, blank=True)
    staff_note = models.TextField(_("内部备注"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    shown_states: ClassVar[tuple[str, ...]] = ()
    own_states: ClassVar[tuple[str, ...]] = ("draft", "discarded")
    """States in which a record is its owners' alone: it has not been handed in to anybody."""
    called_by: ClassVar[tuple[str, ...]] = ("title", "title_en")
    opens_with: ClassVar[str] = ""
    """The field whose first words stand for the title of a draft that has none yet."""
    unjournalled: ClassVar[frozenset[str]] = frozenset({"field_path"})
    follows: ClassVar[dict[str, str]] = {}
    """Field → the field whose level it takes (a translation is as confidential as what it translates)."""
    names_the_owner: ClassVar[tuple[str, ...]] = ("contact",)
    """Fields that give away who is behind the record: as confidential as `organisation`, at least."""

    if TYPE_CHECKING:
        contact_id: int
        organisation_id: int | None
        node_id: str
        state: str

    def __str__(self) -> str:
        return self.title or self.title_en or f"#{self.pk}"

    def called(self, seen: Seen) -> str:
        """The title; for a draft that has none yet its first words, so that it can be found among others."""
        title = str(seen.title or seen.title_en or "")
        if title or isinstance(seen.title, Hidden):
            return title
        return Truncator(getattr(seen, self.opens_with)).chars(FIRST_WORDS) or gettext("（还没有标题）")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Bring the codes into their one form, and fill `field_path` from them."""
        self.fields = [taxonomy.normal(code) for code in self.fields]
        self.field_path = taxonomy.path_of(self.fields)

    @property
    def is_sealed(self) -> bool:
        """Whether the record hides who is behind it until a non-disclosure agreement is signed."""
        return self.level_of("organisation") >= NDA

    @property
    def opens_under_agreement(self) -> bool:
        """Whether there is something in it that only a signed non-disclosure agreement shows."""
        return any(self.level_of(name) == NDA and getattr(self, name) for name in self.choosable)

    def level_of(self, field: str) -> Level:
        level = super().level_of(self.follows.get(field, field))
        if field in self.names_the_owner:
            return Level(max(level, super().level_of("organisation")))
        return level

    def at(self, level: int) -> Seen:
        """As `Visible.at`; below the clearance of those who work with it, what is not shown says nothing.

        Records that point here (a shortlist, a proposal, an answer) outlive its publication: the title of a draft that
        was once published must not come out through them.
        """
        hidden = level < NDA and self.state not in self.shown_states
        return super().at(NONE if hidden else level)

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        handed_in = ~Q(state__in=cls.own_states)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((belongs_to(actor, "contact", "organisation"), OWNER))
        if standing.everywhere:
            cases.append((handed_in, int(STAFF)))
        elif standing.watched:
            mine = Q(node__in=standing.watched)
            for code in standing.watched:
                mine |= Q(shared_with__contains=[code])
            cases.append((mine & handed_in, int(STAFF)))
        cases += cls.assigned_cases(actor)
        if actor.pk:
            cases.append((cls.under_agreement(actor) & cls.shown_to(actor), int(NDA)))
        return cases

    @classmethod
    def assigned_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """Clearance of people who work on a row without owning it (technology managers)."""
        return []

    @classmethod
    def under_agreement(cls, actor: Actor) -> Q:
        signed = NonDisclosure.objects.filter(object_type=cls._meta.model_name, object_id=OuterRef("pk")).filter(
            Q(person=actor.pk) | Q(organisation__in=standing_of(actor).organisations)
        )
        return Q(Exists(signed))

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(state__in=cls.shown_states)
