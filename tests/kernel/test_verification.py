"""`keqiao journal verify`: whatever somebody with the rights of the database did to the journal is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from keqiao.exchange.models import Need
from keqiao.kernel import journal
from keqiao.kernel.models import Cursor, Entry, Seal, Secret
from keqiao.kernel.verification import Head, verify
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person
from tests.kernel.conftest import Command, Sealed

Forge = Callable[..., None]


@pytest.fixture
def chain(three_entries: list[Entry], table: Workflow[Need], need: Need, owner: Person, sealed: Sealed) -> list[Entry]:
    """Five sealed entries; the fourth has a confidential value, the fifth a frozen text."""
    Need.objects.filter(pk=need.pk).update(levels={"problem": 2})
    secret = run(table, need.pk, "save", actor=owner, data={"title": "第4版", "problem": "配方甲"})
    frozen = run(table, need.pk, "submit", actor=owner)
    sealed()
    return [*three_entries, secret, frozen]


def said(command: Command, *arguments: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    result = command("journal", "verify", *arguments)
    return result.exit_code, result.output.strip()


def test_a_whole_chain_is_valid_and_its_head_is_printed(command: Command, chain: list[Entry]) -> None:
    head = Seal.objects.get(position=5)
    assert said(command) == (0, f"valid: 5 entries sealed, 0 waiting for the sealer\nhead: 5:{head.hash}")


def test_what_waits_for_the_sealer_is_counted_apart(
    command: Command, chain: list[Entry], table: Workflow[Need], owner: Person
) -> None:
    run(table, None, "create", actor=owner, data={"title": "新的"})
    assert said(command)[1].startswith("valid: 5 entries sealed, 1 waiting for the sealer")


def test_an_empty_journal_is_valid(command: Command, db: None) -> None:
    assert said(command) == (0, f"valid: 0 entries sealed, 0 waiting for the sealer\nhead: 0:{'0' * 64}")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "publish"),
        ("at", "2020-01-01T00:00:00+00:00"),
        ("node", "yichang"),
        ("actor_id", 999),
        ("on_behalf_of_id", 7),
        ("room", "parties"),
        ("object_type", "solution"),
        ("object_id", 999),
        ("from_state", "open"),
        ("to_state", "open"),
        ("changes", '{"title": ["a", "b"]}'),
        ("audience", '{"title": 3}'),
        ("key", "k"),
    ],
)
def test_a_forged_middle_is_found_whatever_was_changed(
    command: Command, chain: list[Entry], forge: Forge, column: str, value: Any
) -> None:
    forge(f"UPDATE kernel_entry SET {column} = %s WHERE seq = %s", value, chain[1].pk)
    assert said(command) == (1, f"BROKEN at position 2: entry {chain[1].pk} was changed after it was sealed")


def test_a_forged_middle_with_a_seal_to_match_breaks_the_next_link(chain: list[Entry], forge: Forge) -> None:
    forge("UPDATE kernel_entry SET verb = 'publish' WHERE seq = %s", chain[1].pk)
    entry, before = Entry.objects.get(pk=chain[1].pk), Seal.objects.get(position=1)
    forge("UPDATE kernel_seal SET hash = %s WHERE position = 2", journal.link(before.hash, entry))
    found = verify()
    assert (found.broken_at, found.problem) == (3, "the previous hash does not match the link before")
    assert found.head.position == 2


def test_a_changed_seal_is_told_from_a_changed_entry(chain: list[Entry], forge: Forge) -> None:
    forge("UPDATE kernel_seal SET hash = %s WHERE position = 3", "f" * 64)
    found = verify()
    assert (found.broken_at, found.problem) == (3, f"the seal of entry {chain[2].pk} was changed")


def test_two_entries_exchanged_are_found(chain: list[Entry], forge: Forge) -> None:
    forge("UPDATE kernel_seal SET entry_id = 0 WHERE position = 2")
    forge("UPDATE kernel_seal SET entry_id = %s WHERE position = 3", chain[1].pk)
    forge("UPDATE kernel_seal SET entry_id = %s WHERE position = 2", chain[2].pk)
    assert verify().broken_at == 2


@pytest.mark.parametrize("position", [1, 3, 5])
def test_an_entry_taken_out_is_missing(chain: list[Entry], forge: Forge, position: int) -> None:
    entry = chain[position - 1].pk
    forge("DELETE FROM kernel_entry WHERE seq = %s", entry)
    found = verify()
    assert (found.broken_at, found.problem) == (position, f"entry {entry} is missing")


def test_a_link_taken_out_is_missing(chain: list[Entry], forge: Forge) -> None:
    forge("DELETE FROM kernel_seal WHERE position = 3")
    found = verify()
    assert (found.broken_at, found.problem) == (3, "position 3 is missing")


def test_an_end_cut_off_with_its_entry_shows_in_who_had_read_it(
    command: Command, chain: list[Entry], forge: Forge
) -> None:
    forge("DELETE FROM kernel_seal WHERE position = 5")
    forge("DELETE FROM kernel_entry WHERE seq = %s", chain[4].pk)
    status, words = said(command)
    assert status == 1
    assert words.startswith("BROKEN at position 5: the chain ends at 4, but ")
    assert words.endswith(" has read to 5: its end was removed")


def test_an_end_cut_off_that_nobody_had_read_shows_in_a_noted_head(
    command: Command, chain: list[Entry], forge: Forge
) -> None:
    noted = str(verify().head)
    assert said(command, "--head", noted)[0] == 0
    forge("DELETE FROM kernel_seal WHERE position = 5")
    forge("DELETE FROM kernel_entry WHERE seq = %s", chain[4].pk)
    Cursor.objects.update(position=4)
    assert said(command)[0] == 0  # nothing in the database remembers
    assert said(command, "--head", noted) == (
        1,
        "BROKEN at position 5: the chain has no position 5, which was noted",
    )


def test_a_chain_made_anew_is_found_by_a_noted_head_alone(command: Command, chain: list[Entry], forge: Forge) -> None:
    """Whoever owns the database can seal a false history; the head noted on another machine does not fit it."""
    noted = verify().head
    forge("UPDATE kernel_entry SET verb = 'publish' WHERE seq = %s", chain[1].pk)
    previous = journal.GENESIS
    for seal in Seal.objects.select_related("entry").order_by("position"):
        fresh = journal.link(previous, seal.entry)
        forge("UPDATE kernel_seal SET previous_hash = %s, hash = %s WHERE position = %s", previous, fresh, seal.pk)
        previous = fresh
    assert said(command)[0] == 0
    status, words = said(command, "--head", str(noted))
    assert (status, words) == (1, "BROKEN at position 5: this is not the chain of which the link was noted")


def test_a_chain_that_went_on_still_passes_a_noted_head(
    command: Command, chain: list[Entry], table: Workflow[Need], owner: Person, sealed: Sealed
) -> None:
    noted = str(verify().head)
    run(table, None, "create", actor=owner, data={"title": "后来的"})
    sealed()
    assert said(command, "--head", noted)[1].startswith("valid: 6 entries sealed")


@pytest.mark.parametrize("noted", ["", "5", "5:abc", "x:" + "a" * 64, "5:" + "A" * 64, "5:" + "g" * 64])
def test_a_head_that_is_none_is_refused_with_its_form(command: Command, db: None, noted: str) -> None:
    result = command("journal", "verify", "--head", noted)
    assert result.exit_code == 2
    assert "--head" in result.output


@pytest.mark.parametrize("column", ["value", "salt"])
def test_a_changed_confidential_value_is_found(command: Command, chain: list[Entry], forge: Forge, column: str) -> None:
    forge(f"UPDATE kernel_secret SET {column} = %s WHERE entry_id = %s", '"b"', chain[3].pk)
    assert said(command) == (1, f"BROKEN at position 4: the confidential problem of entry {chain[3].pk} was changed")


def test_a_confidential_value_hung_on_another_entry_is_found(chain: list[Entry]) -> None:
    Secret.objects.create(entry=chain[0], field="problem", salt="s", value="untergeschoben")
    found = verify()
    assert (found.broken_at, found.problem) == (1, f"the confidential problem of entry {chain[0].pk} was changed")


def test_an_erased_confidential_value_is_no_damage(command: Command, chain: list[Entry]) -> None:
    """Personal data can be erased without breaking the chain."""
    assert Secret.objects.update(value=None) == 1
    assert said(command)[0] == 0


@pytest.mark.parametrize(
    ("column", "value"), [("content", '{"title": "anders"}'), ("sha256", "0" * 64)], ids=["content", "hash"]
)
def test_a_changed_frozen_text_is_found(
    command: Command, chain: list[Entry], forge: Forge, column: str, value: str
) -> None:
    forge(f"UPDATE kernel_version SET {column} = %s WHERE entry_id = %s", value, chain[4].pk)
    assert said(command) == (1, f"BROKEN at position 5: the frozen text of entry {chain[4].pk} was changed")


def test_a_frozen_text_changed_together_with_its_hash_is_found(chain: list[Entry], forge: Forge) -> None:
    from keqiao.kernel.freeze import sha256_of

    forge(
        "UPDATE kernel_version SET content = %s, sha256 = %s WHERE entry_id = %s",
        '{"title": "anders"}', sha256_of({"title": "anders"}), chain[4].pk,
    )  # fmt: skip
    assert verify().problem == f"the frozen text of entry {chain[4].pk} was changed"


def test_programs_get_the_same_as_json(command: Command, chain: list[Entry], forge: Forge) -> None:
    good = json.loads(said(command, "--json")[1])
    head = Seal.objects.get(position=5)
    assert good == {
        "valid": True, "sealed": 5, "unsealed": 0, "broken_at": None, "problem": "", "head": f"5:{head.hash}",
    }  # fmt: skip
    forge("UPDATE kernel_entry SET verb = 'publish' WHERE seq = %s", chain[1].pk)
    status, words = said(command, "--json")
    bad = json.loads(words)
    assert (status, bad["valid"], bad["broken_at"]) == (1, False, 2)
    assert bad["head"] == f"1:{Seal.objects.get(position=1).hash}"


def test_a_head_is_read_back_as_it_is_written() -> None:
    head = Head(12, "0f" * 32)
    assert Head.read(str(head)) == head


def test_seal_and_export_on_the_command_line(command: Command, three_entries: list[Entry]) -> None:
    journal.seal_all(include_running=True)
    assert command("journal", "seal").output == "0 sealed\n"
    lines = [json.loads(line) for line in command("journal", "export").output.splitlines()]
    assert [line["seq"] for line in lines] == [entry.pk for entry in three_entries]
    assert [line["hash"] for line in lines] == list(Seal.objects.order_by("position").values_list("hash", flat=True))
    previous = [line["previous_hash"] for line in lines]
    assert previous == [journal.GENESIS, *(line["hash"] for line in lines[:-1])]
