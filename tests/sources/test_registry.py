"""The registry over a real database: one person whatever the order, one transaction whatever happens to the process."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from demo.rdvi_files import user_file
from schema.facts import Fact
from subgraphs.kit.ingest.batch import Write
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.person_registry import PersonRecord, Referent, Rsa
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.unit_of_work import Session
from subgraphs.people import tables
from subgraphs.people.precedence import Precedence, Ranks
from subgraphs.people.registry import Registry
from tests.conftest import ROOT, Database
from tests.sources.ingestion import asides, codes, everything_told, ingest, rows, take_one, values, versions

MAELLE = BY_SLUG["maelle"]
COUPLE = [BY_SLUG["titouan"], BY_SLUG["sidonie"]]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WHO = PersonRecord("essai", "1", NOON, first_name="Maëlle", last_name="Ardoisier", birth_date=MAELLE.birth_date)

PRECEDENCE = Precedence(
    *(Ranks((("essai", "autre", "a", "b", "c", "d", "rdv-insertion", "cnaf-flux", "ft-extrait"),)),) * 2
)
"""Sources of these tests, none believed over another."""


async def put(database: Database, *records: PersonRecord) -> Report:
    """Give records to the registry, each as a group of its own."""
    registry, report = Registry(database.keys.nir, PRECEDENCE), Report("essai")
    connection = await database.connect("people_ingest")
    try:
        for record in records:

            async def write(store: Store, record: PersonRecord = record) -> Outcome:
                await registry.put(store, record)
                return store.outcome

            await take(connection, report, write)
    finally:
        await connection.close()
    return report


async def take(connection: Connection, report: Report, write: Write[Outcome]) -> None:
    """Take one group, in a batch of its own."""
    session = Session(connection)
    await session.take(report, report.begin(), write)
    await session.settle(report)


RECORDS = (
    replace(WHO, source="a", nir=MAELLE.nir, organisme="CAF:081", matricule="0810001", role="DEMANDEUR"),
    replace(WHO, source="b", nir=MAELLE.nir, department="08", department_internal_id="I1"),
    replace(WHO, source="c", department="08", department_internal_id="I1", france_travail_id="9990001X"),
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)], ids=str)
async def test_records_chained_by_their_keys_are_one_person(fresh_database: Database, order: tuple[int, ...]) -> None:
    report = await put(fresh_database, *(RECORDS[number] for number in order))
    assert report.complete
    assert len(await values(fresh_database, "SELECT DISTINCT person_id FROM people.identity")) == 1
    assert len(await values(fresh_database, "SELECT 1 FROM access.person_reference")) == 3


async def test_what_would_join_two_known_people_is_refused_and_both_stay(fresh_database: Database) -> None:
    report = await put(fresh_database, RECORDS[0], RECORDS[2], RECORDS[1])
    assert codes(report) == [(3, "", "MATCH_CONFLICT")]
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 2


async def test_a_weaker_rung_does_not_join_two_nirs(fresh_database: Database) -> None:
    conflicting = replace(RECORDS[1], source="d", nir=BY_SLUG["ondine"].nir)
    report = await put(fresh_database, RECORDS[1], conflicting)
    assert codes(report) == [(2, "", "MATCH_CONFLICT")]


async def test_a_person_keeps_its_id_while_its_sources_correct_its_nir_one_after_the_other(
    fresh_database: Database,
) -> None:
    first, second, _ = RECORDS
    await put(fresh_database, first, second)
    before = await values(fresh_database, "SELECT id FROM people.person")
    nir, later = BY_SLUG["ondine"].nir, NOON + timedelta(days=1)
    assert (await put(fresh_database, replace(first, nir=nir, as_of=later))).complete
    assert (await put(fresh_database, replace(second, as_of=later, city="Sedan"))).complete
    assert (await put(fresh_database, replace(second, nir=nir, as_of=later + timedelta(days=1)))).complete
    assert await values(fresh_database, "SELECT id FROM people.person") == before
    assert len(await values(fresh_database, "SELECT DISTINCT nir_hash FROM people.identity")) == 1


async def test_a_completed_nir_that_belies_the_rung_which_joined_it_is_refused(fresh_database: Database) -> None:
    first, second, _ = RECORDS
    await put(fresh_database, first, second, replace(RECORDS[2], as_of=NOON))
    completed = replace(RECORDS[2], nir=BY_SLUG["ondine"].nir, as_of=NOON + timedelta(days=1))
    assert [refusal.code for refusal in (await put(fresh_database, completed)).refusals] == ["MATCH_CONFLICT"]


async def test_likeness_is_counted_as_a_candidate_and_makes_another_person(fresh_database: Database) -> None:
    base = replace(WHO, source_id="1", email="maelle@example.org", phones=("0639980001",))
    by_phone = replace(base, source_id="2", email=None, first_name="MAELLE")
    other_name = replace(base, source_id="3", first_name="Anne")
    report = await put(fresh_database, base, by_phone, other_name)
    assert report.candidates == 1
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 3


async def test_a_nir_is_one_with_or_without_its_key_and_in_corsica(fresh_database: Database) -> None:
    nir = BY_SLUG["lisandru"].nir
    assert "2A" in nir
    key = 97 - int(nir.replace("2A", "19")) % 97
    await put(
        fresh_database,
        replace(WHO, source_id="13", nir=nir),
        replace(WHO, source_id="15", nir=f"{nir}{key:02}"),
    )
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 1


@pytest.mark.parametrize("nir", ["123", "9881399999001", "28813999990019 9", "2881399999001" + "00"])
async def test_a_wrong_nir_is_set_aside_takes_none_away_and_is_never_told(fresh_database: Database, nir: str) -> None:
    await put(fresh_database, replace(WHO, nir=MAELLE.nir))
    report = await put(fresh_database, replace(WHO, nir=nir))
    assert (codes(report), asides(report)) == ([], [(1, "nir", "NIR_INVALID")])
    assert nir not in repr(report)
    assert await values(fresh_database, "SELECT count(nir_hash) FROM people.identity") == [1]


async def test_a_pass_iae_is_an_identifier_and_stays_where_a_later_record_says_nothing_of_it(
    fresh_database: Database,
) -> None:
    first = replace(WHO, nir=MAELLE.nir, pass_iae="999990000001")
    silent = replace(first, as_of=NOON + timedelta(hours=1), pass_iae=None, withheld=frozenset({"pass_iae"}))
    renewed = replace(first, as_of=NOON + timedelta(hours=2), pass_iae="999990000002")
    query = "SELECT value FROM people.identifier WHERE kind = 'PASS_IAE'"
    numbers = []
    for record in (first, silent, renewed):
        assert (await put(fresh_database, record)).complete
        numbers += await values(fresh_database, query)
    assert numbers == ["999990000001", "999990000001", "999990000002"]


async def test_a_person_always_has_the_link_to_itself(fresh_database: Database) -> None:
    await put(fresh_database, WHO)
    [link, names] = await rows(fresh_database, "SELECT * FROM access.link ORDER BY relation")
    assert names["relation"] == Fact.NATIONWIDE
    assert (link["relation"], link["scope_id"]) == (int(Fact.SELF), str(link["person_id"]))


async def test_query_roles_can_not_read_what_serves_matching(database: Database) -> None:
    for role, table in (
        ("people_query", "(SELECT nir_hash FROM people.identity) AS matched"),
        ("people_query", "people.source_record"),
        ("people_query", "access.person_reference"),
        ("appointments_query", "appointments.source_record"),
        ("appointments_query", "people.person"),
    ):
        connection = await database.connect(role)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT 1 FROM {table}")
        finally:
            await connection.close()


async def test_a_refusal_undoes_all_that_its_group_had_written(fresh_database: Database) -> None:
    registry, report = Registry(fresh_database.keys.nir, PRECEDENCE), Report("essai")
    before = await versions(fresh_database)

    async def write(store: Store) -> Outcome:
        await registry.put(store, WHO)
        raise Refused("SCHEMA_INVALID")

    connection = await fresh_database.connect("people_ingest")
    await take(connection, report, write)
    await connection.close()

    assert (report.counts, report.rows) == ({Outcome.REJECTED: 1}, 0)
    assert await versions(fresh_database) == before


async def remove(database: Database, record: PersonRecord) -> None:
    connection = await database.connect("people_ingest")
    try:
        registry = Registry(database.keys.nir, PRECEDENCE)
        await take_one(connection, lambda store: registry.remove(store, record.source, record.source_id))
    finally:
        await connection.close()


async def test_a_person_goes_with_its_last_record(fresh_database: Database) -> None:
    first, second = replace(RECORDS[0], source="a"), replace(RECORDS[1], source="b")
    await put(fresh_database, first, second)
    await remove(fresh_database, first)
    assert await values(fresh_database, "SELECT source FROM people.person") == ["b"]
    await remove(fresh_database, second)
    for table in ("people.person", "people.identity", "access.link", "access.person", "access.person_reference"):
        assert await values(fresh_database, f"SELECT 1 FROM {table}") == []


async def test_an_item_of_another_source_holds_the_person_and_nothing_more_of_the_record(
    fresh_database: Database,
) -> None:
    record = replace(
        RECORDS[0],
        email="maelle@example.org",
        rsa=Rsa("DROIT_OUVERT_VERSABLE", None, True, None, "08"),
        city_code="08105",
    )
    await put(fresh_database, record)
    [person_id] = await values(fresh_database, "SELECT id FROM people.person")
    own_item = Link(person_id, Fact.OWN_ITEM, "99900030800011", NOON.date())
    connection = await fresh_database.connect("trainings_ingest")
    await take_one(connection, lambda store: store.link("ouiform", "P1", [own_item]))
    await connection.close()

    await remove(fresh_database, record)

    assert await values(fresh_database, "SELECT last_name FROM people.person") == ["Ardoisier"]
    assert await values(fresh_database, "SELECT brsa FROM access.person") == [False]
    for table in ("people.contact", "people.rsa", "people.household"):
        assert await values(fresh_database, f"SELECT 1 FROM {table}") == []
    relations = await values(fresh_database, "SELECT relation FROM access.link ORDER BY 1")
    assert relations == [int(Fact.SELF), int(Fact.OWN_ITEM), *[int(Fact.NATIONWIDE)] * 2]  # a number, and the names

    before = await versions(fresh_database)
    await remove(fresh_database, record)
    assert await versions(fresh_database) == before


async def hold(database: Database, person_id: UUID, *links: Link) -> None:
    """Make these the links by which another source's item holds the person."""
    connection = await database.connect("trainings_ingest")
    await take_one(connection, lambda store: store.link("ouiform", "P1", links))
    await connection.close()


async def sweep(database: Database) -> int:
    connection = await database.connect("people_ingest")
    rows = await Registry(database.keys.nir, PRECEDENCE).sweep(connection)
    await connection.close()
    return rows


async def test_a_removed_person_goes_when_the_last_item_that_held_it_has_gone(fresh_database: Database) -> None:
    await put(fresh_database, RECORDS[0])
    [person_id] = await values(fresh_database, "SELECT id FROM people.person")
    await hold(fresh_database, person_id, Link(person_id, Fact.OWN_ITEM, "99900030800011", NOON.date()))
    await remove(fresh_database, RECORDS[0])
    assert await sweep(fresh_database) == 0
    await hold(fresh_database, person_id)
    assert await sweep(fresh_database) > 0
    for table in ("people.person", "people.identity", "people.source_record", "access.link", "access.person_reference"):
        assert await values(fresh_database, f"SELECT 1 FROM {table}") == []


async def test_a_record_that_came_again_is_not_forgotten_with_the_item(fresh_database: Database) -> None:
    await put(fresh_database, RECORDS[0])
    [person_id] = await values(fresh_database, "SELECT id FROM people.person")
    await hold(fresh_database, person_id, Link(person_id, Fact.OWN_ITEM, "99900030800011", NOON.date()))
    await remove(fresh_database, RECORDS[0])
    await put(fresh_database, RECORDS[0])
    await hold(fresh_database, person_id)
    assert await sweep(fresh_database) == 0
    assert await values(fresh_database, "SELECT matricule FROM people.identity") == [RECORDS[0].matricule]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from subgraphs.kit.ingest import unit_of_work
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from hub.ingest import SOURCES
import asyncpg

class Killed(Registry):
    count = 0
    async def put(self, store, record):
        resolution = await super().put(store, record)
        Killed.count += 1
        if Killed.count == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return resolution

async def main():
    unit_of_work.BATCH = 1
    connection = await asyncpg.connect(sys.argv[1])
    await SOURCES["cnaf-flux"](Killed(bytes(32))).ingest([Path(sys.argv[2])], Options(), Session(connection))

asyncio.run(main())
"""


async def test_a_process_killed_inside_a_foyer_leaves_whole_foyers_only(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(flux([MAELLE, *COUPLE], date(2026, 11, 1)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, fresh_database.dsn("people_ingest"), str(path), "2", cwd=ROOT
    )
    assert await process.wait() == -signal.SIGKILL

    assert await values(fresh_database, "SELECT first_name FROM people.identity") == ["MAËLLE"]
    assert await values(fresh_database, "SELECT source_id FROM people.source_record") == ["CAF:081:0810001"]

    report = await ingest(fresh_database, "cnaf-flux", path)
    assert report.complete
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 3


async def test_two_ingestions_at_once_make_one_person(fresh_database: Database, tmp_path: Path) -> None:
    paths = {"cnaf-flux": tmp_path / "flux.xml", "rdv-insertion": tmp_path / "usagers.csv"}
    paths["cnaf-flux"].write_bytes(flux([MAELLE, *COUPLE], date(2026, 11, 1)))
    paths["rdv-insertion"].write_bytes(user_file([MAELLE, *COUPLE]))
    reports = await asyncio.gather(*(ingest(fresh_database, name, path, as_of=NOON) for name, path in paths.items()))
    assert all(report.complete for report in reports)
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 3


async def test_the_order_of_sources_does_not_change_who_people_are(fresh_database: Database, tmp_path: Path) -> None:
    users = tmp_path / "usagers.csv"
    users.write_bytes(user_file([MAELLE, *COUPLE]))
    path = tmp_path / "flux.xml"
    path.write_bytes(flux([MAELLE, *COUPLE], date(2026, 11, 1)))
    people_by_order = []
    for first, second in itertools.permutations((("cnaf-flux", path), ("rdv-insertion", users))):
        for name, file in (first, second):
            await ingest(fresh_database, name, file, as_of=NOON)
        people = await rows(
            fresh_database,
            "SELECT first_name, last_name, email, city_code, status FROM people.person p"
            " JOIN people.contact c ON c.person_id = p.id JOIN people.rsa r ON r.person_id = p.id ORDER BY birth_date",
        )
        people_by_order.append(people)
        connection = await fresh_database.connect()
        await connection.execute("TRUNCATE people.person, people.source_record, appointments.source_record CASCADE")
        await connection.execute("TRUNCATE access.link, access.person, access.person_reference")
        await connection.close()
    assert people_by_order[0] == people_by_order[1]
    assert len(people_by_order[0]) == 3


WORDS = (
    replace(
        WHO, source_id="file:1", department="08", department_internal_id="I1", referents=(Referent("a@example.org"),)
    ),
    replace(
        WHO,
        source_id="user:1",
        as_of=NOON + timedelta(days=1),
        department="08",
        department_internal_id="I1",
        referents=(Referent("b@example.org"),),
    ),
)
FOLLOWING = (
    "SELECT a.email FROM access.link l JOIN people.agent a ON a.id::text = l.scope_id"
    f" JOIN people.referent r ON r.agent_id = a.id WHERE l.relation = {int(Fact.REFERENT)}"
)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (0, 0, 1)], ids=str)
async def test_of_two_records_of_a_source_the_newest_word_on_referents_wins(
    fresh_database: Database, order: tuple[int, ...]
) -> None:
    await put(fresh_database, *(WORDS[number] for number in order))
    assert await values(fresh_database, FOLLOWING) == ["b@example.org"]
    before = await versions(fresh_database)
    await put(fresh_database, *(WORDS[number] for number in order))
    assert await versions(fresh_database) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=str)
async def test_two_words_of_one_second_end_alike_in_any_order(fresh_database: Database, order: tuple[int, ...]) -> None:
    at_once = (WORDS[0], replace(WORDS[1], as_of=NOON))
    await put(fresh_database, *(at_once[number] for number in order))
    assert await values(fresh_database, FOLLOWING) == ["b@example.org"]


async def test_a_newer_word_that_names_nobody_leaves_nobody_and_its_record_brings_nobody_back(
    fresh_database: Database,
) -> None:
    silent = replace(WORDS[1], referents=())
    await put(fresh_database, WORDS[0], silent)
    assert await values(fresh_database, FOLLOWING) == []
    await remove(fresh_database, silent)
    await put(fresh_database, WORDS[0])
    assert await values(fresh_database, FOLLOWING) == []


async def test_referents_of_another_departement_or_of_another_source_or_unspoken_of_stay(
    fresh_database: Database,
) -> None:
    elsewhere = replace(WORDS[1], source_id="user:2", department="2A", nir=MAELLE.nir)
    first = replace(WORDS[0], nir=MAELLE.nir)
    other_source = replace(WORDS[1], source="autre", referents=(Referent("c@example.org"),))
    await put(fresh_database, first, elsewhere, other_source, replace(WORDS[1], referents=None))
    assert sorted(await values(fresh_database, FOLLOWING)) == ["a@example.org", "b@example.org", "c@example.org"]


MAILBOX = "accueil@example.org"
COLLEAGUES = (Referent(MAILBOX, "Anne", "Martin"), Referent(MAILBOX, "Bruno", "Dupont"))
AGENTS = "SELECT coalesce(first_name, '') || ' ' || coalesce(last_name, '') FROM people.agent ORDER BY 1"


def _followed(number: int, *referents: Referent) -> PersonRecord:
    return replace(
        WHO,
        source_id=f"user:{number}",
        referents=referents,
        first_name=f"Personne {number}",
        department="08",
        department_internal_id=f"I{number}",
    )


async def test_agents_of_one_mailbox_are_told_apart_by_their_names_and_follow_their_own_people_alone(
    fresh_database: Database,
) -> None:
    records = [_followed(number, colleague) for number, colleague in enumerate(COLLEAGUES)]
    await put(fresh_database, *records)
    assert await values(fresh_database, AGENTS) == ["Anne Martin", "Bruno Dupont"]
    links = f"SELECT scope_id FROM access.link WHERE relation = {int(Fact.REFERENT)}"
    agents = await values(fresh_database, links)
    assert len(agents) == len(set(agents)) == 2
    before = await versions(fresh_database)
    await put(fresh_database, *records)
    assert await versions(fresh_database) == before
    await put(fresh_database, replace(records[0], referents=(Referent(MAILBOX.upper(), "ANNE", "MARTIN"),)))
    assert sorted(await values(fresh_database, links)) == sorted(agents)


async def test_a_mailbox_without_a_name_is_its_one_agent_and_nobody_of_several(fresh_database: Database) -> None:
    nameless = Referent(MAILBOX)
    await put(fresh_database, _followed(1, nameless), _followed(2, COLLEAGUES[0]), _followed(3, nameless))
    assert await values(fresh_database, AGENTS) == ["Anne Martin"]
    await put(fresh_database, _followed(4, COLLEAGUES[1]), _followed(5, nameless))
    assert await values(fresh_database, AGENTS) == [" ", "Anne Martin", "Bruno Dupont"]
    following = (
        "SELECT count(*) FROM people.referent r JOIN people.agent a ON a.id = r.agent_id WHERE a.last_name IS NULL"
    )
    assert await values(fresh_database, following) == [1]


ARDENNES_RECORD = replace(
    RECORDS[0], source="cnaf-flux", city_code="08105", rsa=Rsa("DROIT_OUVERT_VERSABLE", None, True, None, "08")
)
SCOPES = "SELECT scope_id FROM access.link WHERE relation = $1 ORDER BY 1"


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)], ids=str)
async def test_the_departement_of_an_old_address_has_no_link(fresh_database: Database, order: tuple[int, ...]) -> None:
    moved = replace(ARDENNES_RECORD, source_id="2", as_of=NOON + timedelta(days=1), city_code="2A004", rsa=None)
    await put(fresh_database, *((ARDENNES_RECORD, moved)[number] for number in order))
    assert await values(fresh_database, SCOPES, int(Fact.TERRITORY)) == ["2A"]
    await remove(fresh_database, moved)
    assert await values(fresh_database, SCOPES, int(Fact.TERRITORY)) == ["08"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)], ids=str)
async def test_a_departement_whose_newest_record_says_closed_has_no_link_by_an_older_dossier(
    fresh_database: Database, order: tuple[int, ...]
) -> None:
    closed = replace(
        ARDENNES_RECORD,
        source_id="2",
        as_of=NOON + timedelta(days=1),
        matricule="0810002",
        rsa=Rsa("CLOS", None, None, None, "08"),
    )
    await put(fresh_database, *((ARDENNES_RECORD, closed)[number] for number in order))
    assert await values(fresh_database, SCOPES, int(Fact.DEPARTMENT_BRSA)) == []
    assert await values(fresh_database, "SELECT brsa FROM access.person") == [False]
    assert await values(fresh_database, "SELECT status FROM people.rsa") == ["CLOS"]


async def test_of_two_dossiers_of_one_day_the_open_one_counts_and_each_departement_for_itself(
    fresh_database: Database,
) -> None:
    closed = Rsa("CLOS", None, None, None, "08")
    elsewhere = Rsa("DROIT_OUVERT_VERSABLE", None, True, None, "2A")
    later = NOON + timedelta(days=1)
    await put(
        fresh_database,
        ARDENNES_RECORD,
        replace(ARDENNES_RECORD, source_id="2", matricule="0810002", rsa=closed),
        replace(ARDENNES_RECORD, source_id="3", matricule="0810003", as_of=later, rsa=elsewhere),
    )
    assert await values(fresh_database, SCOPES, int(Fact.DEPARTMENT_BRSA)) == ["08", "2A"]


SECRET_NAME = "Nom-qui-ne-sort-pas"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("civility", SECRET_NAME, "CONSTRAINT_VIOLATED"),
        ("person_id", UUID(int=7), "CONSTRAINT_VIOLATED"),
        ("last_name", f"{SECRET_NAME}\x00", "VALUE_NOT_STORABLE"),
        ("last_name", f"{SECRET_NAME}\ud800", "VALUE_NOT_STORABLE"),
        ("dependent_children", 1 << 40, "VALUE_NOT_STORABLE"),
    ],
)
async def test_what_the_database_refuses_of_a_group_refuses_that_group_alone_and_no_value_is_told(
    fresh_database: Database, column: str, value: object, code: str
) -> None:
    report = await put(fresh_database, WHO)

    async def write(store: Store) -> Outcome:
        await store.put(tables.identity, {"source": "essai", "source_id": "1"}, {column: value})
        return store.outcome

    connection = await fresh_database.connect("people_ingest")
    await take(connection, report, write)
    await connection.close()

    assert codes(report) == [(2, "", code)]
    assert (report.read, report.counts) == (2, {Outcome.UPDATED: 1, Outcome.REJECTED: 1})
    assert SECRET_NAME not in everything_told([report])
    assert await values(fresh_database, "SELECT last_name FROM people.identity") == ["Ardoisier"]


def test_a_refusal_whose_code_has_no_text_names_the_file_of_the_texts() -> None:
    with pytest.raises(LookupError, match=r"refusal_codes\.py has no code NEVER_HEARD_OF"):
        Refused("NEVER_HEARD_OF")
