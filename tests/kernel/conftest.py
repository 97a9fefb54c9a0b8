"""A small workflow of the tests' own over needs, so that the executor is tested apart from any room's table."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django import forms
from django.db import connection

from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Need
from keqiao.exchange.rules import is_owner
from keqiao.kernel import commands
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import is_signed_in, is_system
from keqiao.kernel.clocks import REGISTRY as CLOCKS
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, Verb, VerbForm, Workflow
from keqiao.parties.models import Organisation, Person
from keqiao.parties.rules import is_operator_of_node


class CardForm(VerbForm):
    title = forms.CharField(label="标题", max_length=20)
    problem = forms.CharField(label="问题", required=False)


def fill(row: Need, data: dict[str, Any], actor: Person) -> dict[str, str]:
    if row.pk is None:
        row.contact = actor
        row.node_id = "wuhan"
    row.title, row.problem = data["title"], data["problem"]
    return {"told": "kept with the entry"}


def fail(row: Need, data: dict[str, Any], actor: Person) -> None:
    row.title = "half-written"
    row.save()
    raise RuntimeError("the machine stops here")


def has_problem(row: Need) -> dict[str, list[str]]:
    return {} if row.problem else {"problem": ["请写出问题。"]}


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock("test_clock", "测试时钟", 1)
    del CLOCKS["test_clock"]


@pytest.fixture
def table(clock: Clock) -> Iterator[Workflow[Need]]:
    yield Workflow(
        name="test-needs",
        model=Need,
        states=NeedState,
        verbs=(
            Verb(name="create", label="新建", source=NEW, target="draft", who=is_signed_in, form=CardForm, do=fill),
            Verb(name="save", label="保存", source="draft", who=is_owner, form=CardForm, do=fill),
            Verb(
                name="submit",
                label="提交",
                source="draft",
                target="triage",
                who=is_owner,
                guard=has_problem,
                starts=(clock,),
                freezes=True,
            ),
            Verb(name="publish", label="发布", source="triage", target="open", who=is_operator_of_node, stops=(clock,)),
            Verb(name="break", label="出错", source="draft", who=is_owner, do=fail),
            Verb(name="expire", label="到期", source="open", target="expired", who=is_system),
        ),
    )
    del kernel.REGISTRY["test-needs"]


@pytest.fixture
def need(owner: Person, company_a: Organisation) -> Need:
    return Need.objects.create(
        title="消光涂层",
        problem="外购涂层吸光率不足，希望提高。",
        contact=owner,
        organisation=company_a,
        node=company_a.node,
        budget_maximum=3_000_000,
    )


Sealed = Callable[[], int]
Command = Callable[..., Result]


@pytest.fixture
def three_entries(table: Workflow[Need], need: Need, owner: Person) -> list[Entry]:
    """A need changed three times."""
    return [
        kernel.run(table, need.pk, "save", actor=owner, data={"title": f"第{n}版", "problem": need.problem})
        for n in (1, 2, 3)
    ]


@pytest.fixture
def forge(db: None) -> Callable[..., None]:
    """Rewrite what nobody may: as somebody with the rights of the database's owner would, past trigger and key."""

    def run_sql(statement: str, *parameters: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(UNGUARD)
            cursor.execute(statement, parameters)
            assert cursor.rowcount == 1

    return run_sql


UNGUARD = """
DO $$ DECLARE key record; BEGIN
    ALTER TABLE kernel_entry DISABLE TRIGGER USER;
    ALTER TABLE kernel_seal DISABLE TRIGGER USER;
    ALTER TABLE kernel_version DISABLE TRIGGER USER;
    FOR key IN SELECT conname, conrelid::regclass AS part FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'kernel_entry'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.part, key.conname);
    END LOOP;
END $$
"""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command of the kernel inside the test's own transaction: the session around it is what is left out."""

    @contextlib.contextmanager
    def nothing(report: object = None) -> Iterator[None]:
        yield

    monkeypatch.setattr("keqiao.config.session.database", nothing)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    found = {"journal": commands.journal, "rebuild": commands.rebuild, "docs": commands.docs}
    return lambda name, *arguments: CliRunner().invoke(found[name], list(arguments))
