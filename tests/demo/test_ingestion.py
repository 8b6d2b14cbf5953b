"""The demo's files go in through the connectors and read back; a second start writes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from demo import cnaf_files, source_files
from demo.anomaly_files import REFUSED
from demo.cast import BY_SLUG, EMPLOYER, ORGANISATIONS, PEOPLE, REFERENT_A, REFERENT_B
from demo.crowd import EVERY_INVITATION, EVERY_RDV, EVERYONE, REACHED_BY_DOSSIER, draw
from demo.ft_files import EVERY_DIFFICULTY
from demo.ingestion import Loaded, load
from demo.rdvi_files import internal_id
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database

TODAY = date(2026, 11, 24)
SECRET = b"secret de demonstration"


@pytest.fixture(scope="module")
def starts(database: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Loaded]:
    """What two starts of the demo made of the same files."""
    files = source_files.write(tmp_path_factory.mktemp("demo"), TODAY, database.keys.webhook("rdv-insertion"))

    async def start_twice() -> tuple[Loaded, Loaded]:
        first = await load(files, dsn=database.dsn, keys=database.keys, today=TODAY)
        return first, await load(files, dsn=database.dsn, keys=database.keys, today=TODAY)

    return asyncio.run(start_twice())


def test_the_demo_goes_in_but_for_its_anomalies_and_a_second_start_writes_nothing(
    starts: tuple[Loaded, Loaded],
) -> None:
    first_load, second_load = starts
    for created, unchanged in zip(first_load.reports, second_load.reports, strict=True):
        refused = REFUSED.get(created.source, ())
        for report, outcome in ((created, Outcome.CREATED), (unchanged, Outcome.UNCHANGED)):
            assert tuple(refusal.code for refusal in report.refusals) == refused
            assert report.counts == {outcome: report.read - len(refused), Outcome.REJECTED: len(refused)}
        assert unchanged.rows == 0
    assert first_load.persons == second_load.persons
    assert len(set(first_load.persons.values())) == len(BY_SLUG)


@pytest.mark.usefixtures("starts")
async def test_two_systems_that_know_a_person_make_one_person(database: Database) -> None:
    connection = await database.connect()
    try:
        assert await connection.fetchval("SELECT count(*) FROM people.person") == len(EVERYONE)
        invited = {slug for rdv in EVERY_RDV for slug, _ in rdv.people} | {
            invitation.slug for invitation in EVERY_INVITATION
        }
        expected = sum(not person.silent for person in EVERYONE) + len(invited) + len(EVERY_DIFFICULTY)
        expected += sum(person.dossier is not None for person in EVERYONE)
        systems = ("cnaf-flux", "rdv-insertion", "ft-extrait")
        identities = "SELECT count(*) FROM people.identity WHERE source = ANY ($1)"
        assert await connection.fetchval(identities, systems) == expected
        by_dossier = "SELECT count(*) FROM people.contact WHERE source = 'cnaf-contact' AND origin = 'DOSSIER'"
        assert await connection.fetchval(by_dossier) == len(REACHED_BY_DOSSIER) > 5
        sql = "SELECT source, count(*) FROM appointments.appointment GROUP BY 1"
        participations = sum(len(rdv.people) for rdv in EVERY_RDV)
        by_source = {row["source"]: row["count"] for row in await connection.fetch(sql)}
        assert by_source == {"rdv-insertion": participations, "rendez-vous": 1}
    finally:
        await connection.close()


async def test_each_referent_follows_people_of_one_department_only(
    database: Database, starts: tuple[Loaded, Loaded]
) -> None:
    _, result = starts
    connection = await database.connect()
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


@pytest.mark.usefixtures("starts")
async def test_the_employer_is_linked_to_the_people_of_its_own_rendez_vous(database: Database) -> None:
    connection = await database.connect()
    try:
        rows = await connection.fetch(
            "SELECT DISTINCT p.department_internal_id FROM access.link l JOIN people.identity p USING (person_id)"
            " WHERE l.origin = 'rdv-insertion' AND l.relation = $1 AND l.scope_id = $2"
            " AND p.department_internal_id IS NOT NULL",
            int(Fact.OWN_ITEM),
            EMPLOYER.siret,
        )
    finally:
        await connection.close()
    employer_slugs = {slug for rdv in EVERY_RDV if rdv.organisation == EMPLOYER for slug, _ in rdv.people}
    assert {row[0] for row in rows} == {internal_id(person) for person in EVERYONE if person.slug in employer_slugs}
    assert {"maelle", "ondine"} < employer_slugs


def test_two_hundred_people_of_two_departments_are_the_same_at_each_draw() -> None:
    assert (draw().people, draw().rdvs) == (draw().people, draw().rdvs)
    departments = Counter(person.department for person in EVERYONE)
    assert 190 <= sum(departments.values()) <= 210
    assert departments.keys() == {"08", "2A"}
    assert min(departments.values()) > 80


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    written = [source_files.write(tmp_path / name, TODAY, SECRET) for name in ("a", "b")]
    for source in written[0]:
        pairs = zip(written[0][source], written[1][source], strict=True)
        assert all(left.read_bytes() == right.read_bytes() for left, right in pairs)


def test_the_flux_is_valid_by_the_format_of_the_cnaf(tmp_path: Path, samples: Path) -> None:
    schema = etree.XMLSchema(etree.parse(samples / "cnaf-flux" / "vrsb0801.xsd"))
    for path in cnaf_files.write(tmp_path, TODAY):
        assert schema.validate(etree.parse(path)), schema.error_log


def test_nobody_could_exist() -> None:
    for person in EVERYONE:
        assert person.nir[3:5] == "13"
        assert person.phone.startswith("063998")
        assert len(person.phone) == 10
        assert person.email.endswith("@example.org")
    assert len({person.nir for person in EVERYONE}) == len({person.phone for person in EVERYONE}) == len(EVERYONE)
    assert {person.nir[5:7] for person in EVERYONE} == {"08", "99", "2A", "2B"}


def test_no_organisation_could_exist() -> None:
    for organisation in ORGANISATIONS:
        digits = [int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(organisation.siret))]
        assert sum(digit - 9 * (digit > 9) for digit in digits) % 10


def test_only_a_couple_shares_a_dossier() -> None:
    homes = defaultdict(list)
    for person in EVERYONE:
        homes[person.dossier].append(person)
    del homes[None]
    couples = [people for people in homes.values() if len(people) > 1]
    assert len(couples) > 10
    assert all([member.role for member in people] == ["demandeur", "conjoint"] for people in couples)
