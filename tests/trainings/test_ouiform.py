"""The placement feed, read into a real database by the role that ingests, with the links that it implies."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
import pytest

from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.json_lines import MAX_LINE
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from subgraphs.trainings.sources.ouiform import OuiForm
from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PERSON = UUID("6c1a3a4e-0f43-4f0c-9b39-1f6a0b7a2c11")
PROVIDER, PRESCRIBER = "99900020800011", "99900010100001"
PLACEMENT: dict[str, Any] = {
    "positionnement": "POS-1",
    "maj": "2026-11-02T09:30:00+01:00",
    "etat": "RETENU",
    "personne": {"source": "essai", "reference": "4201"},
    "session": "S1",
    "organisme": PROVIDER,
    "prescripteur": PRESCRIBER,
    "dates": {"proposition": "2026-10-12", "decision": "2026-10-30", "entree": None, "sortie": None},
    "prerequis": True,
    "amenagement_demande": False,
}
PROJECT: dict[str, Any] = {
    "projet": "POS-1",
    "maj": "2026-10-01T09:30:00+02:00",
    "formacode": "42752",
    "date": "2026-10-01",
    "personne": {"source": "essai", "reference": "4201"},
    "organisme": PRESCRIBER,
}
REMOVAL = {"positionnement": "POS-1", "maj": "2026-11-03T09:30:00+01:00", "supprime": True}


@pytest.fixture
async def ingest(fresh_database: Database) -> AsyncIterator[Connection]:
    connection = await fresh_database.connect("trainings_ingest")
    await connection.execute("INSERT INTO access.person_reference VALUES ('essai', '4201', $1)", PERSON)
    yield connection
    await connection.close()


async def ingest_feed(connection: Connection, folder: Path, *lines: Any) -> Report:
    path = folder / "feed.jsonl"
    path.write_bytes(b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines))
    return await OuiForm(Registry(b"")).ingest([path], Options(), Session(connection))


async def placements(connection: Connection) -> list[tuple[Any, ...]]:
    rows = await connection.fetch("SELECT person_id, session_id, status FROM trainings.placement")
    return [tuple(row) for row in rows]


async def links(connection: Connection) -> list[tuple[Any, ...]]:
    rows = await connection.fetch("SELECT person_id, relation, scope_id, valid_from::text FROM access.link")
    return [tuple(row) for row in rows]


async def test_a_placement_and_its_providers_link_are_written_together(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_feed(ingest, tmp_path, PLACEMENT)
    assert report.counts == {Outcome.CREATED: 1}
    row = await ingest.fetchrow("SELECT * FROM trainings.placement")
    assert row is not None
    assert (row["person_id"], row["session_id"], row["status"]) == (PERSON, "lheo--S1", "RETENU")
    assert (row["organisation_siret"], row["recorded_by"]) == (PROVIDER, PRESCRIBER)
    assert (row["prerequisites_met"], row["accommodation_requested"]) == (True, False)
    assert row["as_of"].isoformat() == "2026-11-02T08:30:00+00:00"
    assert await links(ingest) == [(PERSON, Fact.OWN_ITEM, PROVIDER, "2026-10-12")]


async def test_the_same_feed_again_writes_nothing(ingest: Connection, tmp_path: Path) -> None:
    await ingest_feed(ingest, tmp_path, PLACEMENT)
    again = await ingest_feed(ingest, tmp_path, PLACEMENT)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 1}, 0)


async def test_a_late_line_changes_nothing(ingest: Connection, tmp_path: Path) -> None:
    late = {**PLACEMENT, "etat": "PROPOSE", "maj": "2026-10-12T09:30:00+02:00"}
    report = await ingest_feed(ingest, tmp_path, PLACEMENT, late)
    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}
    assert await placements(ingest) == [(PERSON, "lheo--S1", "RETENU")]


async def test_a_newer_line_moves_the_link_with_the_session(ingest: Connection, tmp_path: Path) -> None:
    new_provider = "99900022200013"
    newer = {**PLACEMENT, "session": "S2", "organisme": new_provider, "maj": "2026-11-05T09:30:00+01:00"}
    report = await ingest_feed(ingest, tmp_path, PLACEMENT, newer)
    assert report.counts == {Outcome.CREATED: 1, Outcome.UPDATED: 1}
    assert await placements(ingest) == [(PERSON, "lheo--S2", "RETENU")]
    assert await links(ingest) == [(PERSON, Fact.OWN_ITEM, new_provider, "2026-10-12")]


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, None),
        ({"etat": "REFUSE", "dates": {"proposition": "2026-10-12", "decision": "2026-10-20"}}, "2026-10-20"),
        ({"etat": "TERMINE", "dates": {"proposition": "2026-10-12", "sortie": "2026-11-04"}}, "2026-11-04"),
    ],
    ids=["going on", "refused", "ended"],
)
async def test_the_providers_link_ends_with_the_placement(
    ingest: Connection, tmp_path: Path, changes: dict[str, Any], until: str | None
) -> None:
    later = {**PLACEMENT, **changes, "maj": "2026-11-05T09:30:00+01:00"}
    for line in (PLACEMENT, later):
        await ingest_feed(ingest, tmp_path, line)
    assert [row["until"] for row in await ingest.fetch("SELECT valid_until::text AS until FROM access.link")] == [until]
    assert (await ingest_feed(ingest, tmp_path, later)).rows == 0


async def test_a_removal_takes_the_placement_and_its_link(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_feed(ingest, tmp_path, PLACEMENT, REMOVAL)
    assert report.counts == {Outcome.CREATED: 1, Outcome.REMOVED: 1}
    assert await placements(ingest) == []
    assert await links(ingest) == []


async def test_a_line_that_is_later_than_the_removal_it_precedes_brings_nothing_back(
    ingest: Connection, tmp_path: Path
) -> None:
    report = await ingest_feed(ingest, tmp_path, PLACEMENT, REMOVAL, {**PLACEMENT, "maj": "2026-11-03T09:29:59+01:00"})
    assert report.counts == {Outcome.CREATED: 1, Outcome.REMOVED: 1, Outcome.OLDER: 1}
    assert await placements(ingest) == []


async def test_a_removal_of_what_was_never_told_keeps_its_late_line_away(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_feed(ingest, tmp_path, REMOVAL, PLACEMENT)
    assert report.counts == {Outcome.UNCHANGED: 1, Outcome.OLDER: 1}
    assert await placements(ingest) == []


async def test_two_placements_of_a_person_keep_each_their_link(ingest: Connection, tmp_path: Path) -> None:
    await ingest_feed(ingest, tmp_path, PLACEMENT, {**PLACEMENT, "positionnement": "POS-2"}, REMOVAL)
    assert len(await placements(ingest)) == 1
    assert await links(ingest) == [(PERSON, Fact.OWN_ITEM, PROVIDER, "2026-10-12")]


async def test_a_project_is_written_and_gives_nobody_a_link(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_feed(ingest, tmp_path, PROJECT)
    assert report.counts == {Outcome.CREATED: 1}
    row = await ingest.fetchrow("SELECT * FROM trainings.training_project")
    assert row is not None
    assert (row["person_id"], row["formacode"], str(row["recorded_on"])) == (PERSON, "42752", "2026-10-01")
    assert (row["organisation_siret"], row["recorded_by"]) == (PRESCRIBER, PRESCRIBER)
    assert await links(ingest) == []
    again = await ingest_feed(ingest, tmp_path, PROJECT)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 1}, 0)


async def test_a_placement_knows_whether_its_person_has_a_project_in_whatever_order_they_come(
    ingest: Connection, tmp_path: Path
) -> None:
    gone = {"projet": "POS-1", "maj": "2026-11-03T09:30:00+01:00", "supprime": True}
    for lines, has_project in (((PLACEMENT,), False), ((PROJECT,), True), ((gone,), False)):
        await ingest_feed(ingest, tmp_path, *lines)
        assert await ingest.fetchval("SELECT with_project FROM trainings.placement") is has_project
    await ingest_feed(ingest, tmp_path, {**PROJECT, "projet": "PRJ-2"}, {**PLACEMENT, "positionnement": "POS-2"})
    assert await ingest.fetchval("SELECT every(with_project) FROM trainings.placement") is True


async def test_a_project_and_a_placement_of_the_same_number_are_two_items(ingest: Connection, tmp_path: Path) -> None:
    gone = {"projet": "POS-1", "maj": "2026-11-03T09:30:00+01:00", "supprime": True}
    report = await ingest_feed(
        ingest, tmp_path, PLACEMENT, PROJECT, gone, {**PROJECT, "maj": "2026-11-03T09:29:59+01:00"}
    )
    assert report.counts == {Outcome.CREATED: 2, Outcome.REMOVED: 1, Outcome.OLDER: 1}
    assert await ingest.fetchval("SELECT count(*) FROM trainings.training_project") == 0
    assert len(await placements(ingest)) == len(await links(ingest)) == 1


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ({**PROJECT, "personne": {"source": "essai", "reference": "inconnue"}}, "PERSON_UNKNOWN", "personne"),
        ({**PROJECT, "formacode": "4275"}, "SCHEMA_INVALID", "formacode"),
        ({**PROJECT, "positionnement": "POS-1"}, "SCHEMA_INVALID", ""),
        ({**REMOVAL, "projet": "PRJ-1"}, "SCHEMA_INVALID", "positionnement"),
        ({**PLACEMENT, "personne": {"source": "essai", "reference": "inconnue"}}, "PERSON_UNKNOWN", "personne"),
        ({**PLACEMENT, "etat": "ENVOYE"}, "SCHEMA_INVALID", "etat"),
        ({**PLACEMENT, "maj": "2026-11-02T09:30:00"}, "SCHEMA_INVALID", "maj"),
        ({**PLACEMENT, "organisme": "9990002080001"}, "SCHEMA_INVALID", "organisme"),
        ({**PLACEMENT, "dates": {"proposition": "12/10/2026"}}, "SCHEMA_INVALID", "dates.proposition"),
        ({**PLACEMENT, "nir": "sans objet"}, "SCHEMA_INVALID", ""),
        ({"positionnement": "POS-1"}, "SCHEMA_INVALID", "maj"),
        ({**REMOVAL, "supprime": False}, "SCHEMA_INVALID", "supprime"),
        ([], "SCHEMA_INVALID", ""),
        (b'{"positionnement": "a", "positionnement": "b"}', "JSON_DUPLICATE_KEY", ""),
        (b'{"positionnement": "POS-1", "maj": "2026', "JSON_INVALID", ""),
        (b'"\xe9"', "ENCODING_WRONG", ""),
        (b"[" + b" " * (3 * MAX_LINE) + b"]", "RECORD_TOO_LARGE", ""),
    ],
)
async def test_a_bad_line_is_refused_alone(ingest: Connection, tmp_path: Path, line: Any, code: str, path: str) -> None:
    report = await ingest_feed(ingest, tmp_path, line, b"", {**PLACEMENT, "positionnement": "POS-9"})
    assert [(r.record, r.code, r.path) for r in report.refusals] == [(1, code, path)]
    assert report.counts == {Outcome.REJECTED: 1, Outcome.CREATED: 1}
    assert report.read == sum(report.counts.values()) == 2


async def test_a_bad_value_is_set_aside_and_its_placement_is_taken(ingest: Connection, tmp_path: Path) -> None:
    wrong = {
        "amenagement_demande": "fauteuil",
        "prescripteur": "3",
        "dates": {**PLACEMENT["dates"], "decision": "hier"},
    }
    report = await ingest_feed(ingest, tmp_path, {**PLACEMENT, **wrong})
    assert report.counts == {Outcome.CREATED: 1}
    assert {(aside.path, aside.code) for aside in report.asides} == {
        ("amenagement_demande", "VALUE_INVALID"),
        ("prescripteur", "VALUE_INVALID"),
        ("dates.decision", "DATE_INVALID"),
    }


async def test_the_link_of_a_placement_whose_exit_cannot_be_read_ends(ingest: Connection, tmp_path: Path) -> None:
    await ingest_feed(ingest, tmp_path, {**PLACEMENT, "dates": {**PLACEMENT["dates"], "sortie": "31/12/2026"}})
    assert await ingest.fetchval("SELECT valid_until FROM access.link") == date(2026, 10, 30)


async def test_a_refused_line_may_come_again_once_its_person_is_known(ingest: Connection, tmp_path: Path) -> None:
    unknown = {**PLACEMENT, "personne": {"source": "essai", "reference": "4202"}}
    assert (await ingest_feed(ingest, tmp_path, unknown)).counts == {Outcome.REJECTED: 1}
    await ingest.execute("INSERT INTO access.person_reference VALUES ('essai', '4202', $1)", PERSON)
    assert (await ingest_feed(ingest, tmp_path, unknown)).counts == {Outcome.CREATED: 1}


async def test_a_report_never_holds_a_value_of_the_record(ingest: Connection, tmp_path: Path) -> None:
    canary = "CANARI-5d10"
    report = await ingest_feed(
        ingest,
        tmp_path,
        {**PLACEMENT, "etat": canary},
        {**PLACEMENT, canary: canary},
        {**PLACEMENT, "personne": {"source": "essai", "reference": canary}},
        f'{{"maj": {canary}}}'.encode(),
    )
    assert report.counts == {Outcome.REJECTED: 4}
    assert canary not in repr(report)
