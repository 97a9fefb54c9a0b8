"""Commands of parties: `node`, `post`. They are for whoever runs the machine, who needs no account for it."""

from __future__ import annotations

from typing import Any

import click
from django.utils.translation import gettext as _

from keqiao.config.session import needs_database
from keqiao.kernel.access import SYSTEM, Invalid
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.models import Node, Person, Post
from keqiao.parties.nodes.workflow import NODE, POST

ROLE = click.Choice([str(role) for role in PostRole.values])


@click.group()
def node() -> None:
    """The centre and its city nodes. Every record belongs to one."""


@node.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--name-en", default="", help="The name in English.")
@click.option("--parent", default="", help="Code of the centre; without it this node is a centre.")
@click.option("--region", default="", help="Administrative division, six digits.")
@needs_database
def add_node(code: str, name: str, name_en: str, parent: str, region: str) -> None:
    """Add a node, for example: keqiao node add wuhan 武汉节点 --parent hubei"""
    if parent:
        node_called(parent)
    as_platform(
        NODE, None, "create", {"code": code, "name": name, "name_en": name_en, "parent": parent, "region": region}
    )
    click.echo(f"{code} {name}")


@node.command("list")
@needs_database
def list_nodes() -> None:
    """Print the nodes, the centres first."""
    for row in Node.objects.order_by("parent_id", "code"):
        click.echo(f"{row.code}\t{row.name}\t{row.parent_id or '-'}")


@click.group()
def post() -> None:
    """Staff roles: operator, manager (of technology), auditor."""


@post.command("give")
@click.argument("email")
@click.argument("role", type=ROLE)
@click.argument("code", metavar="NODE")
@needs_database
def give(email: str, role: str, code: str) -> None:
    """Put the person with this address into a role at a node."""
    if held(email, role, code) is None:
        as_platform(POST, None, "create", {"email": email, "role": role, "node": code})
    click.echo(_("%(email)s 现在是 %(node)s 的 %(role)s。") % said(email, role, code))


@post.command("end")
@click.argument("email")
@click.argument("role", type=ROLE)
@click.argument("code", metavar="NODE")
@needs_database
def end(email: str, role: str, code: str) -> None:
    """Take the person out of a role at a node."""
    post = held(email, role, code)
    if post is None:
        raise click.ClickException(_("%(email)s 不是 %(node)s 的 %(role)s。") % said(email, role, code))
    as_platform(POST, post.pk, "end")
    click.echo(_("%(email)s 不再是 %(node)s 的 %(role)s。") % said(email, role, code))


@post.command("list")
@needs_database
def list_posts() -> None:
    """Print who is what where."""
    for row in Post.objects.filter(state=PostState.ACTIVE).select_related("person").order_by("node", "role", "person"):
        click.echo(f"{row.node_id}\t{row.role}\t{row.person.email}")


def said(email: str, role: str, code: str) -> dict[str, str]:
    """Who is what where, as the messages need it."""
    return {"email": email, "role": str(PostRole(role).label), "node": code}


def as_platform(table: Workflow[Any], pk: int | None, verb: str, data: dict[str, str] | None = None) -> None:
    """Run a verb as the platform itself; what is wrong with the arguments is told in one line."""
    try:
        run(table, pk, verb, actor=SYSTEM, data=data)
    except Invalid as refusal:
        problems = "; ".join(f"{field}: {' '.join(words)}" for field, words in refusal.errors.items())
        raise click.ClickException(problems) from None


def held(email: str, role: str, code: str) -> Post | None:
    """The post, if the person is in office."""
    posts = Post.objects.filter(person=person_at(email), node=node_called(code), role=role, state=PostState.ACTIVE)
    return posts.first()


def node_called(code: str) -> Node:
    found = Node.objects.filter(code=code).first()
    if found is None:
        raise click.ClickException(_("没有节点“%(code)s”。用 keqiao node list 查看已有的节点。") % {"code": code})
    return found


def person_at(email: str) -> Person:
    found: Person | None = Person.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise click.ClickException(_("没有人用 %(email)s 注册。请先在网站上注册。") % {"email": email})
    return found
