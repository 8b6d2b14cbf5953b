"""Referrals, applications and immersions as their systems send them, read into a real database with their links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
import pytest

from hub.ingest import SOURCES
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from tests.conftest import SAMPLES, Database
from tests.offers.journey_records import (
    AGENCY,
    APPLICATION,
    CASES,
    CONVENTION,
    EMPLOYER,
    KEY,
    KEYED,
    NIR,
    PRESCRIBER,
    REFERRAL,
    Case,
)
from tests.sources.ingestion import take_one

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
for_each_source = pytest.mark.parametrize("case", CASES, ids=lambda case: case.source)


@pytest.fixture
async def ingest(fresh_database: Database) -> AsyncIterator[Connection]:
    """The connection that writes several schemas; person 4201 of the source `essai` is known, and has a NIR."""
    connection = await fresh_database.connect("ingest")
    await put_person(fresh_database, connection)
    yield connection
    await connection.close()


async def put_person(database: Database, connection: Connection, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "source": "rdv-insertion", "source_id": "4201", "first_name": "Ondine", "last_name": "Vurnibal",
        "birth_date": date(1988, 2, 3), "nir": NIR, "postal_code": "08000", "department": "08",
        "phones": ("0639980001",),
    } | changes  # fmt: skip
    record = PersonRecord(as_of=datetime(2026, 1, 1, tzinfo=UTC), **values)
    return await take_one(connection, lambda store: Registry(database.keys.nir).put(store, record))


async def ingest_case(database: Database, connection: Connection, folder: Path, case: Case, *records: Any) -> Report:
    return await read(database, connection, folder, case.source, orjson.dumps(case.document(*records)))


async def read(
    database: Database, connection: Connection, folder: Path, source: str, content: bytes, **options: Any
) -> Report:
    path = folder / "document.json"
    path.write_bytes(content)
    return await SOURCES[source](Registry(database.keys.nir)).ingest([path], Options(**options), Session(connection))


def codes(report: Report) -> list[tuple[int, str, str]]:
    assert report.read == sum(report.counts.values())
    return [(refusal.record, refusal.path, refusal.code) for refusal in report.refusals]


OWN = "SELECT scope_id, valid_from, valid_until FROM access.link WHERE relation = $1 ORDER BY scope_id"


async def links(connection: Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch(OWN, int(Fact.OWN_ITEM))]


async def count(connection: Connection, table: str) -> int:
    return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


@for_each_source
async def test_an_item_its_owner_and_its_link_are_written_together(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    report = await ingest_case(fresh_database, ingest, tmp_path, case, case.record)
    assert (codes(report), report.counts) == ([], {Outcome.CREATED: 1})
    row = await ingest.fetchrow(f"SELECT * FROM offers.{case.table}")
    assert row is not None
    assert row["person_id"] == await ingest.fetchval("SELECT id FROM people.person")
    assert (row["organisation_siret"], row["source"], row["source_id"]) == (case.owner, case.source, KEY)
    assert row["as_of"] == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert await links(ingest) == [(case.owner, date(2026, 10, 5), case.until)]
    assert "confidentiel" not in str(dict(row))


@for_each_source
async def test_what_is_said_after_midnight_in_france_is_of_that_day(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    record = {**case.record, case.created: "2026-07-05T22:30:00.000Z"}
    report = await ingest_case(fresh_database, ingest, tmp_path, case, record)
    assert (codes(report), report.counts) == ([], {Outcome.CREATED: 1})
    assert [since for _, since, _ in await links(ingest)] == [date(2026, 7, 6)]


@for_each_source
async def test_the_same_file_again_writes_nothing(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    await ingest_case(fresh_database, ingest, tmp_path, case, case.record)
    again = await ingest_case(fresh_database, ingest, tmp_path, case, case.record, case.record)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 2}, 0)


@for_each_source
async def test_a_late_message_changes_nothing_and_a_newer_one_does(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    report = await ingest_case(
        fresh_database, ingest, tmp_path, case, case.later(**{case.state: case.last}), case.record
    )
    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}
    column = "state" if case.source == "emplois" else "status"
    assert await ingest.fetchval(f"SELECT {column} FROM offers.{case.table}") == case.last.replace("É", "E")


@for_each_source
async def test_an_item_that_has_ended_ends_the_link_of_its_owner(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    await ingest_case(fresh_database, ingest, tmp_path, case, case.record)
    report = await ingest_case(fresh_database, ingest, tmp_path, case, case.later(**{case.state: case.last}))
    assert report.counts == {Outcome.UPDATED: 1}
    [(owner, since, until)] = await links(ingest)
    assert (owner, since) == (case.owner, date(2026, 10, 5))
    assert until == (date(2026, 11, 10) if case.source == "immersion-facile" else date(2026, 11, 1))


@for_each_source
async def test_a_person_that_is_not_known_is_refused_and_nothing_is_written(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    text = orjson.dumps(case.document(case.record)).replace(b"1988-02-03", b"1988-02-04").replace(KEYED.encode(), b"")
    report = await read(fresh_database, ingest, tmp_path, case.source, text, department="08")
    assert [code for _, _, code in codes(report)] == ["MATCH_NONE"]
    assert report.rows == 0
    for table in (f"offers.{case.table}", "offers.source_record", "offers.company", "offers.pass_iae"):
        assert await count(ingest, table) == 0
    assert await links(ingest) == []
    assert await count(ingest, "people.identity") == 1


@for_each_source
async def test_two_people_alike_in_a_departement_are_refused_unless_a_number_tells_them_apart(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case
) -> None:
    await put_person(fresh_database, ingest, source_id="4202", nir="2881399999002")
    text = orjson.dumps(case.document(case.record))
    if case.source == "immersion-facile":
        report = await read(fresh_database, ingest, tmp_path, case.source, text)
        assert codes(report) == [(1, "", "MATCH_SEVERAL")]
        return
    report = await read(fresh_database, ingest, tmp_path, case.source, text)
    assert report.counts == {Outcome.CREATED: 1}
    without = text.replace(f'"{KEYED}"'.encode(), b"null").replace(KEY.encode(), KEY.replace("5b", "6b").encode())
    report = await read(fresh_database, ingest, tmp_path, case.source, without, department="08")
    assert codes(report) == [(1, "", "MATCH_SEVERAL")]


@for_each_source
@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda record, case: record.update({case.state: "autre"}), "state"),
        (lambda record, case: record.update({case.at: "hier"}), "at"),
        (lambda record, case: record.pop(case.at), "missing"),
    ],
)
async def test_a_broken_record_is_refused_alone_and_told_without_its_values(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case, change: Any, path: str
) -> None:
    broken = deepcopy(case.record)
    change(broken, case)
    report = await ingest_case(fresh_database, ingest, tmp_path, case, broken, case.record, [])
    [first, last] = codes(report)
    assert first[::2] == (1, "DATE_INVALID" if path == "at" else "SCHEMA_INVALID")
    assert first[1] == {"state": case.state, "at": case.at, "missing": case.at}[path]
    assert last[::2] == (3, "SCHEMA_INVALID")
    assert report.counts == {Outcome.REJECTED: 2, Outcome.CREATED: 1}
    assert "hier" not in str(report)
    assert "Vurnibal" not in str(report)


@for_each_source
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "JSON_INVALID"),
        (b'{"nom": ["Ce champ est obligatoire."]}', "FORMAT_UNKNOWN"),
        (b'{"results": 1, "results": 2}', "JSON_DUPLICATE_KEY"),
        (b'"\xe9"', "ENCODING_WRONG"),
        (b"1", "FORMAT_UNKNOWN"),
    ],
)
async def test_a_file_that_is_no_document_of_the_source_is_refused_whole(
    ingest: Connection, fresh_database: Database, tmp_path: Path, case: Case, content: bytes, code: str
) -> None:
    report = await read(fresh_database, ingest, tmp_path, case.source, content)
    assert (codes(report), report.read) == ([(0, "", code)], 0)


async def test_an_application_brings_its_employer_and_its_pass(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_case(fresh_database, ingest, tmp_path, CASES[0], APPLICATION)
    company = await ingest.fetchrow("SELECT id, name, kind, siret, city FROM offers.company")
    assert company is not None
    assert tuple(company) == (
        f"emplois--{EMPLOYER}-ACI", "Les Ateliers de l'Ardoise", "ACI", EMPLOYER, "Charleville-Mézières"
    )  # fmt: skip
    assert await ingest.fetchval("SELECT company_id FROM offers.job_application") == company["id"]
    pass_iae = await ingest.fetchrow("SELECT number, status, starts_on, ends_on FROM offers.pass_iae")
    assert pass_iae is not None
    assert tuple(pass_iae) == ("999990000001", "VALID", date(2026, 1, 5), date(2028, 1, 4))
    older = {**APPLICATION, "identifiant_unique": KEY.replace("5b", "6b"), "mis_a_jour_le": "2026-10-02T09:30:00+02:00"}
    changed = {"candidat_pass_iae_statut": "SUSPENDED", "entreprise_nom": "Ancien nom"}
    await ingest_case(fresh_database, ingest, tmp_path, CASES[0], {**older, **changed})
    assert await ingest.fetchval("SELECT status FROM offers.pass_iae") == "VALID"
    assert await ingest.fetchval("SELECT name FROM offers.company") == company["name"]
    assert await count(ingest, "offers.job_application") == 2


async def test_an_application_without_a_nir_finds_its_person_in_the_department_given(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    text = orjson.dumps(CASES[0].document({**APPLICATION, "candidat_nir": None}))
    without = await read(fresh_database, ingest, tmp_path, "emplois", text)
    assert codes(without) == [(1, "", "MATCH_NONE")]
    report = await read(fresh_database, ingest, tmp_path, "emplois", text, department="08")
    assert report.counts == {Outcome.CREATED: 1}


async def test_bad_values_of_an_application_are_set_aside_and_its_link_ends_where_its_end_cannot_be_read(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    wrong = {"contrat_date_fin": "bientôt", "candidat_pass_iae_statut": "valide", "entreprise_adresse": 8}
    text = orjson.dumps(CASES[0].document({**APPLICATION, **wrong}))
    report = await read(fresh_database, ingest, tmp_path, "emplois", text)
    assert report.counts == {Outcome.CREATED: 1}
    assert {(aside.path, aside.code) for aside in report.asides} == {
        ("contrat_date_fin", "DATE_INVALID"),
        ("candidat_pass_iae_statut", "VALUE_UNKNOWN"),
        ("entreprise_adresse", "VALUE_INVALID"),
    }
    assert (await count(ingest, "offers.pass_iae"), await count(ingest, "offers.job_application")) == (0, 1)
    changed = date.fromisoformat(APPLICATION["dernier_changement_le"][:10])
    assert await ingest.fetchval("SELECT valid_until FROM access.link WHERE origin = 'emplois'") == changed


async def test_an_empty_answer_of_the_search_is_no_refusal(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    report = await ingest_case(fresh_database, ingest, tmp_path, CASES[0])
    assert (report.complete, report.read) == (True, 0)


async def test_a_notification_of_a_convention_is_read_as_the_convention(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    notified = {"payload": {"convention": CONVENTION}, "subscribedEvent": "convention.updated"}
    report = await read(fresh_database, ingest, tmp_path, "immersion-facile", orjson.dumps(notified))
    assert report.counts == {Outcome.CREATED: 1}
    row = await ingest.fetchrow("SELECT * FROM offers.immersion_agreement")
    assert row is not None
    assert (row["rome_code"], row["occupation"], row["objective"]) == ("D1102", "Boulanger", "DECOUVRIR_UN_METIER")
    assert (row["is_rqth"], row["assessment"], row["ended_with_job"]) == (True, "COMPLETED", True)
    assert (row["agency_kind"], row["recorded_by"]) == ("mission-locale", AGENCY)
    alone = await read(fresh_database, ingest, tmp_path, "immersion-facile", orjson.dumps(CONVENTION))
    assert (alone.counts, alone.rows) == ({Outcome.UNCHANGED: 1}, 0)


async def test_an_immersion_that_ends_before_it_begins_is_refused(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    change = {"dateEnd": "2026-11-08T00:00:00.000Z"}
    report = await ingest_case(fresh_database, ingest, tmp_path, CASES[1], {**CONVENTION, **change})
    assert codes(report) == [(1, "dateEnd", "DATE_INVALID")]


async def test_a_mini_stage_is_left_out_and_an_unknown_objective_set_aside(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    pupil = {**CONVENTION, "internshipKind": "mini-stage-cci"}
    report = await ingest_case(fresh_database, ingest, tmp_path, CASES[1], pupil)
    assert (report.counts, [aside.path for aside in report.asides]) == ({Outcome.UNCHANGED: 1}, ["internshipKind"])
    assert await count(ingest, "offers.immersion_agreement") == 0
    unknown = {**CONVENTION, "immersionObjective": "Autre", "assessment": {"status": "PERDU"}}
    report = await ingest_case(fresh_database, ingest, tmp_path, CASES[1], unknown)
    assert {aside.path for aside in report.asides} == {"immersionObjective", "assessment.status"}
    assert await count(ingest, "offers.immersion_agreement") == 1


async def test_an_employer_of_which_only_the_siren_is_told_has_no_siret_and_no_link(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    report = await ingest_case(
        fresh_database, ingest, tmp_path, CASES[0], {**APPLICATION, "entreprise_siret": EMPLOYER[:9]}
    )
    assert report.counts == {Outcome.CREATED: 1}
    assert await ingest.fetchval("SELECT siret FROM offers.company") is None
    assert await ingest.fetchval("SELECT count(*) FROM access.link WHERE origin = 'emplois'") == 0


async def test_a_removed_referral_leaves_neither_row_nor_link_nor_record_and_does_not_come_back(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    case, gone = CASES[2], {"query_id": KEY, "updated_at": "2026-11-03T09:30:00+01:00", "deleted": True}
    await ingest_case(fresh_database, ingest, tmp_path, case, REFERRAL)
    report = await ingest_case(
        fresh_database, ingest, tmp_path, case, gone, gone, {**REFERRAL, "updated_at": gone["updated_at"]}
    )
    assert report.counts == {Outcome.REMOVED: 1, Outcome.UNCHANGED: 1, Outcome.OLDER: 1}
    assert await count(ingest, "offers.referral") == 0
    assert await links(ingest) == []
    assert await count(ingest, "people.identity") == 1
    assert await count(ingest, "people.person") == 1
    refused_report = await ingest_case(fresh_database, ingest, tmp_path, case, {**gone, "deleted": False})
    assert codes(refused_report) == [(1, "deleted", "SCHEMA_INVALID")]


async def test_a_referral_is_read_with_its_dates_and_who_refers(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_case(fresh_database, ingest, tmp_path, CASES[2], REFERRAL)
    row = await ingest.fetchrow("SELECT * FROM offers.referral")
    assert row is not None
    assert (row["status"], row["sent_on"], row["processed_on"]) == ("VALIDEE", date(2026, 10, 5), date(2026, 11, 1))
    assert (row["service_id"], row["prescriber_structure_id"]) == (REFERRAL["service_id"], "dora--cd-08")
    assert row["recorded_by"] == PRESCRIBER


def sample(*names: str) -> Path:
    path = SAMPLES.joinpath(*names)
    if not path.exists():
        pytest.skip(f"no sample {path.name}")
    return path


async def test_the_answers_that_les_emplois_publishes_are_read(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    path = sample("les-emplois", "candidatures_search_response_valid.json")
    first = orjson.loads(path.read_bytes())["results"][0]
    await put_person(
        fresh_database, ingest, source_id="4203", nir=first["candidat_nir"], first_name=first["candidat_prenom"],
        last_name=first["candidat_nom"], birth_date=date.fromisoformat(first["candidat_date_naissance"]),
    )  # fmt: skip
    report = await read(fresh_database, ingest, tmp_path, "emplois", path.read_bytes())
    assert (codes(report), report.counts) == ([], {Outcome.CREATED: 2})
    states = await ingest.fetch("SELECT state FROM offers.job_application ORDER BY 1")
    assert [row["state"] for row in states] == ["accepted", "obsolete"]
    assert await count(ingest, "offers.company") == 1
    assert await count(ingest, "offers.pass_iae") == 1
    for name, refused in (("valid_no_results", []), ("invalid", [(0, "", "FORMAT_UNKNOWN")])):
        answer_path = sample("les-emplois", f"candidatures_search_response_{name}.json")
        assert codes(await read(fresh_database, ingest, tmp_path, "emplois", answer_path.read_bytes())) == refused


async def test_the_convention_that_immersion_facilitee_publishes_is_read(
    ingest: Connection, fresh_database: Database, tmp_path: Path
) -> None:
    content = sample("immersion-facile", "convention_read_v2.json").read_bytes()
    person = orjson.loads(content)["signatories"]["beneficiary"]
    await put_person(
        fresh_database, ingest, source_id="4203", nir=None, first_name=person["firstName"],
        last_name=person["lastName"], birth_date=date.fromisoformat(person["birthdate"]), postal_code="75010",
        email=person["email"],
    )  # fmt: skip
    report = await read(fresh_database, ingest, tmp_path, "immersion-facile", content)
    assert (codes(report), report.counts) == ([], {Outcome.CREATED: 1})
    assert await ingest.fetchval("SELECT status FROM offers.immersion_agreement") == "READY_TO_SIGN"
    notified = orjson.loads(sample("immersion-facile", "webhook_convention_updated.json").read_bytes())
    notified["payload"]["convention"] = orjson.loads(content)
    again = await read(fresh_database, ingest, tmp_path, "immersion-facile", orjson.dumps(notified))
    assert again.counts == {Outcome.UNCHANGED: 1}
