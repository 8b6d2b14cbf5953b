"""User files of RDV-Insertion: identifiers, referents and the traps of spreadsheets."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.cast import BY_SLUG, REFERENT_B
from demo.cnaf_files import flux
from demo.rdvi_files import user_file
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.sources.ingestion import adds_up, asides, codes, ingest, rows, values, versions

MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
MONDAY, TUESDAY = datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)


def file(folder: Path, content: bytes) -> Path:
    path = folder / "usagers.csv"
    path.write_bytes(content)
    return path


async def test_the_sample_goes_in_and_reads_back(fresh_database: Database, samples: Path) -> None:
    path = samples / "rdv-insertion" / "fichier_usager_extrait.csv"
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY, department="08")

    assert (report.counts, codes(report)) == ({Outcome.CREATED: 8}, [])
    [person] = await rows(
        fresh_database,
        "SELECT * FROM people.person p JOIN people.contact c ON c.person_id = p.id WHERE last_name_key = 'DURAND'",
    )
    assert (person["civility"], person["first_name"], person["birth_date"]) == ("MONSIEUR", "Paul", date(1952, 2, 16))
    assert (person["email"], person["phones"]) == ("paul.durand369@example.com", ["0639980001"])
    assert (person["postal_code"], person["city"], person["city_code"]) == ("59402", "Nice", None)
    assert person["as_of"] == MONDAY
    followed = await values(
        fresh_database,
        "SELECT count(*) FROM people.referent JOIN people.agent a ON a.id = agent_id GROUP BY a.email ORDER BY a.email",
    )
    assert followed == [3, 2, 1, 1, 1]
    assert len(await values(fresh_database, "SELECT 1 FROM access.link WHERE relation = $1", int(Fact.REFERENT))) == 8

    again = await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY, department="08")
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 8}, 0)


async def test_the_same_file_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    path = file(tmp_path, user_file([MAELLE, GASPARD]))
    await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY)
    before = await versions(fresh_database)
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY)
    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 2}, 0)
    assert await versions(fresh_database) == before


async def test_the_date_of_a_file_that_has_none_must_be_given(database: Database, tmp_path: Path) -> None:
    report = await ingest(database, "rdv-insertion", file(tmp_path, user_file([MAELLE])))
    assert codes(report) == [(0, "", "AS_OF_MISSING")]


async def test_an_older_file_never_overwrites_a_newer(fresh_database: Database, tmp_path: Path) -> None:
    newer, older = user_file([MAELLE]), user_file([replace(MAELLE, last_name="Ancienne", referent=REFERENT_B)])
    await ingest(fresh_database, "rdv-insertion", file(tmp_path, newer), as_of=TUESDAY)
    before = await versions(fresh_database)
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, older), as_of=MONDAY)
    assert report.counts == {Outcome.OLDER: 1}
    assert await versions(fresh_database) == before


async def test_a_new_referent_takes_the_place_of_the_old_one(fresh_database: Database, tmp_path: Path) -> None:
    query = (
        "SELECT a.email FROM access.link l JOIN people.agent a ON a.id::text = l.scope_id"
        f" JOIN people.referent r ON r.agent_id = a.id WHERE l.relation = {int(Fact.REFERENT)}"
    )
    referents = []
    for day, referent in ((MONDAY, MAELLE.referent), (TUESDAY, REFERENT_B)):
        path = file(tmp_path, user_file([replace(MAELLE, referent=referent)]))
        await ingest(fresh_database, "rdv-insertion", path, as_of=day)
        referents.append(await values(fresh_database, query))
    assert referents == [["solene.marquoy@cd08.example.org"], ["orsu.valdoni@cd2a.example.org"]]

    await ingest(
        fresh_database,
        "rdv-insertion",
        file(tmp_path, user_file([replace(MAELLE, referent=None)])),
        as_of=TUESDAY.replace(hour=9),
    )
    assert await values(fresh_database, query) == []


async def test_a_user_known_by_the_flux_is_the_same_person_with_the_contact_of_the_user_file(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(flux([MAELLE], date(2026, 11, 1)))
    await ingest(fresh_database, "cnaf-flux", path)
    await ingest(fresh_database, "rdv-insertion", file(tmp_path, user_file([MAELLE])), as_of=MONDAY)

    [contact] = await rows(fresh_database, "SELECT * FROM people.contact")
    assert (contact["email"], contact["phones"], contact["origin"]) == (MAELLE.email, [MAELLE.phone], "PERSONNE")
    assert (contact["source"], contact["address_source"]) == ("rdv-insertion", "cnaf-flux")
    assert contact["city_code"] == MAELLE.place.code
    assert await values(fresh_database, "SELECT source FROM people.person") == ["cnaf-flux"]


SIDONIE = BY_SLUG["sidonie"]
PARTNER = replace(SIDONIE, slug="solange", first_name="Solange", last_name="Vrignemont", birth_date=date(1990, 5, 6))
"""Another partner, in the place that Sidonie had in the dossier."""


def without_internal_ids(content: bytes) -> bytes:
    return re.sub(rb"DEMO\d{6}", b"", content)


async def test_the_next_partner_in_a_dossier_is_another_person(fresh_database: Database, tmp_path: Path) -> None:
    for day, partner in ((MONDAY, SIDONIE), (TUESDAY, PARTNER)):
        content = without_internal_ids(user_file([partner]))
        assert (await ingest(fresh_database, "rdv-insertion", file(tmp_path, content), as_of=day)).complete
    names = await values(fresh_database, "SELECT first_name FROM people.person ORDER BY birth_date")
    assert names == ["Sidonie", "Solange"]


async def test_a_key_that_now_means_someone_else_is_refused(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "rdv-insertion", file(tmp_path, user_file([SIDONIE])), as_of=MONDAY)
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, user_file([PARTNER])), as_of=TUESDAY)
    assert codes(report) == [(1, "", "MATCH_CONFLICT")]
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Sidonie"]
    corrected = user_file([replace(SIDONIE, birth_date=date(1982, 6, 24), last_name="Fumaycourt")])
    assert (await ingest(fresh_database, "rdv-insertion", file(tmp_path, corrected), as_of=TUESDAY)).complete
    assert await values(fresh_database, "SELECT last_name FROM people.person") == ["Fumaycourt"]


BROKEN = {
    "no key": (b";CAF0810001;DEMO000001;", b";;;", "KEY_MISSING", "ID Iodas"),
    "no place": (";08000 Charleville-Mézières;".encode(), b";;", "DEPARTMENT_UNKNOWN", "CP Ville"),
    "one cell too many": (b";demandeur", b";demandeur;", "ROW_SHAPE", ""),
}


@pytest.mark.parametrize(("good", "bad", "code", "path"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_row_is_refused_and_the_others_go_in(
    fresh_database: Database, tmp_path: Path, good: bytes, bad: bytes, code: str, path: str
) -> None:
    content = user_file([MAELLE, GASPARD])
    assert good in content
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, content.replace(good, bad, 1)), as_of=MONDAY)
    assert codes(report) == [(1, path, code)]
    assert adds_up(report)
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Gaspard"]


UNREADABLE = {
    "no telephone": (MAELLE.phone.encode(), b"NC", "PHONE_INVALID", "N° Téléphones"),
    "no address": (MAELLE.email.encode(), b"sans", "EMAIL_INVALID", "Adresses Mails"),
    "zero of a postal code": (b"08000 Charleville", b"8000 Charleville", "LEADING_ZERO_LOST", "CP Ville"),
    "impossible date": (b"14/03/1988", b"31/02/1988", "DATE_INVALID", "Date de Naissance"),
    "a matricule of letters": (b"CAF0810001", b"inconnu", "VALUE_UNKNOWN", "N° CAF"),
    "another role": (b";demandeur", b";enfant", "VALUE_UNKNOWN", "Role"),
}


@pytest.mark.parametrize(("good", "bad", "code", "path"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_value_that_cannot_be_read_loses_nobody_and_is_said(
    fresh_database: Database, tmp_path: Path, good: bytes, bad: bytes, code: str, path: str
) -> None:
    content = user_file([MAELLE, GASPARD])
    assert good in content
    written = file(tmp_path, content.replace(good, bad, 1))
    report = await ingest(fresh_database, "rdv-insertion", written, as_of=MONDAY, department="08")
    assert (codes(report), asides(report)) == ([], [(1, path, code)])
    assert await values(fresh_database, "SELECT first_name FROM people.person ORDER BY 1") == ["Gaspard", "Maëlle"]


async def test_numbers_of_more_than_seven_digits_and_phones_without_their_zero_are_kept(
    fresh_database: Database, tmp_path: Path
) -> None:
    content = user_file([MAELLE]).replace(b"CAF0810001", b"12345678")
    content = content.replace(MAELLE.phone.encode(), MAELLE.phone[1:].encode())
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, content), as_of=MONDAY)
    assert (codes(report), asides(report)) == ([], [])
    assert await values(fresh_database, "SELECT matricule FROM people.identity") == ["12345678"]
    assert await values(fresh_database, "SELECT phones FROM people.contact") == [[MAELLE.phone]]


async def test_a_file_in_windows_1252_is_read_as_such_and_a_mixture_is_refused(
    fresh_database: Database, tmp_path: Path
) -> None:
    content = user_file([MAELLE]).decode().encode("cp1252")
    mixed = content + user_file([GASPARD]).partition(b"\n")[2].replace(b"Gaspard", "Gaspaël".encode())
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, mixed), as_of=MONDAY)
    assert (codes(report), report.rows) == ([(0, "", "ENCODING_WRONG")], 0)
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, content), as_of=MONDAY)
    assert codes(report) == []
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["Maëlle"]


async def test_a_refusal_names_the_line_of_the_file_and_the_report_what_is_not_kept(
    fresh_database: Database, tmp_path: Path
) -> None:
    header, _, rest = user_file([MAELLE, GASPARD]).partition(b"\n")
    lines = rest.splitlines()
    content = b"\n".join([header + b";Note libre", b"", lines[0] + b";x", lines[1] + b";y;trop", b""])
    report = await ingest(fresh_database, "rdv-insertion", file(tmp_path, content), as_of=MONDAY)
    assert [(refusal.line, refusal.record, refusal.code) for refusal in report.refusals] == [(4, 2, "ROW_SHAPE")]
    assert report.unread["Note libre"] == 1
    assert adds_up(report)


async def test_the_suffix_of_a_file_may_be_written_in_capitals(fresh_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "USAGERS.CSV"
    path.write_bytes(user_file([MAELLE]))
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY)
    assert report.counts == {Outcome.CREATED: 1}


async def test_a_missing_column_is_named(database: Database, tmp_path: Path) -> None:
    content = user_file([MAELLE]).replace(b"Date de Naissance", b"Jour")
    report = await ingest(database, "rdv-insertion", file(tmp_path, content), as_of=MONDAY)
    assert [(path, code) for _, path, code in codes(report)] == [("Date de Naissance", "COLUMN_MISSING")]


EXPORT = {
    "Civilité": "madame",
    "Nom": "Ardoisier",
    "Prénom": "Maëlle",
    "Numéro d'allocataire": "2055990",
    "ID interne au département": "DEMO000001",
    "ID France Travail": "00000000001",
    "Email": "maelle@example.org",
    "Adresse": "12 rue de l'Exemple",
    "Code postal": "08200",
    "Ville": "Sedan",
    "Téléphone": "0639980010",
    "Date de naissance": "02/08/1978",
    "Date de création": "15/01/2026",
    "Date d'entrée flux": "01/02/2024",
    "Rôle": "demandeur",
    "Statut": "Rendez-vous honoré",
    "Statut de la catégorie de motifs": "RDV honoré",
    "Type d'orientation": "Socio-pro",
    "Date de début d'accompagnement": "05/03/2026",
    "Date de fin d'accompagnement": "",
    "Structure d'orientation": "PLIE de l'exemple",
    "Référent(s)": "ref.un@example.org, ref.deux@example.org",
    "Nombre d'organisations": "1",
    "Tags": "priorité",
}
"""An export of RDV-Insertion: headings and one row."""
ORIENTED = "SELECT i.email, i.street, o.pathway FROM people.identity i LEFT JOIN people.orientation o USING (person_id)"


def table(folder: Path, **cells: str | None) -> Path:
    """Write the export with these cells, leaving out each column whose cell is None."""
    columns = {heading: text for heading, text in (EXPORT | cells).items() if text is not None}
    return file(folder, "\n".join((";".join(columns), ";".join(columns.values()))).encode("utf-8-sig"))


async def test_an_export_of_rdv_insertion_is_read_column_by_column(fresh_database: Database, tmp_path: Path) -> None:
    report = await ingest(fresh_database, "rdv-insertion", table(tmp_path), as_of=MONDAY)

    assert (report.counts, asides(report)) == ({Outcome.CREATED: 1}, [])
    [record] = await rows(fresh_database, "SELECT * FROM people.identity")
    assert (record["france_travail_id"], record["matricule"], record["role"]) == ("00000000001", "2055990", "DEMANDEUR")
    assert (record["street"], record["postal_code"], record["city"]) == ("12 rue de l'Exemple", "08200", "Sedan")
    assert record["rsa_rights_and_duties_since"] == date(2024, 2, 1)
    assert sorted(await values(fresh_database, "SELECT email FROM people.agent")) == [
        "ref.deux@example.org",
        "ref.un@example.org",
    ]
    orientations = "SELECT pathway, starts_on, ends_on, organisation_siret FROM people.orientation"
    [orientation] = await rows(fresh_database, orientations)
    assert list(orientation.values()) == ["SOCIO_PRO", date(2026, 3, 5), None, None]
    assert {"Tags", "Statut", "Structure d'orientation"} <= report.unread.keys()

    again = await ingest(fresh_database, "rdv-insertion", table(tmp_path), as_of=MONDAY)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 1}, 0)


async def test_a_column_that_is_not_there_takes_nothing_away_and_an_empty_one_does(
    fresh_database: Database, tmp_path: Path
) -> None:
    places = ("Adresse", "Code postal", "Ville")
    absent = dict.fromkeys(("Email", *places, "Date de début d'accompagnement", "Référent(s)"))
    await ingest(fresh_database, "rdv-insertion", table(tmp_path), as_of=MONDAY)
    await ingest(fresh_database, "rdv-insertion", table(tmp_path, **absent), as_of=TUESDAY, department="08")
    [row] = await rows(fresh_database, ORIENTED)
    assert list(row.values()) == ["maelle@example.org", "12 rue de l'Exemple", "SOCIO_PRO"]
    assert len(await values(fresh_database, "SELECT 1 FROM people.referent")) == 2

    empty = dict.fromkeys(absent, "")
    report = await ingest(
        fresh_database, "rdv-insertion", table(tmp_path, **empty), as_of=TUESDAY.replace(hour=9), department="08"
    )
    [emptied] = await rows(fresh_database, ORIENTED)
    assert (report.counts, list(emptied.values())) == ({Outcome.UPDATED: 1}, [None, None, None])
    assert await values(fresh_database, "SELECT 1 FROM people.referent") == []


async def test_values_of_an_export_that_cannot_be_read_are_set_aside_by_their_column(
    fresh_database: Database, tmp_path: Path
) -> None:
    unknown = {
        "Type d'orientation": "Garantie jeunes",
        "Date de fin d'accompagnement": "32/13/2026",
        "Code postal": "8200",
    }
    report = await ingest(fresh_database, "rdv-insertion", table(tmp_path, **unknown), as_of=MONDAY, department="08")
    assert sorted(asides(report)) == [
        (1, "Adresse", "VALUE_UNKNOWN"),
        (1, "Code postal", "LEADING_ZERO_LOST"),
        (1, "Date de fin d'accompagnement", "DATE_INVALID"),
        (1, "Type d'orientation", "VALUE_UNKNOWN"),
    ]
    assert await values(fresh_database, "SELECT pathway FROM people.orientation") == [None]
