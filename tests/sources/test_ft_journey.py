"""The extract of France Travail beyond its difficulties: who follows the person, since when, for which occupations."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from demo.cast import BY_SLUG
from demo.ft_files import HEADER
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.unit_of_work import Organisation
from tests.conftest import Database
from tests.sources.ingestion import asides, codes, ingest, rows, values, versions
from tests.sources.test_ft_extract import MONDAY, TUESDAY, ingest_flux

MAELLE = BY_SLUG["maelle"]
SIRET = "13000548100019"
AGENCIES = {"08015": Organisation(SIRET, "france_travail", structure="di--agence-rethel")}
ROW = {
    "identifiant_unique_de": "5f0d6a34-2a86-4b0e-9d1c-0a7e6c1b2d3f",
    "civilite": "MME",
    "nom": MAELLE.last_name.upper(),
    "prenom": MAELLE.first_name.upper(),
    "code_lieu_naissance": MAELLE.birth_place,
    "date_naissance": f"{MAELLE.birth_date} 00:00:00.0",
    "departement": "08",
    "rome_1": "K1302",
    "appelation_rome_1": "Assistant / Assistante de vie",
    "rome_2": "FAKE",
    "appelation_rome_2": "Code Rome Inconnu",
    "der_entretien_ppae": "2026-03-02 00:00:00.0",
    "inscription": "2025-09-01 00:00:00.0",
    "code_motif_inscription": "14",
    "categorie_inscription": "1",
    "referent_nom": "PAVELOT",
    "referent_prenom": "Ignace",
    "referent_mail": "ignace.pavelot@agence.example.org",
    "code_safir": "08015",
    "modalite_accompagnement": "GUIDE",
    "suivi_debut": "2026-02-01 00:00:00.0",
    "suivi_fin_prev": "2027-02-01 00:00:00.0",
}
WRITTEN = ("orientation", "contract", "referent", "project", "registration")


def file(folder: Path, **changes: str) -> Path:
    path = folder / "extrait.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, HEADER, restval="NULL", delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerow({**ROW, **changes})
    return path


async def counts(database: Database) -> dict[str, int]:
    return {t: (await values(database, f"SELECT count(*) FROM people.{t}"))[0] for t in WRITTEN}


async def test_the_agency_that_follows_is_the_referent_organisation_and_its_adviser_the_referent(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path), as_of=MONDAY, organisations=AGENCIES)
    assert report.counts == {Outcome.CREATED: 1}
    (referent,) = await rows(
        fresh_database,
        "SELECT email, last_name, since, structure_id FROM people.referent r JOIN people.agent a ON a.id = r.agent_id",
    )
    assert tuple(referent.values()) == (ROW["referent_mail"], "PAVELOT", date(2026, 2, 1), "di--agence-rethel")
    links = await values(fresh_database, "SELECT scope_id FROM access.link WHERE relation = $1", int(Fact.ORG_REFERENT))
    assert links == [SIRET]
    assert await values(fresh_database, "SELECT referent_organisation FROM access.person") == [SIRET]
    assert await values(fresh_database, "SELECT structure_id FROM people.person") == ["di--agence-rethel"]


async def test_registration_occupations_orientation_and_ppae_are_read(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path), as_of=MONDAY, organisations=AGENCIES)
    assert await rows(fresh_database, "SELECT status, category_code, registered_on FROM people.registration") == [
        {"status": "INSCRIT", "category_code": "1", "registered_on": date(2025, 9, 1)}
    ]
    assert await values(fresh_database, "SELECT rome_code FROM people.project") == ["K1302"]
    assert await rows(
        fresh_database, "SELECT pathway, starts_on, ends_on, structure_id, organisation_siret FROM people.orientation"
    ) == [
        {
            "pathway": "EMPLOI",
            "starts_on": date(2026, 2, 1),
            "ends_on": date(2027, 2, 1),
            "structure_id": "di--agence-rethel",
            "organisation_siret": SIRET,
        }
    ]
    assert await rows(fresh_database, "SELECT kind, signed_on FROM people.contract") == [
        {"kind": "PPAE", "signed_on": date(2026, 3, 2)}
    ]
    assert await rows(fresh_database, "SELECT birth_city_code, birth_country_code FROM people.person") == [
        {"birth_city_code": MAELLE.birth_place, "birth_country_code": "99100"}
    ]


@pytest.mark.parametrize(("code", "city", "country"), [("99131", None, "99131"), ("2A004", "2A004", "99100")])
async def test_who_was_born_abroad_has_a_country_and_no_commune(
    fresh_database: Database, tmp_path: Path, code: str, city: str | None, country: str
) -> None:
    await ingest_flux(fresh_database, tmp_path, replace(MAELLE, born=code))
    path = file(tmp_path, code_lieu_naissance=code)
    await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY, organisations=AGENCIES)
    assert await rows(fresh_database, "SELECT birth_city_code, birth_country_code FROM people.person") == [
        {"birth_city_code": city, "birth_country_code": country}
    ]


async def test_the_same_extract_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path), as_of=MONDAY, organisations=AGENCIES)
    before = await versions(fresh_database)
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path), as_of=MONDAY, organisations=AGENCIES)
    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 1}, 0)
    assert await versions(fresh_database) == before


@pytest.mark.parametrize(
    ("changes", "organisations"),
    [({"modalite_accompagnement": "NULL"}, AGENCIES), ({}, {}), ({"code_safir": "08099"}, AGENCIES)],
    ids=["no modality", "no settings", "another agency"],
)
async def test_an_agency_that_does_not_follow_or_is_not_declared_has_no_link(
    fresh_database: Database, tmp_path: Path, changes: dict[str, str], organisations: dict[str, Organisation]
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    path = file(tmp_path, **changes)
    await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY, organisations=organisations)
    linked = await values(fresh_database, "SELECT 1 FROM access.link WHERE relation = $1", int(Fact.ORG_REFERENT))
    assert linked == []
    assert await values(fresh_database, "SELECT referent_organisation FROM access.person") == [None]
    assert await values(fresh_database, "SELECT structure_id FROM people.orientation") == [None]


async def test_what_a_newer_extract_no_longer_says_is_removed_with_its_links(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path), as_of=MONDAY, organisations=AGENCIES)
    assert await counts(fresh_database) == dict.fromkeys(WRITTEN, 1)
    ended = dict.fromkeys(
        ("inscription", "rome_1", "der_entretien_ppae", "referent_mail", "suivi_debut", "modalite_accompagnement"),
        "NULL",
    )
    path = file(tmp_path, **ended)
    await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY + timedelta(days=1), organisations=AGENCIES)
    assert await counts(fresh_database) == dict.fromkeys(WRITTEN, 0)
    relations = await values(
        fresh_database,
        "SELECT relation FROM access.link WHERE relation = ANY ($1)",
        [int(Fact.ORG_REFERENT), int(Fact.REFERENT)],
    )
    assert relations == []


async def test_a_broken_date_is_set_aside_and_the_rest_of_its_row_is_taken(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    path = file(tmp_path, suivi_debut="2026-02-30 00:00:00.0")
    report = await ingest(fresh_database, "ft-extrait", path, as_of=TUESDAY, organisations=AGENCIES)
    expected = [(1, "suivi_debut", "DATE_INVALID"), (1, "rome_2", "VALUE_UNKNOWN")]
    assert (codes(report), asides(report)) == ([], expected)
    assert await counts(fresh_database) == {**dict.fromkeys(WRITTEN, 1), "orientation": 0}


async def test_identifiers_are_those_that_the_sources_bear(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    identifiers = await rows(
        fresh_database, "SELECT kind, value, organisation, role FROM people.identifier ORDER BY kind"
    )
    assert {row["kind"] for row in identifiers} == {"CAF", "FRANCE_TRAVAIL"}
    caf = next(row for row in identifiers if row["kind"] == "CAF")
    assert (caf["value"], caf["role"]) == (MAELLE.dossier, "DEMANDEUR")
