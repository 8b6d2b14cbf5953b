"""The source reads from the documented answers of France Travail's API the fields that it declares."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.unit_of_work import Organisation
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.sources.ingestion import asides, codes, ingest, rows, take_one, versions
from tests.sources.test_source_fields import undeclared

NUMBER, BORN = "12345678900", date(1998, 7, 11)
ANSWERS = {
    "informations": "ft_informations_administratives_usager",
    "contrat": "ft_statut_usager",
    "rqth": "ft_rqth",
    "orientations": "ft_lecture_orientation_usager",
    "diagnostic": "ft_diagnostic_usager_diagnostic_agrege",
}


@pytest.fixture
def answered(samples: Path) -> dict[str, Any]:
    """The sample answers as one record; the diagnosis holds a mistake of encoding, as the sample has it."""
    files = {name: samples / "croisement-cd-ft" / f"{file}.json" for name, file in ANSWERS.items()}
    certified = {name: orjson.loads(path.read_bytes())["CERTIFIED"] for name, path in files.items()}
    search = {"numero": NUMBER, "date_naissance": str(BORN), "lu_le": "2026-11-30T05:00:00+00:00", "recherche": "S001"}
    return {**search, "certifiee": True, **certified}


def document(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "reponses.json"
    path.write_bytes(orjson.dumps({"results": records}))
    return path


async def put_person(database: Database) -> None:
    """The person, whom RDV-Insertion knows."""
    as_of = datetime(2026, 11, 1, tzinfo=UTC)
    record = PersonRecord("rdv-insertion", "user:1", as_of, first_name="John", last_name="Doe", birth_date=BORN)
    record = PersonRecord(**{**_fields(record), "france_travail_id": NUMBER, "department": "08"})
    connection = await database.connect("ingest")
    try:
        await take_one(connection, partial(Registry(database.keys.nir).put, record=record))
    finally:
        await connection.close()


def _fields(record: PersonRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in PersonRecord.__dataclass_fields__}


def test_every_field_of_the_sample_answers_is_declared(answered: dict[str, Any], tmp_path: Path) -> None:
    assert undeclared("france-travail", iter([document(tmp_path, answered)])) == set()


async def test_the_sample_answers_are_read_once(
    fresh_database: Database, answered: dict[str, Any], tmp_path: Path
) -> None:
    await put_person(fresh_database)
    path = document(tmp_path, answered)
    report = await ingest(fresh_database, "france-travail", path)
    assert (codes(report), asides(report), report.complete) == ([], [], True)
    [orientation] = await rows(fresh_database, "SELECT pathway, decision, ends_on FROM people.orientation")
    assert orientation == {"pathway": "EMPLOI", "decision": "REFUSEE", "ends_on": date(2026, 2, 21)}
    assert await rows(fresh_database, "SELECT * FROM people.person_constraint") == [], "the council is the référent"
    [disability] = await rows(fresh_database, "SELECT * FROM people.disability")
    assert (disability["rqth_ends_on"], disability["employment_obligation"]) == (date(2030, 1, 20), True)
    [contact] = await rows(fresh_database, "SELECT phones, street FROM people.contact")
    assert contact == {"phones": ["0972723949"], "street": "93 Rue Marietton"}
    before = await versions(fresh_database)
    again = await ingest(fresh_database, "france-travail", path)
    assert (again.rows, await versions(fresh_database)) == (0, before)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"informations": {"numeroFranceTravail": NUMBER}}, "SCHEMA_INVALID", id="no civil status"),
        pytest.param({"numero": "12345678901"}, "ANSWER_OF_OTHER", id="another number"),
        pytest.param({"date_naissance": "1998-07-12"}, "ANSWER_OF_OTHER", id="another birth date"),
        pytest.param({"lu_le": "hier"}, "DATE_INVALID", id="no instant"),
        pytest.param({"lu_le": "2026-11-30T05:00:00"}, "DATE_INVALID", id="no offset"),
        pytest.param({"orientations": {"parcours": "PED"}}, "SCHEMA_INVALID", id="no list"),
        pytest.param({"contrat": {"m_contrat": {"m_duree_inscription_12": "neuf"}}}, "SCHEMA_INVALID", id="a word"),
    ],
)
async def test_a_record_that_is_not_what_it_says_is_refused_whole(
    database: Database, answered: dict[str, Any], tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    report = await ingest(database, "france-travail", document(tmp_path, {**answered, **changes}))
    assert report.codes == Counter({expected: 1})
    assert await rows(database, "SELECT 1 FROM people.identity WHERE source = 'france-travail'") == []


async def test_values_that_no_list_has_are_set_aside_and_the_rest_is_taken(
    fresh_database: Database, answered: dict[str, Any], tmp_path: Path
) -> None:
    await put_person(fresh_database)
    answered["contrat"]["m_contrat"] |= {"m_duree_inscription_12": 13, "m_date_effet_statut": "bientôt"}
    answered["orientations"][0] |= {"parcours": "XXX", "decision": {"etat_decision": "PEUT_ETRE"}}
    answered["rqth"] |= {"dateFinRqth": "31/02/2030"}
    answered["informations"]["emails"] = [{"adresseEmail": "aucune"}]
    report = await ingest(fresh_database, "france-travail", document(tmp_path, answered))
    assert codes(report) == []
    assert report.aside_codes == Counter({"VALUE_UNKNOWN": 3, "DATE_INVALID": 2, "EMAIL_INVALID": 1})
    assert [row["pathway"] for row in await rows(fresh_database, "SELECT pathway FROM people.orientation")] == [None]


COUNCIL, AGENCY, OTHER_AGENCY = "99900010100019", "99900030300011", "99900030300029"
STRUCTURES = {
    "69000": Organisation(COUNCIL, "conseil_departemental", structure="di--council"),
    "08999": Organisation(AGENCY, "france_travail", structure="di--agency"),
    "08998": Organisation(OTHER_AGENCY, "france_travail", structure="di--spip", sensitive="SPIP"),
}


def oriented(
    organisme: str, code_safir: str | None, etat: str = "OUVERT", entered: str = "2026-01-05"
) -> dict[str, Any]:
    """An orientation that was accepted."""
    structure = None if code_safir is None else {"code_safir": code_safir}
    place = {"parcours": "PSP", "organisme": organisme, "structure": structure, "date_entree_parcours": entered}
    return {**place, "statut": "DECIDE", "etat": etat, "decision": {"etat_decision": "ACCEPTEE"}}


HEALTH = {"thematiqueContrainte": {"contraintes": [{"code": "25", "valeur": "OUI", "impact": "FORT"}]}}


@pytest.mark.parametrize(
    ("orientations", "recorded_by"),
    [
        pytest.param([oriented("CD", "69000"), oriented("FT", "08999")], AGENCY, id="the council too"),
        pytest.param([oriented("CD", "69000"), oriented("FT", None)], None, id="an agency that nothing maps"),
        pytest.param([oriented("FT", "69000", "CLOS"), oriented("FT", "08999")], AGENCY, id="one that is over"),
    ],
)
async def test_a_difficulty_is_recorded_by_the_agency_that_follows_and_by_no_other_organisation(
    fresh_database: Database,
    answered: dict[str, Any],
    tmp_path: Path,
    orientations: list[dict[str, Any]],
    recorded_by: str | None,
) -> None:
    await put_person(fresh_database)
    path = document(tmp_path, {**answered, "orientations": orientations, "diagnostic": HEALTH})
    report = await ingest(fresh_database, "france-travail", path, organisations=STRUCTURES)
    assert codes(report) == []
    stored = await rows(fresh_database, "SELECT theme, recorded_by FROM people.person_constraint")
    assert stored == [{"theme": "SANTE", "recorded_by": recorded_by}]


async def test_each_of_several_open_orientations_knows_what_its_structure_reveals(
    fresh_database: Database, answered: dict[str, Any], tmp_path: Path
) -> None:
    await put_person(fresh_database)
    orientations = [oriented("FT", "08999"), oriented("FT", "08998", entered="2026-02-05")]
    path = document(tmp_path, {**answered, "orientations": orientations, "diagnostic": None})
    report = await ingest(fresh_database, "france-travail", path, organisations=STRUCTURES)
    assert codes(report) == []
    stored = await rows(
        fresh_database,
        "SELECT o.structure_id, s.sensitivity FROM people.orientation o JOIN people.structure s"
        " ON s.id = o.structure_id ORDER BY 1",
    )
    assert stored == [
        {"structure_id": "di--agency", "sensitivity": None},
        {"structure_id": "di--spip", "sensitivity": "JUST"},
    ]


async def test_an_answer_about_a_twin_is_not_taken_for_the_one_asked_about(
    fresh_database: Database, answered: dict[str, Any], tmp_path: Path
) -> None:
    await put_person(fresh_database)
    answered["informations"]["etatCivil"] |= {"prenom": "JANE", "nir": None}
    report = await ingest(fresh_database, "france-travail", document(tmp_path, answered))
    assert report.codes == Counter({"ANSWER_OF_OTHER": 1})
    assert await rows(fresh_database, "SELECT 1 FROM people.identity WHERE source = 'france-travail'") == []
