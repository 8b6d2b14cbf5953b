"""data.inclusion files, read into a real database by the role that ingests."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import orjson
import pytest

from demo.offers_catalogue import SERVICES, STRUCTURES
from demo.offers_files import write
from subgraphs.kit.communes import load
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.offers.sources.data_inclusion import DataInclusion
from subgraphs.people.registry import Registry
from tests.conftest import Database

OFFER = len(STRUCTURES) + len(SERVICES)
"""Records of the demo's offer."""
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

STRUCTURE: dict[str, Any] = {
    "source": "essai",
    "id": "essai--1",
    "nom": "Structure d'essai",
    "date_maj": "2026-03-02",
    "code_insee": "08105",
    "latitude": 49.77,
    "longitude": 4.72,
}
SERVICE: dict[str, Any] = {
    **STRUCTURE,
    "structure_id": "essai--1",
    "nom": "Service d'essai",
    "description": "Un service d'essai.",
    "thematiques": ["numerique--acquerir-un-equipement", "mobilite--financer-ma-mobilite"],
}


@pytest.fixture
async def ingest(fresh_database: Database) -> AsyncIterator[Connection]:
    connection = await fresh_database.connect("offers_ingest")
    yield connection
    await connection.close()


async def ingest_pages(connection: Connection, folder: Path, *contents: Any, name: str = "page") -> Report:
    paths = []
    for number, content in enumerate(contents):
        path = folder / f"{name}{number}.json"
        path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
        paths.append(path)
    return await DataInclusion(Registry(b"")).ingest(paths, Options(), Session(connection))


def refusals(report: Report) -> list[tuple[int, str, str]]:
    return [(refusal.record, refusal.code, refusal.path) for refusal in report.refusals]


async def test_the_samples_go_in_and_read_back(ingest: Connection, samples: Path) -> None:
    folder = samples / "data-inclusion"
    paths = [folder / "api_v1_services.json", folder / "api_v1_structures.json"]
    report = await DataInclusion(Registry(b"")).ingest(paths, Options(), Session(ingest))
    records = [record for path in paths for record in orjson.loads(path.read_bytes())["items"]]
    assert report.read == len(records) == sum(report.counts.values())
    rows = await ingest.fetch("SELECT id, name FROM offers.service UNION ALL SELECT id, name FROM offers.structure")
    assert len(rows) == report.counts[Outcome.CREATED] == report.rows > 0
    assert {(row["id"], row["name"]) for row in rows} <= {(record["id"], record["nom"]) for record in records}
    assert set(report.codes) == {"SCHEMA_INVALID"}


async def test_the_demo_goes_in_whole_and_a_second_time_writes_nothing(ingest: Connection, tmp_path: Path) -> None:
    paths = write(tmp_path, date(2026, 11, 24))["data-inclusion"]
    first = await DataInclusion(Registry(b"")).ingest(paths, Options(), Session(ingest))
    assert (first.counts, first.rows) == ({Outcome.CREATED: OFFER}, OFFER)
    versions = await ingest.fetch("SELECT id, xmin::text FROM offers.service ORDER BY id")
    second = await DataInclusion(Registry(b"")).ingest(paths, Options(), Session(ingest))
    assert (second.counts, second.rows) == ({Outcome.UNCHANGED: OFFER}, 0)
    assert await ingest.fetch("SELECT id, xmin::text FROM offers.service ORDER BY id") == versions


async def test_a_service_is_kept_with_its_thematics_and_their_categories(ingest: Connection, tmp_path: Path) -> None:
    await ingest_pages(ingest, tmp_path, [SERVICE])
    row = await ingest.fetchrow("SELECT * FROM offers.service")
    assert row is not None
    assert row["thematics"] == ["mobilite--financer-ma-mobilite", "numerique--acquerir-un-equipement"]
    assert row["categories"] == ["mobilite", "numerique"]
    assert (row["source"], row["source_id"], row["producer"]) == ("data-inclusion", "essai--1", "essai")
    assert row["as_of"].isoformat() == "2026-03-02T00:00:00+00:00"


async def test_no_contact_of_a_professional_is_kept(ingest: Connection, tmp_path: Path) -> None:
    contact = {"contact_nom_prenom": "Zoé Inventée", "courriel": "zoe@example.org", "telephone": "+33639980091"}
    await ingest_pages(ingest, tmp_path, [{**SERVICE, **contact}])
    assert await ingest.fetchval("SELECT count(*) FROM offers.service") == 1
    whole = await ingest.fetchval("SELECT row_to_json(service)::text FROM offers.service")
    assert not any(value in whole for value in contact.values())


async def test_an_older_record_never_overwrites_a_newer_one(ingest: Connection, tmp_path: Path) -> None:
    old = {**SERVICE, "nom": "Ancien nom", "date_maj": "2025-01-01"}
    report = await ingest_pages(ingest, tmp_path, [SERVICE], [old])
    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}
    assert await ingest.fetchval("SELECT name FROM offers.service") == "Service d'essai"


async def test_a_record_of_shifting_pages_that_comes_twice_counts_once(ingest: Connection, tmp_path: Path) -> None:
    newer = {**STRUCTURE, "nom": "Nouveau nom", "date_maj": "2026-04-01"}
    report = await ingest_pages(ingest, tmp_path, {"items": [STRUCTURE, newer]}, {"items": [newer]})
    assert report.counts == {Outcome.CREATED: 1, Outcome.UPDATED: 1, Outcome.UNCHANGED: 1}
    assert await ingest.fetchval("SELECT name FROM offers.structure") == "Nouveau nom"


async def test_a_service_may_come_before_its_structure(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_pages(ingest, tmp_path, [SERVICE], [STRUCTURE])
    assert report.counts == {Outcome.CREATED: 2}


async def test_how_an_offer_is_reached_is_taken_and_the_contacts_of_its_services_are_not(
    ingest: Connection, tmp_path: Path
) -> None:
    contact = {"telephone": "+33639980001", "courriel": "accueil@demonstration.example.org"}
    structure = {**STRUCTURE, **contact, "site_web": "https://demonstration.example.org/"}
    service = {
        **SERVICE, **contact, "contact_nom_prenom": "Ondine Vurnibal", "conditions_acces": "Sur rendez-vous.",
        "modes_mobilisation": ["telephoner", "envoyer-un-courriel"],
    }  # fmt: skip
    assert (await ingest_pages(ingest, tmp_path, [structure, service])).complete
    reached = await ingest.fetchrow("SELECT phone, email, website FROM offers.structure")
    assert reached is not None
    assert tuple(reached) == ("+33639980001", "accueil@demonstration.example.org", "https://demonstration.example.org/")
    row = await ingest.fetchrow("SELECT * FROM offers.service")
    assert row is not None
    assert (row["conditions"], row["mobilisation_modes"]) == (
        "Sur rendez-vous.",
        ["envoyer-un-courriel", "telephoner"],
    )
    assert all(value not in repr(tuple(row)) for value in (*contact.values(), "Vurnibal"))


POSITIONS = [
    ({"latitude": None, "longitude": None}, "COORDINATES_MISSING"),
    ({"latitude": 0.0, "longitude": 0.0}, "COORDINATES_INVALID"),
    ({"latitude": None}, "COORDINATES_INVALID"),
    ({"longitude": None}, "COORDINATES_INVALID"),
    ({"latitude": 4977.0}, "COORDINATES_INVALID"),
    ({"longitude": -180.1}, "COORDINATES_INVALID"),
]


@pytest.mark.parametrize(("record", "table"), [(STRUCTURE, "structure"), (SERVICE, "service")])
@pytest.mark.parametrize(("position", "code"), POSITIONS)
async def test_a_position_that_is_none_is_set_aside_and_reported_and_the_rest_is_taken(
    ingest: Connection, tmp_path: Path, record: dict[str, Any], table: str, position: dict[str, Any], code: str
) -> None:
    report = await ingest_pages(ingest, tmp_path, [record, {**record, "id": "essai--2", **position}])
    assert report.complete
    assert report.counts == {Outcome.CREATED: 2}
    assert [(aside.record, aside.code, aside.path) for aside in report.asides] == [(2, code, "latitude")]
    row = await ingest.fetchrow(
        f"SELECT latitude, longitude, city_code, at_latitude, at_longitude FROM offers.{table} WHERE id = 'essai--2'"
    )
    assert row is not None
    centre = load()["08105"]
    assert tuple(row) == (None, None, "08105", centre.latitude, centre.longitude)
    again = await ingest_pages(ingest, tmp_path, [{**record, "id": "essai--2", **position}])
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 1}, 0)
    assert [(aside.record, aside.code) for aside in again.asides] == [(1, code)]


async def test_a_record_without_position_or_commune_is_taken_without_a_place(
    ingest: Connection, tmp_path: Path
) -> None:
    nowhere = {"latitude": 0.0, "longitude": 0.0, "code_insee": None}
    report = await ingest_pages(ingest, tmp_path, [{**STRUCTURE, **nowhere}])
    assert report.aside_codes == {"COORDINATES_INVALID": 1}
    row = await ingest.fetchrow("SELECT latitude, at_latitude, at_longitude FROM offers.structure")
    assert row is not None
    assert tuple(row) == (None, None, None)


@pytest.mark.parametrize(
    ("modes", "codes"), [(["a-distance"], []), (["a-distance", "en-presentiel"], ["COORDINATES_MISSING"])]
)
async def test_no_position_is_expected_of_a_service_that_is_at_a_distance_only(
    ingest: Connection, tmp_path: Path, modes: list[str], codes: list[str]
) -> None:
    placeless = {**SERVICE, "latitude": None, "longitude": None, "modes_accueil": modes}
    report = await ingest_pages(ingest, tmp_path, [placeless])
    assert list(report.aside_codes) == codes


async def test_a_refused_record_sets_nothing_aside(ingest: Connection, tmp_path: Path) -> None:
    report = await ingest_pages(ingest, tmp_path, [{**SERVICE, "latitude": None, "code_insee": "8105", "nom": ""}])
    assert refusals(report) == [(1, "SCHEMA_INVALID", "nom")]
    assert report.asides == []


WRONG = {
    "code_insee": "8105", "frais": "offert", "thematiques": ["sante--inconnue", *SERVICE["thematiques"], "autre", 3],
    "publics": ["jeunes", "tous-publics"], "modes_accueil": "en-presentiel", "code_postal": "8000",
    "zone_eligibilite": ["08", "ailleurs-encore"], "lien_source": "nulle part", "courriel": "accueil",
    "description": "",
}  # fmt: skip


async def test_bad_values_are_set_aside_with_their_place_and_the_record_is_taken(
    ingest: Connection, tmp_path: Path
) -> None:
    report = await ingest_pages(ingest, tmp_path, [{**SERVICE, **WRONG}])
    assert (refusals(report), report.counts) == ([], {Outcome.CREATED: 1})
    assert {(aside.path, aside.code) for aside in report.asides} == {
        ("code_insee", "VALUE_INVALID"), ("code_postal", "VALUE_INVALID"), ("frais", "VALUE_UNKNOWN"),
        ("thematiques[0]", "VALUE_UNKNOWN"), ("thematiques[3]", "VALUE_UNKNOWN"), ("thematiques[4]", "VALUE_UNKNOWN"),
        ("publics", "VALUE_INVALID"), ("modes_accueil", "VALUE_INVALID"), ("zone_eligibilite[1]", "VALUE_INVALID"),
        ("lien_source", "VALUE_INVALID"), ("courriel", "EMAIL_INVALID"),
    }  # fmt: skip
    row = await ingest.fetchrow("SELECT * FROM offers.service")
    assert row is not None
    assert row["thematics"] == sorted(SERVICE["thematiques"])
    assert (row["city_code"], row["fees"], row["publics"], row["eligibility_zone"]) == (None, None, [], ["08"])


async def test_a_thematic_that_is_not_known_still_tells_its_category(ingest: Connection, tmp_path: Path) -> None:
    """What a referral to the service tells of the person is decided by the categories."""
    await ingest_pages(ingest, tmp_path, [{**SERVICE, "thematiques": ["sante--inconnue", "astrologie--inconnue"]}])
    assert await ingest.fetchval("SELECT categories FROM offers.service") == ["sante"]


FIELDS = {
    "frais": "frais", "modes-accueil": "modes_accueil", "modes-mobilisation": "modes_mobilisation",
    "personnes-mobilisatrices": "mobilisable_par", "publics": "publics", "thematiques": "thematiques",
    "types-de-services": "type", "reseaux-porteurs": "reseaux_porteurs",
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
async def test_every_value_that_the_producers_publish_is_known(
    ingest: Connection, tmp_path: Path, samples: Path, name: str
) -> None:
    values = [value["value"] for value in orjson.loads((samples / f"data-inclusion/extra_{name}.json").read_bytes())]
    model = STRUCTURE if name == "reseaux-porteurs" else SERVICE
    one_by_one = FIELDS[name] in ("frais", "type")
    records = [
        {**model, "id": f"essai--{rank}", FIELDS[name]: value if one_by_one else [value]}
        for rank, value in enumerate(values)
    ]
    report = await ingest_pages(ingest, tmp_path, records)
    assert (report.counts, report.asides) == ({Outcome.CREATED: len(values)}, [])


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"nom": ""}, "SCHEMA_INVALID", "nom"),
        ({"date_maj": "1999-12-31"}, "SCHEMA_INVALID", "date_maj"),
        ({"id": "autre--1"}, "SCHEMA_INVALID", "id"),
        ({"id": "essai--"}, "SCHEMA_INVALID", "id"),
        ({"nom": "nul\x00"}, "VALUE_NOT_STORABLE", ""),
    ],
)
async def test_a_bad_record_is_refused_alone_and_named_by_place_and_code(
    ingest: Connection, tmp_path: Path, change: dict[str, Any], code: str, path: str
) -> None:
    report = await ingest_pages(ingest, tmp_path, [{**SERVICE, **change}, STRUCTURE])
    assert refusals(report) == [(1, code, path)]
    assert report.counts == {Outcome.REJECTED: 1, Outcome.CREATED: 1}
    assert await ingest.fetchval("SELECT count(*) FROM offers.service") == 0


async def test_a_report_never_holds_a_value_of_the_record(ingest: Connection, tmp_path: Path) -> None:
    canary = "CANARI-7f3a"
    report = await ingest_pages(ingest, tmp_path, [{**SERVICE, "thematiques": [canary]}, {"id": canary}, canary])
    assert report.counts == {Outcome.CREATED: 1, Outcome.REJECTED: 2}
    assert canary not in repr(report)
    assert all(canary not in refusal.message + refusal.mend for refusal in report.refusals)
    aside = await ingest_pages(ingest, tmp_path, [{**SERVICE, "latitude": 4977.25}])
    assert "4977" not in repr(aside)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"items": [', "TRUNCATED"),
        (b"[" * 100_000, "TRUNCATED"),
        (b'{"page": 1, "page": 1, "items": []}', "JSON_DUPLICATE_KEY"),
        ("Charleville-Mézières".encode("latin-1"), "ENCODING_WRONG"),
        (b'{"structures": []}', "FORMAT_UNKNOWN"),
        (b'"items"', "FORMAT_UNKNOWN"),
    ],
)
async def test_a_broken_file_is_refused_as_a_whole_and_the_next_is_read(
    ingest: Connection, tmp_path: Path, content: bytes, code: str
) -> None:
    report = await ingest_pages(ingest, tmp_path, content, [STRUCTURE])
    assert refusals(report) == [(0, code, "")]
    assert report.counts == {Outcome.CREATED: 1}


async def test_a_record_that_is_no_strict_json_is_refused_alone(ingest: Connection, tmp_path: Path) -> None:
    broken = b'[{"id": "a", "id": "b"}, {"latitude": NaN}, {"id" 1}, %b, {"id": "a' % orjson.dumps(STRUCTURE)
    report = await ingest_pages(ingest, tmp_path, broken)
    expected = ["JSON_DUPLICATE_KEY", "JSON_NUMBER", "JSON_INVALID", "TRUNCATED"]
    assert [code for _, code, _ in refusals(report)] == expected
    assert report.counts == {Outcome.REJECTED: 4, Outcome.CREATED: 1}
    assert not report.whole


async def test_a_missing_file_is_told(ingest: Connection, tmp_path: Path) -> None:
    report = await DataInclusion(Registry(b"")).ingest([tmp_path / "absent.json"], Options(), Session(ingest))
    assert refusals(report) == [(0, "FILE_UNREADABLE", "")]


async def test_the_query_role_reads_the_offer_and_writes_nothing(fresh_database: Database) -> None:
    connection = await fresh_database.connect("offers_query")
    try:
        assert await connection.fetchval("SELECT count(*) FROM offers.commune") == len(load())
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM offers.commune")
    finally:
        await connection.close()
