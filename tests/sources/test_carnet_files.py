"""The files that councils give to Carnet de bord: beneficiaries, professionals, reorientations, structures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from demo.carnet_files import (
    BENEFICIARIES,
    PROFESSIONALS,
    REORIENTATIONS,
    STRUCTURES,
    Notebook,
    export,
    professional,
    reorientation,
    row,
    structure,
    table,
)
from demo.cast import BY_SLUG, CD_08, COLLEAGUE_A, REFERENT_A
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Organisation
from subgraphs.people.sources.carnet_de_bord import CarnetDeBord
from tests.conftest import SAMPLES, Database
from tests.sources.ingestion import asides, codes, everything_told, ingest, rows, values, versions
from tests.sources.test_ft_extract import ingest_flux

MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
MONDAY, TUESDAY = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
MAPPED = {CD_08.name: Organisation(CD_08.siret, CD_08.type, "di--cd-08")}
FOLLOWERS = "SELECT a.email FROM people.referent r JOIN people.agent a ON a.id = r.agent_id ORDER BY 1"
LINKED = "SELECT count(*) FROM access.link WHERE relation = $1"
SAMPLE = SAMPLES / "carnet-de-bord"
PERSON = row(MAELLE, REFERENT_A, CD_08)


async def read(
    database: Database, folder: Path, columns: tuple[str, ...], *cells: dict[str, str], as_of: datetime = MONDAY
) -> Report:
    path = folder / "fichier.csv"
    path.write_bytes(table(columns, cells))
    return await ingest(database, "carnet-de-bord", path, as_of=as_of, organisations=MAPPED)


async def beneficiaries(database: Database, folder: Path, *cells: dict[str, str], as_of: datetime = MONDAY) -> Report:
    return await read(database, folder, BENEFICIARIES, *(cells or (PERSON,)), as_of=as_of)


async def test_a_beneficiary_is_the_person_of_its_nir_and_has_its_situation_and_follower(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    report = await beneficiaries(fresh_database, tmp_path)
    assert (report.counts, asides(report)) == ({Outcome.CREATED: 1}, [])
    assert set(report.unread) == {"Lieu de naissance", "Zone de mobilité"}
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == [1]
    assert await values(fresh_database, FOLLOWERS) == [REFERENT_A.email]
    assert await values(fresh_database, LINKED, int(Fact.REFERENT)) == [1]
    assert await values(fresh_database, LINKED, int(Fact.ORG_REFERENT)) == [1]
    assert await rows(
        fresh_database,
        "SELECT level, code, activity_bonus, unemployment_insurance, rome_code, occupation FROM people.education"
        " JOIN people.allocations USING (person_id) JOIN people.project USING (person_id)",
    ) == [
        {
            "level": "NV4",
            "code": "NV4",
            "activity_bonus": True,
            "unemployment_insurance": False,
            "rome_code": "K1304",
            "occupation": "Aide à domicile",
        }
    ]


async def test_an_empty_cell_takes_nothing_away(fresh_database: Database, tmp_path: Path) -> None:
    await beneficiaries(fresh_database, tmp_path)
    required = {"Identifiant dans le SI*", "Prénom*", "Nom*", "Date de naissance*", "Code postal"}
    bare = {column: text if column in required else "" for column, text in PERSON.items()}
    before = await rows(fresh_database, "SELECT email, phones, nir_hash, rsa_status FROM people.identity")
    await beneficiaries(fresh_database, tmp_path, bare, as_of=TUESDAY)
    assert await rows(fresh_database, "SELECT email, phones, nir_hash, rsa_status FROM people.identity") == before
    assert await values(fresh_database, FOLLOWERS) == [REFERENT_A.email]
    assert await values(fresh_database, LINKED, int(Fact.ORG_REFERENT)) == [1]


async def test_a_structure_that_the_settings_do_not_map_is_said_and_gives_nobody_the_person(
    fresh_database: Database, tmp_path: Path
) -> None:
    report = await beneficiaries(fresh_database, tmp_path, {**PERSON, "Structure": "Ailleurs"})
    assert asides(report) == [(1, "Structure", "VALUE_UNKNOWN")]
    assert await values(fresh_database, LINKED, int(Fact.ORG_REFERENT)) == [0]


async def test_bad_cells_are_set_aside_and_a_row_without_key_is_refused(
    fresh_database: Database, tmp_path: Path
) -> None:
    broken = {"NIR": "285", "Téléphone": "NC", "Email": "personne", "Situation": "heureux", "Droits ARE": "bof"}
    broken |= {"Niveau de formation": "X", "Emploi recherché (code ROME)": "pilote", "Code postal": "8000"}
    unkeyed = {**PERSON, "Identifiant dans le SI*": ""}
    path = tmp_path / "beneficiaires.csv"
    path.write_bytes(table(BENEFICIARIES, [{**PERSON, **broken}, unkeyed]))
    report = await ingest(fresh_database, "carnet-de-bord", path, as_of=MONDAY, organisations=MAPPED, department="08")
    assert codes(report) == [(2, "Identifiant dans le SI*", "KEY_MISSING")]
    code_by_cell = {"NIR": "NIR_INVALID", "Téléphone": "PHONE_INVALID", "Email": "EMAIL_INVALID"}
    code_by_cell |= {"Code postal": "LEADING_ZERO_LOST"}
    expected = {(1, "nir" if cell == "NIR" else cell, code_by_cell.get(cell, "VALUE_UNKNOWN")) for cell in broken}
    assert set(asides(report)) == expected
    assert MAELLE.last_name not in everything_told([report])


async def test_a_reorientation_changes_who_follows_once_however_often_the_files_are_given(
    fresh_database: Database, tmp_path: Path
) -> None:
    await read(fresh_database, tmp_path, PROFESSIONALS, professional(COLLEAGUE_A, 52))
    await beneficiaries(fresh_database, tmp_path)
    exchange = {**reorientation(MAELLE, COLLEAGUE_A, CD_08), "Accompagnateurs à supprimer": REFERENT_A.email}
    report = await read(fresh_database, tmp_path, REORIENTATIONS, exchange)
    assert (codes(report), asides(report)) == ([], [])
    assert await values(fresh_database, FOLLOWERS) == [COLLEAGUE_A.email]
    assert await values(fresh_database, LINKED, int(Fact.REFERENT)) == [1]
    assert await rows(fresh_database, "SELECT starts_on, structure_id FROM people.orientation") == [
        {"starts_on": date(2026, 11, 23), "structure_id": "di--cd-08"}
    ]
    assert await values(fresh_database, "SELECT structure_id FROM people.referent") == ["di--cd-08"]
    before = await versions(fresh_database)
    assert (await beneficiaries(fresh_database, tmp_path)).counts == {Outcome.UNCHANGED: 1}
    assert (await read(fresh_database, tmp_path, REORIENTATIONS, exchange)).counts == {Outcome.UNCHANGED: 1}
    assert await versions(fresh_database) == before
    await beneficiaries(fresh_database, tmp_path, as_of=TUESDAY)
    assert await values(fresh_database, FOLLOWERS) == [REFERENT_A.email], "a newer file says anew who follows"
    assert (await read(fresh_database, tmp_path, REORIENTATIONS, exchange)).counts == {Outcome.UNCHANGED: 1}
    without_removal = {**exchange, "Accompagnateurs à supprimer": ""}
    assert (await read(fresh_database, tmp_path, REORIENTATIONS, without_removal)).counts == {Outcome.OLDER: 1}
    assert await values(fresh_database, FOLLOWERS) == [REFERENT_A.email]


async def test_a_reorientation_of_whom_no_file_of_the_tool_named_gives_nobody_a_follower(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    change = reorientation(MAELLE, COLLEAGUE_A, CD_08)
    path = tmp_path / "reorientations.csv"
    path.write_bytes(table(REORIENTATIONS, [change, reorientation(GASPARD, COLLEAGUE_A, CD_08)]))
    report = await ingest(fresh_database, "carnet-de-bord", path, as_of=MONDAY, department="08", organisations=MAPPED)
    assert codes(report) == [(1, "Nom*", "PERSON_UNKNOWN"), (2, "Nom*", "PERSON_UNKNOWN")]
    assert await values(fresh_database, FOLLOWERS) == []


async def test_a_professional_has_a_telephone_and_follows_nobody(fresh_database: Database, tmp_path: Path) -> None:
    twice = professional(COLLEAGUE_A, 52)
    report = await read(fresh_database, tmp_path, PROFESSIONALS, twice, twice, {**twice, "Courriel*": "accueil"})
    assert codes(report) == [(3, "Courriel*", "EMAIL_INVALID")]
    assert set(report.unread) == {"Fonction"}
    assert await rows(fresh_database, "SELECT email, last_name, phone FROM people.agent") == [
        {"email": COLLEAGUE_A.email, "last_name": COLLEAGUE_A.last_name, "phone": "0399980052"}
    ]
    assert await values(fresh_database, "SELECT count(*) FROM access.link") == [0]


async def test_a_structure_is_in_the_public_offer_once_without_who_is_in_charge(
    fresh_database: Database, tmp_path: Path
) -> None:
    csapa = structure("CSAPA des essais")
    path = tmp_path / "structures.csv"
    path.write_bytes(table(STRUCTURES, [csapa, {**csapa, "Siret": "999"}, structure("")]))
    report = await ingest(fresh_database, "carnet-structures", path, as_of=MONDAY)
    assert (codes(report), asides(report)) == ([(3, "Nom", "SCHEMA_INVALID")], [(2, "Siret", "VALUE_UNKNOWN")])
    [stored] = await rows(fresh_database, "SELECT * FROM offers.structure")
    assert (stored["sensitivity"], stored["producer"], stored["phone"]) == ("SAN", "carnet-de-bord", "0399980050")
    assert COLLEAGUE_A.last_name not in str(stored)


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="needs samples/carnet-de-bord")
async def test_the_producers_files_are_read(fresh_database: Database, tmp_path: Path) -> None:
    names = ("import_professionnels.csv", "import_beneficiaires.csv", "import_reorientation.csv")
    organisations = {"CD 26": MAPPED[CD_08.name]}
    reports = [
        await ingest(
            fresh_database, "carnet-de-bord", SAMPLE / name, as_of=MONDAY, organisations=organisations, department="26"
        )
        for name in names
    ]
    assert [report.read for report in reports] == [2, 4, 7]
    assert codes(reports[0]) == codes(reports[2]) == []
    assert codes(reports[1]) == [(4, "", "ROW_SHAPE")], "its last row has a cell too few"
    assert await values(fresh_database, "SELECT phone FROM people.agent WHERE phone IS NOT NULL ORDER BY 1") == [
        "0601234567",
        "0901234567",
    ]
    report = await ingest(fresh_database, "carnet-structures", SAMPLE / "import_structures.csv", as_of=MONDAY)
    assert (report.read, codes(report)) == (2, [])
    assert await values(fresh_database, "SELECT siret FROM offers.structure") == ["22930008201453"]


async def test_a_notebook_as_new_tells_the_occupations_in_whatever_order_it_is_read(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    notebook = tmp_path / "carnets.json"
    notebook_of_maelle = Notebook("maelle", None, None, 0, (("N1103", "Magasinage"),), ())
    notebook.write_bytes(export((notebook_of_maelle,), TUESDAY.date()))
    for _ in range(2):
        await beneficiaries(fresh_database, tmp_path, as_of=TUESDAY)
        await ingest(fresh_database, "carnet-de-bord", notebook, as_of=TUESDAY)
    assert await values(fresh_database, "SELECT rome_code FROM people.project") == ["N1103"]


async def test_a_workbook_is_read_as_its_csv_and_a_refused_row_is_kept_as_one(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "beneficiaires.xlsx"
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for cells in ([*BENEFICIARIES], [*PERSON.values()], [*{**PERSON, "Identifiant dans le SI*": ""}.values()]):
        sheet.append(cells)
    workbook.save(path)
    report = await ingest(fresh_database, "carnet-de-bord", path, as_of=MONDAY, organisations=MAPPED)
    assert (codes(report), report.counts[Outcome.CREATED]) == ([(2, "Identifiant dans le SI*", "KEY_MISSING")], 1)
    assert CarnetDeBord.pieces.excerpts(path, {2}).keys() == {2}
