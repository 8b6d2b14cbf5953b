"""Nothing that an administrator of the database forges passes verification, however well it is chained."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from hub.errors import NotServed, StartRefused
from hub.journal.chain import BEFORE, Line, genesis
from hub.journal.operator import forget
from hub.journal.record import ADOPT, FORGET, OPERATOR, Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.verify.adoption import adoptable
from hub.journal.verify.kept_anchors import read_anchors
from hub.journal.write.group_commit import Journal
from hub.journal.write.keyring import Keyring
from hub.journal.write.stream_writer import WRITE
from tests.conftest import Database
from tests.journal.sample_journal import (
    SIGNER,
    adopted,
    checked,
    copied,
    fill,
    findings,
    intent,
    released,
    rows,
    running,
    sign,
    tamper,
    written,
)

FORGER = Signer(b"f" * 32)


async def forge(
    database: Database,
    stream: UUID,
    entries: Sequence[tuple[Entry, Sequence[Disclosure]]],
    signature: bytes | None = None,
) -> None:
    """Append entries to a stream as its writer would chain them, by an administrator who has not its key."""
    admin = await database.connect()
    try:
        end = await admin.fetchrow(
            "SELECT seq, digest FROM journal.entry WHERE stream = $1 ORDER BY seq DESC LIMIT 1", stream
        )
        seq, head = (end["seq"], end["digest"]) if end is not None else (0, genesis(stream))
        lines, digests = [], []
        for entry, disclosures in entries:
            seq += 1
            line = Line(stream, seq, entry, disclosures)
            head = line.digest(head)
            lines.append(line.canonical())
            digests.append(head)
        await admin.execute(WRITE, b",".join(lines), digests, [*[None] * (len(lines) - 1), signature])
    finally:
        await admin.close()


async def killed(database: Database, requests: int = 3) -> UUID:
    """A stream of two lines per request whose process is gone before any checkpoint of them."""
    journal = Journal(database.dsn, SIGNER)
    await journal.start()
    await fill(journal, requests)
    assert journal._task is not None
    assert journal._writer is not None
    stream = journal._writer._chain.stream
    journal._task.cancel()
    if journal._tick is not None:
        journal._tick.cancel()
    journal._writer.abandon()
    return stream


FORGED = [
    (intent(actor="https://idp.example#forged"), ()),
    (intent(actor="https://idp.example#forged"), [released("Person.id")]),
]


@pytest.mark.parametrize("stream", [uuid4(), BEFORE], ids=["unknown", "from before the chains"])
async def test_an_entry_of_a_stream_that_no_hub_opened_is_found(emptied: Database, stream: UUID) -> None:
    await written(emptied)
    await forge(emptied, stream, FORGED)
    assert ("ENTRIES_ADDED", 1, 2) in await findings(emptied)
    await written(emptied)  # a hub that starts afterwards does not sign it
    assert ("ENTRIES_ADDED", 1, 2) in await findings(emptied)


async def test_a_journal_that_was_emptied_and_forged_whole_is_signed_by_no_hub(emptied: Database) -> None:
    await written(emptied)
    await tamper(emptied, "TRUNCATE journal.entry, journal.disclosure, journal.checkpoint")
    await forge(emptied, BEFORE, FORGED)
    await written(emptied)
    assert ("ENTRIES_ADDED", 1, 2) in await findings(emptied)


@pytest.mark.parametrize("signature", [None, b"", FORGER.sign(b"spie journal batch\0")])
async def test_an_entry_appended_to_a_stream_that_was_never_closed_is_found_also_after_the_next_start(
    emptied: Database, signature: bytes | None
) -> None:
    stream = await killed(emptied)
    assert await findings(emptied) == []
    await forge(emptied, stream, FORGED, signature)
    assert await findings(emptied) == [("ENTRIES_UNSIGNED", 7, 8)]
    await written(emptied)
    assert await findings(emptied) == [("ENTRIES_UNSIGNED", 7, 8)]


@pytest.mark.parametrize("place", [0, -1])
async def test_an_entry_before_the_first_place_of_a_stream_is_found(emptied: Database, place: int) -> None:
    stream = await written(emptied)
    await tamper(emptied, copied(stream, 1, place))
    assert await findings(emptied) == [("ENTRIES_ADDED", place, place)]


async def test_an_entry_appended_with_the_signature_of_another_line_is_found(emptied: Database) -> None:
    stream = await killed(emptied)
    (line,) = await rows(emptied, "SELECT signature FROM journal.entry WHERE seq = 6")
    await forge(emptied, stream, FORGED, line["signature"])
    assert await findings(emptied) == [("ENTRIES_UNSIGNED", 7, 8)]


async def test_an_entry_appended_to_a_stream_that_is_being_written_is_found(emptied: Database) -> None:
    async with running(emptied) as journal:
        await fill(journal, 1)
        assert journal._writer is not None
        await forge(emptied, journal._writer._chain.stream, FORGED)
        assert await findings(emptied) == [("ENTRIES_UNSIGNED", 3, 4)]


async def test_a_tail_that_a_killed_hub_left_is_covered_by_the_next_one_and_missed_when_it_is_cut(
    emptied: Database,
) -> None:
    await killed(emptied)
    assert (await checked(emptied)).unsigned == 6
    await written(emptied)
    assert (await checked(emptied)).unsigned == 0
    await tamper(emptied, *(f"DELETE FROM journal.{table} WHERE seq = 6" for table in ("entry", "disclosure")))
    assert ("ENTRIES_TRUNCATED", 6, 6) in await findings(emptied)


async def test_a_tail_cut_within_a_batch_is_found_before_any_checkpoint(emptied: Database) -> None:
    """Cut where a batch ends, after a kill and before the next start, it is not: docs/exploitation.md says so."""
    journal = Journal(emptied.dsn, SIGNER)
    await journal.start()
    for _ in range(2):
        journal.intend(intent())
    entry = intent()
    await journal.disclose(journal.intend(entry), entry.disclosed({}), [released("Person.id")])
    (end,) = await rows(emptied, "SELECT max(seq) AS seq FROM journal.entry")
    await tamper(emptied, f"DELETE FROM journal.disclosure WHERE seq = {end['seq']}")
    assert ("ENTRIES_CHANGED", end["seq"], end["seq"]) in await findings(emptied)
    await tamper(emptied, f"DELETE FROM journal.entry WHERE seq = {end['seq']}")
    (signed,) = await rows(
        emptied, "SELECT coalesce(max(seq), 0) AS seq FROM journal.entry WHERE signature IS NOT NULL"
    )
    expected = [("ENTRIES_UNSIGNED", signed["seq"] + 1, end["seq"] - 1)] if signed["seq"] < end["seq"] - 1 else []
    assert await findings(emptied) == expected
    await journal.stop()
    assert ("ENTRIES_TRUNCATED", end["seq"], end["seq"]) in await findings(emptied)


# keys of people


async def read_of(database: Database, keyring: Keyring, person: str) -> None:
    async with running(database) as journal:
        entry = intent()
        disclosures = await keyring.disclosures([(frozenset({"Person.id"}), frozenset(), [person])])
        await journal.disclose(journal.intend(entry), entry.disclosed({}), disclosures)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM journal_keys.person WHERE person = '{one}'",
        "UPDATE journal_keys.person SET key = sha256('') WHERE person = '{one}'",
        "UPDATE journal_keys.person SET person = '{stranger}' WHERE person = '{one}'",
    ],
    ids=["deleted", "replaced", "given to another"],
)
async def test_a_key_that_was_changed_outside_of_the_hub_is_found(
    emptied: Database, keyring: Keyring, change: str
) -> None:
    first, second, stranger = (str(uuid4()) for _ in range(3))
    await read_of(emptied, keyring, first)
    await read_of(emptied, keyring, second)
    assert await findings(emptied, keys=True) == []
    await tamper(emptied, change.format(one=first, stranger=stranger))
    assert await findings(emptied, keys=True) == [("PERSON_KEYS_CHANGED", 2, 2)]


async def test_keys_that_were_swapped_are_found_at_the_entries_of_both(emptied: Database, keyring: Keyring) -> None:
    first, second = str(uuid4()), str(uuid4())
    await read_of(emptied, keyring, first)
    await read_of(emptied, keyring, second)
    await tamper(
        emptied,
        "UPDATE journal_keys.person AS one SET key = other.key FROM journal_keys.person AS other"
        " WHERE one.person <> other.person",
    )
    assert await findings(emptied, keys=True) == [("PERSON_KEYS_CHANGED", 2, 2)] * 2


async def test_the_key_of_a_person_that_reads_itself_is_covered_too(emptied: Database, keyring: Keyring) -> None:
    person = str(uuid4())
    async with running(emptied) as journal:
        entry = await keyring.with_pseudonymous_actor(intent(actor=f"https://idp.example#{person}"), person)
        await journal.disclose(journal.intend(entry), entry.disclosed({}), [])
    assert await findings(emptied, keys=True) == []
    await tamper(emptied, "DELETE FROM journal_keys.person")
    assert await findings(emptied, keys=True) == [("PERSON_KEYS_CHANGED", 1, 2)]


async def test_a_person_whom_an_operator_forgot_is_no_fault_and_one_whom_a_client_claims_forgotten_is(
    emptied: Database, keyring: Keyring
) -> None:
    first, second = str(uuid4()), str(uuid4())
    await read_of(emptied, keyring, first)
    await read_of(emptied, keyring, second)
    assert await forget(emptied.dsn, SIGNER, first, None)
    assert await findings(emptied, keys=True) == []
    pseudonym = (await keyring.pseudonyms([second]))[second]
    async with running(emptied) as journal:
        for name in (FORGET, ADOPT):
            entry = intent(operation_name=name)
            assert entry.actor_kind != OPERATOR
            await journal.disclose(journal.intend(entry), entry.disclosed({}), [Disclosure((), (), (pseudonym,))])
    await tamper(emptied, f"DELETE FROM journal_keys.person WHERE person = '{second}'")
    assert ("PERSON_KEYS_CHANGED", 2, 2) in await findings(emptied, keys=True)


async def test_an_erasure_that_the_database_swallows_is_not_told_as_done(fresh_database: Database) -> None:
    keyring, person = Keyring(fresh_database.dsn("journal_keeper")), str(uuid4())
    try:
        await read_of(fresh_database, keyring, person)
        await tamper(fresh_database, *swallowing("journal_keys.person", "DELETE"))
        with pytest.raises(NotServed):
            await forget(fresh_database.dsn, SIGNER, person, None)
    finally:
        await keyring.close()


# what older versions left


async def test_an_operator_answers_once_for_what_older_versions_left_and_for_nothing_else(
    emptied: Database, keyring: Keyring
) -> None:
    person = str(uuid4())
    await read_of(emptied, keyring, person)
    stream = await killed(emptied)
    await tamper(emptied, "UPDATE journal.entry SET signature = NULL", "DELETE FROM journal_keys.person")
    await forge(emptied, BEFORE, FORGED)
    assert {fault for fault, _, _ in await findings(emptied, keys=True)} == {
        "ENTRIES_ADDED",
        "ENTRIES_UNSIGNED",
        "PERSON_KEYS_CHANGED",
    }
    await adopted(emptied)
    assert await findings(emptied, keys=True) == []
    verified = adoptable(await checked(emptied, keys=True))
    await forge(emptied, BEFORE, FORGED)
    await forge(emptied, stream, FORGED)
    await sign(emptied, verified)
    assert {fault for fault, _, _ in await findings(emptied)} == {"ENTRIES_ADDED", "ENTRIES_UNSIGNED"}
    await tamper(emptied, "UPDATE journal.entry SET purpose = 'droits' WHERE seq = 1")
    verification = await checked(emptied)
    with pytest.raises(StartRefused, match="JOURNAL_BROKEN"):
        adoptable(verification)


# a database that accepts and does not write


def swallowing(table: str, event: str) -> list[str]:
    """Statements after which this event of the table does nothing, and says that all is well."""
    return [
        "CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        f"CREATE TRIGGER swallow BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION public.swallow()",
    ]


@pytest.mark.parametrize("table", ["entry", "disclosure"])
async def test_a_statement_that_writes_nothing_stops_the_answer(fresh_database: Database, table: str) -> None:
    async with running(fresh_database) as journal:
        await fill(journal, 1)
        await tamper(fresh_database, *swallowing(f"journal.{table}", "INSERT"))
        entry = intent()
        with pytest.raises(NotServed) as refused:
            await journal.disclose(journal.intend(entry), entry.disclosed({}), [released("Person.id")])
        assert refused.value.code == "JOURNAL_UNAVAILABLE"


async def test_a_checkpoint_that_is_not_written_starts_no_journal(fresh_database: Database) -> None:
    await tamper(fresh_database, *swallowing("journal.checkpoint", "INSERT"))
    with pytest.raises(NotServed):
        await Journal(fresh_database.dsn, SIGNER).start()


# what was kept outside


async def test_a_file_of_kept_anchors_is_compared_whole(emptied: Database, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    for _ in range(2):
        await written(emptied)
        with anchors.open("a") as file:
            file.write(f"{(await checked(emptied)).trail.anchor}\n")
    assert len(read_anchors(str(anchors))) == 2
    assert await findings(emptied, anchor=str(anchors)) == []
    with anchors.open("a") as file:
        file.write(f"9:{os.urandom(32).hex()}\n{{half a li")
    assert await findings(emptied, anchor=str(anchors)) == [("ANCHOR_LOST", 9, 9)]
    with pytest.raises(StartRefused, match="ANCHOR_MALFORMED"):
        read_anchors(str(tmp_path / "none"))
