"""A person's pseudonym is the same in every entry, and cannot be linked to it once its key is erased."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hub.errors import NotServed
from hub.journal.write import keyring as module
from hub.journal.write.keyring import Keyring
from tests.conftest import Database
from tests.journal.sample_journal import checked, fill, intent, released, running

GONE = "postgresql://nobody@/none?host=/nonexistent"


async def test_a_person_keeps_one_pseudonym_in_every_process(keyring: Keyring, database: Database) -> None:
    person, stranger = str(uuid4()), str(uuid4())
    pseudonyms = await keyring.pseudonyms([person])
    second = Keyring(database.dsn("journal_keeper"))
    try:
        again = await second.pseudonyms([stranger, person])
        assert again[person] == pseudonyms[person] != again[stranger]
        assert await second.find(person) == pseudonyms[person]
        assert len(bytes.fromhex(pseudonyms[person])) == module.PSEUDONYM
        assert person.replace("-", "") not in pseudonyms[person]
    finally:
        await second.close()


async def test_looking_for_a_person_makes_no_key(keyring: Keyring, database: Database) -> None:
    assert await keyring.find(person := str(uuid4())) is None
    connection = await database.connect("journal_keeper")
    try:
        assert await connection.fetchval("SELECT count(*) FROM journal_keys.person WHERE person = $1", person) == 0
    finally:
        await connection.close()


async def test_pseudonyms_are_remembered_without_asking_again_and_forgotten_in_time(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [str(uuid4()) for _ in range(10)]
    pseudonyms = dict(await keyring.pseudonyms(people))
    await keyring.close()
    monkeypatch.setattr(keyring, "_dsn", GONE)
    assert {person: (await keyring.pseudonyms(people))[person] for person in people} == pseudonyms
    monkeypatch.setattr(module, "LIFETIME", -1.0)
    with pytest.raises(NotServed):
        await keyring.pseudonyms(people)


async def test_what_is_remembered_is_bounded(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHED", 10)
    for _ in range(5):
        people = [str(uuid4()) for _ in range(8)]
        assert set(people) <= (await keyring.pseudonyms(people)).keys()
        assert len(keyring._pseudonym_by_person) <= 18


async def test_without_the_keys_nothing_is_served() -> None:
    with pytest.raises(NotServed) as caught:
        await Keyring(GONE).disclosures([(frozenset({"Person.id"}), frozenset(), [str(uuid4())])])
    assert caught.value.code == "JOURNAL_UNAVAILABLE"


async def test_nobody_is_asked_about_an_answer_without_people() -> None:
    assert await Keyring(GONE).disclosures([]) == []


async def test_an_erased_person_is_found_no_more_and_the_chain_verifies(emptied: Database, keyring: Keyring) -> None:
    person = str(uuid4())
    async with running(emptied) as journal:
        entry = intent()
        disclosures = await keyring.disclosures([(frozenset({"Person.id"}), frozenset(), [person])])
        await journal.disclose(journal.intend(entry), entry.disclosed({}), disclosures)
        assert await keyring.erase(person)
        assert not await keyring.erase(person)
        assert await keyring.find(person) is None
        await fill(journal, 1)
        assert (await keyring.pseudonyms([person]))[person] != disclosures[0].subjects[0]
    assert (await checked(emptied)).findings == []


async def test_a_person_who_asks_for_itself_is_named_by_its_pseudonym_only(keyring: Keyring) -> None:
    person = str(uuid4())
    name = (await keyring.pseudonyms([person]))[person]
    own = await keyring.with_pseudonymous_actor(intent(actor=f"https://idp.example#{person}", client=person), person)
    assert (own.actor, own.client) == (f"person:{name}", "")
    portal = await keyring.with_pseudonymous_actor(
        intent(actor=f"https://idp.example#{person}", client="portal"), person
    )
    assert (portal.actor, portal.client) == (f"person:{name}", "portal")


async def test_the_keeping_role_reads_no_entry_and_the_reading_role_no_key(database: Database) -> None:
    from asyncpg import InsufficientPrivilegeError

    for role, table in (("journal_keeper", "journal.entry"), ("journal_reader", "journal_keys.person")):
        connection = await database.connect(role)
        try:
            with pytest.raises(InsufficientPrivilegeError):
                await connection.execute(f"SELECT 1 FROM {table}")
        finally:
            await connection.close()


def test_a_disclosure_holds_its_subjects_in_an_order_that_tells_nothing() -> None:
    assert released("Person.id", subjects=["00"]).subjects == ("00",)
