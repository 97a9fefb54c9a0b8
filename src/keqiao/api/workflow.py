"""What can happen to an access token."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.api import actions
from keqiao.api.models import AccessToken
from keqiao.api.models import TokenState as T
from keqiao.kernel.access import is_system
from keqiao.kernel.workflow import NEW, Verb, Workflow
from keqiao.parties.audiences import the_person
from keqiao.parties.rules import is_the_person

# `issue` is no verb that anybody can run by itself: whoever asks has to prove who they are again (api.issuing,
# api.views). It stands here so that the table is complete.
TOKENS = Workflow(
    name="tokens",
    model=AccessToken,
    states=T,
    audiences={"person": the_person},
    verbs=(
        Verb(name="issue", label=_("创建访问令牌"), source=NEW, target=T.ACTIVE, who=is_system, quiet=True),
        Verb(
            name="revoke",
            label=_("停用令牌"),
            source=T.ACTIVE,
            target=T.REVOKED,
            who=is_the_person,
            do=actions.revoke,
            tone="danger",
            confirm=_("停用后，使用这个令牌的程序立刻不能再访问，而且不能恢复。确定停用吗？"),
            notice=_("令牌已停用。"),
        ),
        Verb(
            name="expire",
            label=_("令牌过期"),
            source=T.ACTIVE,
            target=T.EXPIRED,
            who=is_system,
            at="expires_at",
            tells=("person",),
        ),
    ),
)
