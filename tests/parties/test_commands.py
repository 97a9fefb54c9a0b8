"""Nodes and posts on the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from keqiao.kernel.journal import history
from keqiao.parties import commands
from keqiao.parties.models import Node, Person, Post
from tests.personas import fresh

pytestmark = pytest.mark.django_db


def call(group: str, *arguments: str) -> Result:
    """Run a command as it is: the database of the tests is already there."""
    found = getattr(commands, group).commands[arguments[0]]
    plain = getattr(found.callback, "__wrapped__", found.callback)
    bare = type(found)(found.name, callback=plain, params=found.params)
    return CliRunner().invoke(bare, arguments[1:])


def test_nodes_are_added_and_listed() -> None:
    assert call("node", "add", "hubei", "湖北中心", "--name-en", "Hubei centre").exit_code == 0
    assert call("node", "add", "wuhan", "武汉节点", "--parent", "hubei", "--region", "420100").exit_code == 0
    wuhan = Node.objects.get(code="wuhan")
    assert (wuhan.parent_id, wuhan.region, wuhan.is_centre) == ("hubei", "420100", False)
    assert set(call("node", "list").output.splitlines()) == {"hubei\t湖北中心\t-", "wuhan\t武汉节点\thubei"}


def test_node_with_bad_or_taken_code_is_refused(wuhan: Node) -> None:
    for code in ("wuhan", "武 汉", "x" * 21):
        result = call("node", "add", code, "名称")
        assert result.exit_code == 1
        assert "code" in result.output
    assert Node.objects.get(code="wuhan").name == "武汉节点"
    assert call("node", "add", "enshi", "恩施节点", "--parent", "nowhere").exit_code == 1
    assert not Node.objects.filter(code="enshi").exists()


def test_post_is_given_once_ended_and_given_again(owner: Person, wuhan: Node) -> None:
    for _n in range(2):
        assert call("post", "give", "LIN@example.test", "operator", "wuhan").exit_code == 0
    assert fresh(owner).standing.operates == {"wuhan"}
    assert call("post", "list").output == "wuhan\toperator\tlin@example.test\n"
    assert call("post", "end", "lin@example.test", "operator", "wuhan").exit_code == 0
    assert not fresh(owner).standing.is_staff
    assert call("post", "end", "lin@example.test", "operator", "wuhan").exit_code == 1
    assert call("post", "give", "lin@example.test", "operator", "wuhan").exit_code == 0
    first, second = Post.objects.order_by("pk")
    assert (first.state, second.state) == ("ended", "active")
    assert [[entry.verb for entry in history(post)] for post in (first, second)] == [["create", "end"], ["create"]]


def test_post_for_nobody_or_nowhere_is_refused(owner: Person, wuhan: Node) -> None:
    assert "没有人用 x@example.test 注册。" in call("post", "give", "x@example.test", "auditor", "wuhan").output
    assert "没有节点“nowhere”。" in call("post", "give", "lin@example.test", "auditor", "nowhere").output
    assert call("post", "give", "lin@example.test", "king", "wuhan").exit_code == 2
    assert Post.objects.count() == 0
