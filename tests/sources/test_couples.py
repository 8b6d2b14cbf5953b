"""The two adults of a dossier of the CNAF are each other's partner, for as long as they share it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from demo.cast import BY_SLUG, Person
from demo.cnaf_files import flux
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.sources.ingestion import codes, ingest, rows, versions

TITOUAN, SIDONIE, MAELLE = BY_SLUG["titouan"], BY_SLUG["sidonie"], BY_SLUG["maelle"]
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
TOGETHER = {"TITOUAN": "SIDONIE", "SIDONIE": "TITOUAN"}


async def ingest_flux(database: Database, folder: Path, people: list[Person], reference: date) -> dict[Outcome, int]:
    path = folder / "flux.xml"
    path.write_bytes(flux(people, reference))
    report = await ingest(database, "cnaf-flux", path)
    assert codes(report) == []
    return dict(report.counts)


async def partners(database: Database) -> dict[str, str | None]:
    """First name of each person with a household → that of its partner."""
    couples = await rows(
        database,
        "SELECT p.first_name, other.first_name AS partner FROM people.household h"
        " JOIN people.person p ON p.id = h.person_id LEFT JOIN people.person other ON other.id = h.partner_id",
    )
    return {row["first_name"]: row["partner"] for row in couples}


async def test_a_couple_is_each_others_partner_and_one_alone_has_none(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, [MAELLE, TITOUAN, SIDONIE], NOVEMBER)
    assert await partners(fresh_database) == {"MAËLLE": None, **TOGETHER}


async def test_the_same_file_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER)
    before = await versions(fresh_database)
    assert await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER) == {Outcome.UNCHANGED: 1}
    assert await versions(fresh_database) == before


async def test_whoever_leaves_the_dossier_is_nobodys_partner_any_more(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER)
    await ingest_flux(fresh_database, tmp_path, [TITOUAN], DECEMBER)
    assert await partners(fresh_database) == {"TITOUAN": None}
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], JANUARY)
    assert await partners(fresh_database) == TOGETHER


async def test_of_three_adults_nobody_is_the_partner(fresh_database: Database, tmp_path: Path) -> None:
    third = replace(MAELLE, dossier=TITOUAN.dossier, role="conjoint")
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE, third], NOVEMBER)
    assert set((await partners(fresh_database)).values()) == {None}


async def test_a_newer_dossier_of_one_ends_the_couple_on_both_sides_and_the_older_does_not_make_it_again(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER)
    await ingest_flux(fresh_database, tmp_path, [replace(SIDONIE, dossier="0819999", role="demandeur")], DECEMBER)
    assert await partners(fresh_database) == {"TITOUAN": None, "SIDONIE": None}
    before = await versions(fresh_database)
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER)
    assert await partners(fresh_database) == {"TITOUAN": None, "SIDONIE": None}
    assert await versions(fresh_database) == before


async def test_a_partner_who_is_forgotten_leaves_nobody_named(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, [TITOUAN, SIDONIE], NOVEMBER)
    connection = await fresh_database.connect()
    await connection.execute("DELETE FROM people.person WHERE first_name = 'SIDONIE'")
    await connection.close()
    assert await partners(fresh_database) == {"TITOUAN": None}
