"""What can happen to organisations, memberships and people, who may do it, and who is told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import is_signed_in, is_system
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, Verb, Workflow, assign
from keqiao.parties import actions, forms, guards, profile_forms
from keqiao.parties.audiences import the_person
from keqiao.parties.clocks import CONFIRMATION, VERIFICATION
from keqiao.parties.enums import MembershipState as M
from keqiao.parties.enums import OrganisationState as O
from keqiao.parties.enums import PersonState, PostRole, PostState
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.queries import administrators_of
from keqiao.parties.rules import (
    administers_it,
    administers_organisation,
    is_oneself,
    is_operator_of_node,
    is_the_person,
)


def operators_at(node: str) -> list[Person]:
    """The operators of a node; where it has none, those of the centre above it."""
    posts = {"posts__role": PostRole.OPERATOR, "posts__state": PostState.ACTIVE}
    here = Person.objects.filter(is_active=True, posts__node=node, **posts).distinct()
    return list(here) or list(Person.objects.filter(is_active=True, posts__node__parent=None, **posts).distinct())


def administrators(row: Organisation, entry: Entry) -> list[Person]:
    """The people who act for the organisation."""
    return administrators_of(row)


def operators(row: Organisation, entry: Entry) -> list[Person]:
    """The operators of the node of the organisation."""
    return operators_at(row.node_id)


def confirmers(row: Membership, entry: Entry) -> list[Person]:
    """Who can confirm a member: the administrators, else the operators of the node."""
    return administrators_of(row.organisation) or operators_at(row.node_id)


ORGANISATION = Workflow(
    name="organisations",
    model=Organisation,
    states=O,
    audiences={"administrators": administrators, "operators": operators},
    verbs=(
        Verb(
            name="create",
            label=_("登记单位"),
            source=NEW,
            target=O.UNVERIFIED,
            who=is_signed_in,
            form=forms.OrganisationForm,
            do=actions.create_organisation,
            starts=(VERIFICATION,),
            tells=("operators",),
            tone="primary",
            notice=_("单位已登记，平台正在核验。您现在就可以开始使用。"),
        ),
        Verb(
            name="save",
            label=_("编辑单位资料"),
            source=(O.UNVERIFIED, O.VERIFIED),
            who=administers_it | is_operator_of_node,
            form=forms.OrganisationProfileForm,
            do=assign,
            quiet=True,
        ),
        Verb(
            name="invite",
            label=_("邀请成员"),
            source=(O.UNVERIFIED, O.VERIFIED),
            who=administers_it,
            form=forms.InviteForm,
            do=actions.invite,
            quiet=True,
            notice=_("邀请已发出。对方会收到通知或邮件。"),
        ),
        Verb(
            name="correct",
            label=_("修改登记信息并重新核验"),
            source=(O.UNVERIFIED, O.VERIFIED, O.REJECTED),
            target=O.UNVERIFIED,
            who=administers_it,
            form=forms.RegistrationForm,
            do=actions.correct_organisation,
            starts=(VERIFICATION,),
            tells=("operators",),
        ),
        Verb(
            name="verify",
            label=_("核验通过"),
            source=O.UNVERIFIED,
            target=O.VERIFIED,
            who=is_operator_of_node,
            form=forms.VerifyForm,
            do=actions.verify_organisation,
            stops=(VERIFICATION,),
            tells=("administrators",),
            tone="primary",
        ),
        Verb(
            name="reject",
            label=_("核验不通过"),
            source=(O.UNVERIFIED, O.VERIFIED),
            target=O.REJECTED,
            who=is_operator_of_node,
            form=forms.RejectForm,
            do=actions.reject_organisation,
            stops=(VERIFICATION,),
            tells=("administrators",),
            tone="danger",
        ),
    ),
)

MEMBERSHIP = Workflow(
    name="memberships",
    model=Membership,
    states=M,
    audiences={"person": the_person, "confirmers": confirmers},
    verbs=(
        Verb(
            name="request",
            label=_("申请加入"),
            source=NEW,
            target=M.REQUESTED,
            who=is_signed_in,
            form=forms.RequestForm,
            do=actions.request_membership,
            starts=(CONFIRMATION,),
            tells=("confirmers",),
            tone="primary",
            notice=_("申请已发给单位管理员。"),
        ),
        Verb(
            name="admit",
            label=_("成为成员"),
            source=NEW,
            target=M.ACTIVE,
            who=is_system,
            form=forms.AdmitForm,
            do=assign,
            quiet=True,
        ),
        Verb(
            name="invite",
            label=_("邀请加入"),
            source=NEW,
            target=M.INVITED,
            who=is_system,
            form=forms.AdmitForm,
            do=assign,
            tells=("person",),
        ),
        Verb(
            name="accept",
            label=_("同意加入"),
            source=M.REQUESTED,
            target=M.ACTIVE,
            who=administers_organisation | is_operator_of_node,
            stops=(CONFIRMATION,),
            tells=("person",),
            tone="primary",
        ),
        Verb(
            name="decline",
            label=_("不同意加入"),
            source=M.REQUESTED,
            target=M.DECLINED,
            who=administers_organisation | is_operator_of_node,
            form=forms.ReasonForm,
            do=actions.give_reason,
            stops=(CONFIRMATION,),
            tells=("person",),
            tone="danger",
        ),
        Verb(
            name="join",
            label=_("接受邀请"),
            source=M.INVITED,
            target=M.ACTIVE,
            who=is_the_person,
            tells=("confirmers",),
            tone="primary",
        ),
        Verb(
            name="refuse",
            label=_("谢绝邀请"),
            source=M.INVITED,
            target=M.DECLINED,
            who=is_the_person,
            tells=("confirmers",),
        ),
        Verb(
            name="make_admin",
            label=_("设为单位管理员"),
            source=M.ACTIVE,
            who=administers_organisation,
            guard=guards.is_not_admin,
            do=actions.make_administrator,
            tells=("person",),
        ),
        Verb(
            name="make_member",
            label=_("改为普通成员"),
            source=M.ACTIVE,
            who=administers_organisation,
            guard=guards.is_admin,
            do=actions.make_ordinary,
            tells=("person",),
        ),
        Verb(
            name="leave",
            label=_("退出单位"),
            source=(M.REQUESTED, M.ACTIVE),
            target=M.LEFT,
            who=is_the_person,
            guard=guards.others_administer,
            stops=(CONFIRMATION,),
            tells=("confirmers",),
            tone="danger",
            confirm=_("退出后，您不再能看到这家单位未公开的内容。确定退出吗？"),
        ),
        Verb(
            name="remove",
            label=_("移出单位"),
            source=(M.INVITED, M.ACTIVE),
            target=M.LEFT,
            who=administers_organisation,
            guard=guards.others_administer,
            form=forms.ReasonForm,
            do=actions.give_reason,
            tells=("person",),
            tone="danger",
        ),
    ),
)

PERSON = Workflow(
    name="people",
    model=Person,
    states=PersonState,
    verbs=(
        Verb(name="join", label=_("注册"), source=NEW, target=PersonState.ACTIVE, who=is_system, quiet=True),
        Verb(
            name="welcome",
            label=_("介绍一下自己"),
            source=PersonState.ACTIVE,
            who=is_oneself,
            form=profile_forms.WelcomeForm,
            do=actions.welcome,
            quiet=True,
        ),
        Verb(
            name="save",
            label=_("编辑个人资料"),
            source=PersonState.ACTIVE,
            who=is_oneself,
            form=profile_forms.PersonForm,
            do=actions.save_profile,
            quiet=True,
        ),
        Verb(
            name="choose_language",
            label=_("更换语言"),
            source=PersonState.ACTIVE,
            who=is_oneself,
            form=profile_forms.LanguageForm,
            do=assign,
            quiet=True,
        ),
    ),
)
