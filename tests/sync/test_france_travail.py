"""`hub sync france-travail` asks a simulator about the right people, and keeps and logs no more of them than it may."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from hub.errors import NotServed
from hub.sync.link_settings import SyncLink
from hub.sync.run import SyncRun, sync
from schema.days import today
from schema.facts import Fact
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.simulators.france_travail import CLIENT, SCOPE, SECRET, FranceTravailSimulator, orientation, user
from tests.sources.ingestion import rows, take_one, values
from tests.sync.test_sync import QUICK, own_keys

SECRETS = f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\nscope = "{SCOPE}"\n'
BORN = date(1990, 2, 11)
AGENCY = "99900030300011"
RESTRICT = "UPDATE access.person SET restrictions = $2, own_restrictions = $2 WHERE person_id = $1 RETURNING 1"
ANSWERED = """
SELECT (SELECT count(*) FROM people.identity WHERE source = 'france-travail') AS identity,
       (SELECT count(*) FROM people.orientation) AS orientation,
       (SELECT count(*) FROM people.person_constraint) AS difficulty, (SELECT count(*) FROM people.project) AS project
"""


@pytest.fixture
def served() -> Iterator[tuple[FranceTravailSimulator, str]]:
    simulator = FranceTravailSimulator()
    with simulator.served() as url:
        yield simulator, url


def number_of(person: int) -> str:
    return f"9990{person:07}"


async def put_people(database: Database, *people: int, **changes: Any) -> list[UUID]:
    """People whom RDV-Insertion knows with their number of France Travail."""
    registry, now = Registry(database.keys.nir), datetime.now(UTC).replace(microsecond=0)
    connection = await database.connect("ingest")
    try:
        return [
            await take_one(
                connection,
                partial(
                    registry.put,
                    record=replace(
                        PersonRecord(
                            "rdv-insertion",
                            f"user:{person}",
                            now - timedelta(days=1),
                            first_name=f"Canariprenom{number_of(person)}",
                            last_name=f"NOM{person}",
                            birth_date=BORN,
                            france_travail_id=number_of(person),
                            department="08",
                            city_code="08362",
                        ),
                        **changes,
                    ),
                ),
            )
            for person in people
        ]
    finally:
        await connection.close()


async def run(database: Database, folder: Path, url: str, secrets: str = SECRETS, **changes: Any) -> SyncRun:
    organisations = folder / "organisations.toml"
    organisations.write_text(f'[08999]\nsiret = "{AGENCY}"\ntype = "france_travail"\n')
    row = SyncLink("france-travail", "essai", url, url, "08", organisations, **QUICK)  # type: ignore[arg-type]
    row = replace(row, renew=0, **changes) if "renew" not in changes else replace(row, **changes)
    return await sync(row, own_keys(database, folder, "france-travail", secrets), database.dsn)


def users(simulator: FranceTravailSimulator, *people: int) -> None:
    simulator.users |= {number_of(person): user(number_of(person), str(BORN)) for person in people}


async def whole(database: Database) -> str:
    """All that is stored, as text."""
    tables = await values(
        database,
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('people', 'access', 'runs', 'quarantine')",
    )
    return "\n".join([str(await rows(database, f"SELECT * FROM {table}")) for table in tables])


async def test_what_someone_may_read_is_kept_and_nothing_else_is_kept_or_told(
    fresh_database: Database,
    tmp_path: Path,
    served: tuple[FranceTravailSimulator, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator, url = served
    [person] = await put_people(fresh_database, 1)
    users(simulator, 1)
    with caplog.at_level(logging.DEBUG):
        first = await run(fresh_database, tmp_path, url)
    assert (first.report.complete, first.report.codes, first.report.aside_codes) == (True, Counter(), Counter())
    [registration] = await rows(fresh_database, "SELECT * FROM people.registration")
    assert (registration["status"], registration["registered_on"]) == ("INSCRIT", date(2025, 6, 28))
    assert [registration[f"months_in_last_{span}"] for span in ("year", "two_years", "three_years")] == [9, 16, 28]
    [disability] = await rows(fresh_database, "SELECT * FROM people.disability")
    assert (disability["rqth_starts_on"], disability["rqth_ends_on"]) == (date(2024, 1, 20), date(9999, 12, 31))
    assert disability["employment_obligation"] is True
    [stored] = await rows(fresh_database, "SELECT * FROM people.person")
    assert (stored["in_priority_district"], stored["identity_certified"]) == (True, True)
    [oriented] = await rows(fresh_database, "SELECT * FROM people.orientation")
    assert (oriented["pathway"], oriented["decision"], oriented["decided_on"]) == (
        "EMPLOI",
        "ACCEPTEE",
        date(2026, 7, 28),
    )
    constraints = await rows(fresh_database, "SELECT theme, state, impact FROM people.person_constraint ORDER BY 1")
    assert [tuple(row.values()) for row in constraints] == [("NUMERIQUE", "OUI", "FAIBLE"), ("SANTE", "OUI", "FORT")]
    assert await values(fresh_database, "SELECT rome_code FROM people.project WHERE priority") == ["D1102"]
    followed = await values(
        fresh_database, "SELECT scope_id FROM access.link WHERE relation = $1", int(Fact.ORG_REFERENT)
    )
    assert followed == [AGENCY]
    assert await values(fresh_database, "SELECT person_id FROM people.asked") == [person]
    database_text = await whole(fresh_database)
    names = ("CANARINOM", "CANARIPRENOM")
    assert all(name in database_text for name in names)
    for name in names:
        database_text = database_text.replace(name, "")
    output = f"{caplog.text} {first.report} {' '.join(simulator.requests)}"
    secret = [SECRET, *simulator.tokens, *simulator.user_tokens]
    assert [word for word in ("CANARI", *secret) if word in database_text] == []
    assert [word for word in ("CANARI", "canari", number_of(1), *secret) if word in output] == []

    second = await run(fresh_database, tmp_path, url)
    changed = await values(fresh_database, "SELECT as_of FROM people.identity WHERE source = 'france-travail'")
    assert (second.report.read, len(changed)) == (1, 1)


async def test_the_detail_of_constraints_is_asked_and_kept_only_while_france_travail_follows_the_person(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, 1)
    users(simulator, 1)
    await run(fresh_database, tmp_path, url)
    assert (await rows(fresh_database, ANSWERED))[0] == {"identity": 1, "orientation": 1, "difficulty": 2, "project": 1}
    simulator.users[number_of(1)]["orientations"] = [orientation(etat="FERME"), orientation(organisme="CD")]
    simulator.requests.clear()
    await run(fresh_database, tmp_path, url)
    assert not any("diagnosticargumente" in request for request in simulator.requests)
    assert (await rows(fresh_database, ANSWERED))[0] == {"identity": 1, "orientation": 2, "difficulty": 0, "project": 0}


async def test_nobody_is_asked_about_who_objects_is_limited_erased_gone_or_elsewhere(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    people = await put_people(fresh_database, 1, 2, 3, 4)
    await put_people(fresh_database, 5, city_code="2A004", department="2A")
    await put_people(fresh_database, 6, as_of=datetime.now(UTC).replace(microsecond=0) - timedelta(days=731))
    await put_people(fresh_database, 7, birth_date=None)
    await put_people(fresh_database, 8, france_travail_id="pas un numéro")
    users(simulator, *range(1, 9))
    for person, restriction in zip(people, (Fact.OPPOSITION, Fact.LIMITATION), strict=False):
        await rows(fresh_database, RESTRICT, person, int(restriction))
    statement = "UPDATE access.person SET erasure_on = $2, own_erasure_on = $2 WHERE person_id = $1 RETURNING 1"
    await rows(fresh_database, statement, people[2], today())
    await run(fresh_database, tmp_path, url)
    assert simulator.asked == [number_of(4)]


async def test_who_objects_while_it_is_asked_about_is_not_written(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    [person] = await put_people(fresh_database, 1)
    users(simulator, 1)

    def object_now() -> None:
        if simulator.requests[-1].startswith("/donnees-rqth"):
            writing = rows(fresh_database, RESTRICT, person, int(Fact.OPPOSITION))
            thread = Thread(target=asyncio.run, args=(writing,))
            thread.start()
            thread.join()

    simulator.before_answer = object_now
    refused = await run(fresh_database, tmp_path, url)
    assert refused.report.codes == Counter({"PERSON_RESTRICTED": 1})
    assert await rows(fresh_database, "SELECT 1 FROM quarantine.record") == []
    assert (await rows(fresh_database, ANSWERED))[0] == {"identity": 0, "orientation": 0, "difficulty": 0, "project": 0}


async def test_readings_are_bounded_take_turns_and_ask_nobody_again_too_soon(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, *range(1, 6))
    users(simulator, *range(1, 6))
    for _ in range(3):
        await run(fresh_database, tmp_path, url, people=2, renew=3600.0)
    assert sorted(simulator.asked) == sorted(number_of(person) for person in range(1, 6))
    await run(fresh_database, tmp_path, url, renew=3600.0)
    assert len(simulator.asked) == 5
    before = datetime.now(UTC) - timedelta(days=2)
    await rows(fresh_database, "UPDATE people.asked SET asked_at = $1 WHERE person_id IN"
               " (SELECT person_id FROM people.identity WHERE source_id = 'user:3') RETURNING 1", before)  # fmt: skip
    await run(fresh_database, tmp_path, url, people=1)
    assert simulator.asked[5:] == [number_of(3)]


async def test_whom_the_api_does_not_answer_about_is_counted_keeps_its_data_and_hides_nobody(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, *range(1, 7))
    users(simulator, *range(1, 7))
    await run(fresh_database, tmp_path, url)
    before = (await rows(fresh_database, ANSWERED))[0]
    simulator.refused = {
        number_of(1): (200, "S002"),
        number_of(2): (200, "S003"),
        number_of(3): (403, "R001"),
        number_of(4): (400, "R997"),
    }
    simulator.broken = {number_of(5)}
    simulator.users[number_of(6)]["contrat"]["m_contrat"]["m_statut"] = "Inconnu de tous"
    report = (await run(fresh_database, tmp_path, url, attempts=2)).report
    assert report.aside_codes == Counter(
        {"ANSWER_NONE": 1, "ANSWER_SEVERAL": 1, "ANSWER_REFUSED": 2, "ANSWER_FAILED": 1, "VALUE_UNKNOWN": 1}
    )
    assert (report.read, report.complete) == (6, True)
    assert (await rows(fresh_database, ANSWERED))[0] == before


async def test_several_failures_in_a_row_are_those_of_the_api(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, *range(1, 6))
    users(simulator, *range(1, 6))
    simulator.broken = set(simulator.users)
    with pytest.raises(NotServed, match="SYNC_UNREACHABLE"):
        await run(fresh_database, tmp_path, url, attempts=1)
    assert len(simulator.asked) == 3
    simulator.broken.clear()
    assert (await run(fresh_database, tmp_path, url)).report.read == 5


@pytest.mark.parametrize("field", ["dateNaissance", "numeroFranceTravail"])
async def test_an_answer_about_someone_else_is_refused_and_not_kept(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str], field: str
) -> None:
    simulator, url = served
    await put_people(fresh_database, 1)
    users(simulator, 1)
    informations = simulator.users[number_of(1)]["informations"]
    place = informations["etatCivil"] if field == "dateNaissance" else informations
    place[field] = "1991-02-11" if field == "dateNaissance" else number_of(2)
    report = (await run(fresh_database, tmp_path, url)).report
    assert report.codes == Counter({"ANSWER_OF_OTHER": 1})
    assert len(simulator.requests) == 3, "nothing more is asked about somebody else"
    assert await rows(fresh_database, "SELECT 1 FROM quarantine.record") == []
    assert "CANARI" not in await whole(fresh_database)


async def test_tokens_that_end_are_asked_for_once_more(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, 1, 2)
    users(simulator, 1, 2)
    ended = iter((simulator.tokens, simulator.user_tokens))

    def end() -> None:
        if len(simulator.requests) in (3, 12):
            next(ended).clear()

    simulator.before_answer = end
    report = (await run(fresh_database, tmp_path, url)).report
    assert (report.read, report.complete, report.aside_codes) == (2, True, Counter())


async def test_secrets_that_are_refused_stop_the_reading_and_are_not_told(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, 1)
    with pytest.raises(NotServed, match="SYNC_CREDENTIALS") as refused:
        await run(fresh_database, tmp_path, url, SECRETS.replace(SECRET, "faux-9c1d"))
    assert "9c1d" not in f"{refused.value} {refused.value.detail} {refused.value.__context__!r}"
    assert len(simulator.requests) == 1


async def test_an_answer_is_no_contact_and_keeps_nobody(
    fresh_database: Database, tmp_path: Path, served: tuple[FranceTravailSimulator, str]
) -> None:
    simulator, url = served
    await put_people(fresh_database, 1, as_of=datetime.now(UTC).replace(microsecond=0) - timedelta(days=400))
    users(simulator, 1)
    await run(fresh_database, tmp_path, url)
    [contact] = await values(fresh_database, "SELECT last_contact FROM access.person")
    assert (today() - contact).days in (399, 400, 401)
    connection = await fresh_database.connect("people_ingest")
    try:
        registry = Registry(fresh_database.keys.nir)
        await take_one(connection, partial(registry.remove, source="rdv-insertion", source_id="user:1"))
    finally:
        await connection.close()
    tables = ("people.person", "people.identity", "people.asked", "people.orientation", "access.link", "access.person")
    left = [await values(fresh_database, f"SELECT count(*) FROM {table}") for table in tables]
    assert left == [[0]] * 6
