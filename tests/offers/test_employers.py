"""Employers with their postings, and immersion offers: read into a database, read again, broken, and searched."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import orjson
import pytest

from demo.employer_files import OFFERS, POSTINGS, employers, offers
from subgraphs.kit.communes import communes
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.offers.sources.emplois import Emplois
from subgraphs.offers.sources.immersion_facile import ImmersionFacile
from subgraphs.people.registry import Registry
from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TODAY = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
SIRET = "99900050800015"


@pytest.fixture
async def ingest(fresh_database: Database) -> AsyncIterator[Connection]:
    connection = await fresh_database.connect("ingest")
    yield connection
    await connection.close()


async def read(
    connection: Connection, folder: Path, source: type[Emplois | ImmersionFacile], *records: Any, dated: bool = True
) -> Report:
    key = "results" if source is Emplois else "data"
    path = folder / "page.json"
    path.write_bytes(orjson.dumps({key: records, "count": len(records)}))
    options = Options(as_of=AS_OF if dated else None)
    return await source(Registry(b"")).ingest([path], options, Session(connection))


def employer(**changes: Any) -> dict[str, Any]:
    return {**employers(TODAY)["results"][0], **changes}


def posting(**changes: Any) -> dict[str, Any]:
    return {**employers(TODAY)["results"][0]["postes"][1], **changes}


def offer(**changes: Any) -> dict[str, Any]:
    return {**offers()["data"][0], **changes}


def asides(report: Report) -> set[tuple[str, str]]:
    return {(aside.path, aside.code) for aside in report.asides}


async def test_employers_and_their_postings_are_read_and_a_second_time_write_nothing(
    ingest: Connection, tmp_path: Path
) -> None:
    results = employers(TODAY)["results"]
    report = await read(ingest, tmp_path, Emplois, *results)
    assert (report.counts, report.rows) == ({Outcome.CREATED: 2}, 2 + len(POSTINGS))
    company = await ingest.fetchrow("SELECT * FROM offers.company WHERE siret = $1", SIRET)
    assert company is not None
    assert (company["city"], company["city_code"], company["open_to_applications"]) == (
        "Charleville-Mézières", "08105", True,
    )  # fmt: skip
    rows = await ingest.fetch("SELECT * FROM offers.job_posting WHERE company_id = $1 ORDER BY id", company["id"])
    assert [(row["rome_code"], row["title"], row["contract_type"], row["city_code"]) for row in rows] == [
        ("A1203", "Entretien des espaces verts", "CDD-I", "08105"),
        ("F1703", "Réalisation de maçonnerie paysagère", "CDD-I PHC", "08409"),
    ]
    sedan = communes()["08409"]
    assert (rows[1]["at_latitude"], rows[1]["at_longitude"]) == (sedan.latitude, sedan.longitude)
    again = await read(ingest, tmp_path, Emplois, *results)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 2}, 0)


async def test_a_posting_that_its_employer_no_longer_holds_goes_unless_one_cannot_be_read(
    ingest: Connection, tmp_path: Path
) -> None:
    await read(ingest, tmp_path, Emplois, employer())
    broken = await read(ingest, tmp_path, Emplois, employer(postes=[{**posting(), "id": "deux"}]))
    assert asides(broken) == {("postes[0].id", "VALUE_INVALID")}
    assert await ingest.fetchval("SELECT count(*) FROM offers.job_posting") == 2
    await read(ingest, tmp_path, Emplois, employer(postes=[posting()]))
    assert await ingest.fetchval("SELECT string_agg(id, ' ') FROM offers.job_posting") == "emplois--poste-990002"
    await read(ingest, tmp_path, Emplois, employer(postes=[posting(recrutement_ouvert="False")]))
    assert await ingest.fetchval("SELECT count(*) FROM offers.job_posting") == 0


@pytest.mark.parametrize("part", ["employer", "posting"])
async def test_a_date_years_ahead_is_refused_and_the_next_record_is_not_older(
    ingest: Connection, tmp_path: Path, part: str
) -> None:
    ahead = {"mis_a_jour_le": "2062-11-02T09:30:00+02:00"}
    mistyped = employer(**ahead) if part == "employer" else employer(postes=[posting(**ahead)])
    report = await read(ingest, tmp_path, Emplois, mistyped)
    assert [refusal.code for refusal in report.refusals] == ["AS_OF_AHEAD"]
    assert (await read(ingest, tmp_path, Emplois, employer())).counts == {Outcome.CREATED: 1}


async def test_an_older_employer_never_overwrites_a_newer_one(ingest: Connection, tmp_path: Path) -> None:
    old = employer(enseigne="Ancien nom", mis_a_jour_le="2020-01-01T09:30:00+02:00")
    report = await read(ingest, tmp_path, Emplois, employer(), old)
    assert report.counts == {Outcome.CREATED: 1, Outcome.OLDER: 1}


async def test_bad_values_of_employers_and_postings_are_set_aside(ingest: Connection, tmp_path: Path) -> None:
    wrong = posting(rome="jardinage", nombre_postes_ouverts=-1, lieu={"nom": "Sedan", "code_insee": "8409"})
    report = await read(ingest, tmp_path, Emplois, employer(code_postal="8000", site_web=3, postes=[wrong]))
    assert report.counts == {Outcome.CREATED: 1}
    assert asides(report) == {
        ("code_postal", "VALUE_INVALID"),
        ("site_web", "VALUE_INVALID"),
        ("postes[0].rome", "VALUE_INVALID"),
        ("postes[0].nombre_postes_ouverts", "VALUE_INVALID"),
        ("postes[0].lieu.code_insee", "VALUE_INVALID"),
    }


@pytest.mark.parametrize(
    ("change", "path"),
    [({"type": "ESAT"}, "type"), ({"siret": "999"}, "siret"), ({"postes": None}, "postes")],
)
async def test_an_employer_of_an_unknown_kind_is_refused_since_nothing_says_what_it_reveals(
    ingest: Connection, tmp_path: Path, change: dict[str, Any], path: str
) -> None:
    report = await read(ingest, tmp_path, Emplois, employer(**change))
    assert [(refusal.path, refusal.code) for refusal in report.refusals] == [(path, "SCHEMA_INVALID")]


@pytest.mark.parametrize(("kind", "category"), [("EA", "SAN"), ("EATT", "SAN"), ("ACI", None)])
async def test_an_employer_keeps_what_naming_it_reveals(
    ingest: Connection, tmp_path: Path, kind: str, category: str | None
) -> None:
    await read(ingest, tmp_path, Emplois, employer(type=kind))
    assert await ingest.fetchval("SELECT sensitivity FROM offers.company") == category


async def test_immersion_offers_are_read_and_one_that_is_not_available_goes(ingest: Connection, tmp_path: Path) -> None:
    page = offers()["data"]
    report = await read(ingest, tmp_path, ImmersionFacile, *page)
    assert (report.counts, report.asides) == ({Outcome.CREATED: len(OFFERS)}, [])
    row = await ingest.fetchrow("SELECT * FROM offers.immersion_offer WHERE siret = $1", SIRET)
    assert row is not None
    assert (row["rome_code"], row["occupations"], row["contact_mode"], row["city_code"]) == (
        "G1602", ["Commis / Commise de cuisine"], "EMAIL", "08105",
    )  # fmt: skip
    again = await read(ingest, tmp_path, ImmersionFacile, *page)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: len(OFFERS)}, 0)
    gone = await read(ingest, tmp_path, ImmersionFacile, offer(isAvailable=False))
    assert gone.counts == {Outcome.REMOVED: 1}


async def test_an_offer_without_a_place_is_where_its_address_is_and_without_a_date_is_refused(
    ingest: Connection, tmp_path: Path
) -> None:
    placeless = offer(position={"lat": 0, "lon": 0}, contactMode="PIGEON", appellations=[{"appellationCode": "1"}])
    report = await read(ingest, tmp_path, ImmersionFacile, placeless)
    assert asides(report) == {
        ("position", "COORDINATES_INVALID"),
        ("contactMode", "VALUE_UNKNOWN"),
        ("appellations[0].appellationLabel", "VALUE_INVALID"),
    }
    centre = communes()["08105"]
    assert await ingest.fetchval("SELECT at_latitude FROM offers.immersion_offer") == centre.latitude
    undated = await read(ingest, tmp_path, ImmersionFacile, offer(), dated=False)
    assert undated.codes == {"AS_OF_MISSING": 1}


async def test_the_sample_of_the_search_goes_in_and_reads_back(
    ingest: Connection, tmp_path: Path, samples: Path
) -> None:
    path = samples / "immersion-facile" / "offers_search_v3.json"
    options = Options(as_of=AS_OF)
    report = await ImmersionFacile(Registry(b"")).ingest([path], options, Session(ingest))
    assert (report.counts, report.asides) == ({Outcome.CREATED: 1}, [])
    [sample] = orjson.loads(path.read_bytes())["data"]
    row = await ingest.fetchrow("SELECT * FROM offers.immersion_offer")
    assert row is not None
    assert (row["siret"], row["company_name"], row["latitude"]) == (
        sample["siret"], sample["name"], sample["position"]["lat"],
    )  # fmt: skip
    assert (row["city_code"], len(row["occupations"])) == ("75101", 2)
