"""The extract of France Travail: constraints of people who are known, and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.cast import BY_SLUG, Person
from demo.cnaf_files import flux
from demo.ft_files import extract
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.sources.ingestion import codes, ingest, rows, values, versions

MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
TODAY = date(2026, 11, 24)
MONDAY, TUESDAY = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
Difficulties = dict[Person, tuple[str, ...]]


async def ingest_flux(database: Database, folder: Path, *people: Person) -> None:
    path = folder / "flux.xml"
    path.write_bytes(flux(people, date(2026, 11, 1)))
    assert (await ingest(database, "cnaf-flux", path)).complete


async def ingest_sample_flux(database: Database, samples: Path, folder: Path) -> None:
    """The sample of the flux, whose one person of the extract is born where the extract says."""
    path, content = folder / "RSABEM.xml", (samples / "cnaf-flux" / "RSABEM.xml").read_bytes()
    path.write_bytes(content.replace(b"2820299999030", b"2820212345030"))
    await ingest(database, "cnaf-flux", path)


def file(folder: Path, difficulties: Difficulties) -> Path:
    path = folder / "extrait.csv"
    path.write_bytes(extract(difficulties, TODAY))
    return path


async def themes(database: Database) -> list[tuple[str, str]]:
    constraints = await rows(
        database,
        "SELECT p.first_name, c.theme FROM people.person_constraint c JOIN people.person p ON p.id = c.person_id"
        " WHERE c.state = 'OUI' ORDER BY 1, 2",
    )
    return [(row["first_name"], row["theme"]) for row in constraints]


async def test_the_sample_is_about_the_people_who_are_known(
    fresh_database: Database, samples: Path, tmp_path: Path
) -> None:
    await ingest_sample_flux(fresh_database, samples, tmp_path)
    report = await ingest(
        fresh_database, "ft-extrait", samples / "croisement-cd-ft" / "extrait_pe_principal.csv", as_of=MONDAY
    )
    assert report.counts[Outcome.CREATED] >= 1
    assert {code for _, _, code in codes(report)} <= {"MATCH_NONE"}
    assert report.read == sum(report.counts.values())
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 3


async def test_difficulties_become_constraints_of_the_known_person(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE, GASPARD)
    difficulties: Difficulties = {MAELLE: ("dif_transport", "dif_familiale"), GASPARD: ("dif_sante",)}

    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, difficulties), as_of=MONDAY)

    assert report.counts == {Outcome.CREATED: 2}
    assert await themes(fresh_database) == [("GASPARD", "SANTE"), ("MAËLLE", "FAMILLE"), ("MAËLLE", "MOBILITE")]
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 2


async def test_the_same_file_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    path = file(tmp_path, {MAELLE: ("dif_transport",)})
    await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY)
    before = await versions(fresh_database)
    report = await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY)
    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 1}, 0)
    assert await versions(fresh_database) == before


async def test_a_difficulty_that_ends_is_removed_and_an_older_file_does_not_bring_it_back(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=MONDAY)
    await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ()}), as_of=TUESDAY)
    assert await themes(fresh_database) == []
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=MONDAY)
    assert report.counts == {Outcome.OLDER: 1}
    assert await themes(fresh_database) == []


@pytest.mark.parametrize(
    "stranger",
    [
        replace(MAELLE, last_name="Ardoise"),
        replace(MAELLE, first_name="Marie"),
        replace(MAELLE, birth_date=date(1988, 3, 15)),
        replace(MAELLE, place=BY_SLUG["lisandru"].place),
    ],
    ids=["name", "first name", "birth date", "département"],
)
async def test_it_makes_nobody_and_touches_nobody_who_differs(
    fresh_database: Database, tmp_path: Path, stranger: Person
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    before = await versions(fresh_database)
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, {stranger: ("dif_sante",)}), as_of=MONDAY)
    assert codes(report) == [(1, "", "MATCH_NONE")]
    assert await versions(fresh_database) == before


async def test_two_people_of_one_name_and_birth_date_are_several(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(
        fresh_database, tmp_path, MAELLE, replace(MAELLE, number=90, dossier="0810090", born=MAELLE.birth_place)
    )
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=MONDAY)
    assert codes(report) == [(1, "", "MATCH_SEVERAL")]
    assert await themes(fresh_database) == []


async def test_a_name_of_birth_is_a_name(fresh_database: Database, tmp_path: Path) -> None:
    sidonie = BY_SLUG["sidonie"]
    await ingest_flux(fresh_database, tmp_path, sidonie)
    married: Difficulties = {replace(sidonie, last_name=sidonie.birth_name or ""): ("dif_logement",)}
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, married), as_of=MONDAY)
    assert report.complete


async def test_a_lost_zero_is_told(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    path = file(tmp_path, {MAELLE: ("dif_sante",)})
    path.write_bytes(path.read_bytes().replace(b";08;", b";8;"))
    report = await ingest(fresh_database, "ft-extrait", path, as_of=MONDAY)
    assert codes(report) == [(1, "departement", "LEADING_ZERO_LOST")]


async def test_a_homonym_who_comes_later_makes_a_row_that_was_attached_several(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=MONDAY)
    await ingest_flux(fresh_database, tmp_path, replace(MAELLE, number=90, dossier="0810090", born=MAELLE.birth_place))
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_logement",)}), as_of=TUESDAY)
    assert codes(report) == [(1, "", "MATCH_SEVERAL")]
    assert await themes(fresh_database) == [("MAËLLE", "SANTE")]


async def test_a_row_stays_with_its_person_who_has_moved_and_never_goes_over_to_another(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=MONDAY)
    path = tmp_path / "flux.xml"
    moved = replace(MAELLE, place=BY_SLUG["lisandru"].place, born=MAELLE.birth_place)
    path.write_bytes(flux([moved], date(2026, 11, 2)))
    assert (await ingest(fresh_database, "cnaf-flux", path)).complete
    path = file(tmp_path, {MAELLE: ("dif_logement",)})
    assert (await ingest(fresh_database, "ft-extrait", path, as_of=TUESDAY)).complete

    await ingest_flux(fresh_database, tmp_path, replace(MAELLE, number=90, dossier="0810090", born=MAELLE.birth_place))
    later = TUESDAY.replace(hour=9)
    report = await ingest(fresh_database, "ft-extrait", file(tmp_path, {MAELLE: ("dif_sante",)}), as_of=later)
    assert codes(report) == [(1, "", "MATCH_CONFLICT")]
    assert await themes(fresh_database) == [("MAËLLE", "LOGEMENT")]
