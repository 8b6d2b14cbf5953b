"""The demo's files go in through the connectors and read back; a second start writes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from demo import files
from demo.cast import BY_SLUG, EMPLOYER, PEOPLE, RDVS, REFERENT_A, REFERENT_B
from demo.ft_files import DIFFICULTIES
from demo.load import Loaded, load
from schema.facts import Fact
from subgraphs.kit.ingest_report import Outcome
from tests.conftest import Database

TODAY = date(2026, 11, 24)
SECRET = b"secret de demonstration"


async def loaded(database: Database, folder: Path) -> Loaded:
    written = files.write(folder, TODAY, SECRET)
    return await load(written, dsn=database.dsn, nir_key=database.keys.nir, webhook_secret=SECRET, today=TODAY)


async def test_the_demo_goes_in_whole_and_a_second_start_writes_nothing(
    fresh_database: Database, tmp_path: Path
) -> None:
    first = await loaded(fresh_database, tmp_path)
    second = await loaded(fresh_database, tmp_path)

    assert [report.refusals for report in (*first.reports, *second.reports) if report.refusals] == []
    assert all(report.counts[Outcome.CREATED] == report.read for report in first.reports)
    assert all(report.counts[Outcome.UNCHANGED] == report.read and report.rows == 0 for report in second.reports)
    assert first.persons == second.persons
    assert len(set(first.persons.values())) == len(PEOPLE)


async def test_two_systems_that_know_a_person_make_one_person(fresh_database: Database, tmp_path: Path) -> None:
    await loaded(fresh_database, tmp_path)
    connection = await fresh_database.connect()
    try:
        assert await connection.fetchval("SELECT count(*) FROM people.person") == len(PEOPLE)
        slugs = {slug for rdv in RDVS for slug, _ in rdv.people} | {"dumenica"}
        expected = len(PEOPLE) + sum(person.dossier is not None for person in PEOPLE) + len(slugs)
        expected += len(DIFFICULTIES)
        assert await connection.fetchval("SELECT count(*) FROM people.identity") == expected
        assert await connection.fetchval("SELECT count(*) FROM appointments.appointment") == sum(
            len(rdv.people) for rdv in RDVS
        )
    finally:
        await connection.close()


async def test_each_referent_follows_people_of_one_department_only(fresh_database: Database, tmp_path: Path) -> None:
    result = await loaded(fresh_database, tmp_path)
    connection = await fresh_database.connect()
    try:
        followed = {}
        for agent in (REFERENT_A, REFERENT_B):
            rows = await connection.fetch(
                "SELECT person_id FROM access.link WHERE relation = $1 AND scope_id = $2",
                int(Fact.REFERENT),
                str(result.agents[agent.email]),
            )
            followed[agent.email] = {row["person_id"] for row in rows}
    finally:
        await connection.close()
    for agent in (REFERENT_A, REFERENT_B):
        expected = {result.persons[person.slug] for person in PEOPLE if person.referent == agent}
        assert followed[agent.email] == expected
        assert len(expected) > 2
    assert not followed[REFERENT_A.email] & followed[REFERENT_B.email]


async def test_the_employer_is_linked_to_the_people_of_its_own_rendez_vous(
    fresh_database: Database, tmp_path: Path
) -> None:
    result = await loaded(fresh_database, tmp_path)
    connection = await fresh_database.connect()
    try:
        rows = await connection.fetch(
            "SELECT person_id FROM access.link WHERE relation = $1 AND scope_id = $2",
            int(Fact.OWN_ITEM),
            EMPLOYER.siret,
        )
    finally:
        await connection.close()
    assert sorted(row["person_id"] for row in rows) == sorted(result.persons[slug] for slug in ("maelle", "ondine"))


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    written = [files.write(tmp_path / name, TODAY, SECRET) for name in ("a", "b")]
    for source in written[0]:
        pairs = zip(written[0][source], written[1][source], strict=True)
        assert all(one.read_bytes() == other.read_bytes() for one, other in pairs)


def test_the_flux_is_valid_by_the_format_of_the_cnaf(tmp_path: Path, samples: Path) -> None:
    schema = etree.XMLSchema(etree.parse(samples / "cnaf-flux" / "vrsb0801.xsd"))
    for path in files.write(tmp_path, TODAY, SECRET)["cnaf-flux"]:
        assert schema.validate(etree.parse(path)), schema.error_log


def test_no_one_of_the_cast_could_exist() -> None:
    for person in PEOPLE:
        assert person.nir[3:5] == "13"
        assert person.phone.startswith("06399800")
        assert person.email.endswith("@example.org")
    assert len({person.nir for person in PEOPLE}) == len({person.phone for person in PEOPLE}) == len(BY_SLUG)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.slug)
def test_only_a_couple_shares_a_dossier(person: object) -> None:
    shared = [one for one in PEOPLE if one.dossier and one.dossier == getattr(person, "dossier", None)]
    assert len(shared) in (0, 1) or {one.role for one in shared} == {"demandeur", "conjoint"}
