"""The CNAF's ways of contact: those of a dossier, for its adults and nobody else, and never as a person's own."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.cast import BY_SLUG, Person
from demo.cnaf_files import flux
from demo.contact_files import contacts
from demo.rdvi_files import user_file
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from tests.conftest import Database
from tests.sources.ingestion import adds_up, asides, codes, everything_told, ingest, rows, values, versions

TITOUAN, SIDONIE, MAELLE, LISANDRU = (BY_SLUG[slug] for slug in ("titouan", "sidonie", "maelle", "lisandru"))
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
MONDAY, TUESDAY = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
Reached = dict[str, tuple[str | None, list[str], str, str]]


async def ingest_flux(database: Database, folder: Path, *people: Person, reference: date = NOVEMBER) -> None:
    path = folder / "flux.xml"
    path.write_bytes(flux(people, reference))
    assert (await ingest(database, "cnaf-flux", path)).complete


async def ingest_contacts(
    database: Database, folder: Path, content: bytes, as_of: datetime = MONDAY, department: str | None = None
) -> Report:
    path = folder / "contacts.csv"
    path.write_bytes(content)
    return await ingest(database, "cnaf-contact", path, as_of=as_of, department=department)


async def reached(database: Database) -> Reached:
    """First name → e-mail, telephones, origin and source, of whoever can be reached."""
    contact_rows = await rows(
        database,
        "SELECT p.first_name, c.email, c.phones, c.origin, c.source FROM people.contact c"
        " JOIN people.person p ON p.id = c.person_id WHERE c.email IS NOT NULL OR c.phones <> '{}'",
    )
    return {row["first_name"]: (row["email"], row["phones"], row["origin"], row["source"]) for row in contact_rows}


def by_dossier(person: Person, *people: Person) -> Reached:
    """What these people have once the CNAF has said how to reach the dossier of the person."""
    contact = (person.email, [person.phone], "DOSSIER", "cnaf-contact")
    return {adult.first_name.upper(): contact for adult in (person, *people)}


def changed(content: bytes, old: str, new: str) -> bytes:
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


async def test_the_adults_of_a_dossier_have_its_contact_and_nobody_else(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE, MAELLE)
    report = await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN]))
    assert report.counts == {Outcome.CREATED: 1}
    assert await reached(fresh_database) == by_dossier(TITOUAN, SIDONIE)


async def test_the_same_file_again_writes_nothing_and_an_older_one_changes_nothing(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE)
    await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN]), TUESDAY)
    before = await versions(fresh_database)
    again = await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN]), TUESDAY)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 1}, 0)
    older = await ingest_contacts(
        fresh_database, tmp_path, changed(contacts([TITOUAN]), TITOUAN.email, "a@example.org")
    )
    assert (older.counts, older.rows) == ({Outcome.OLDER: 1}, 0)
    assert await versions(fresh_database) == before


async def test_a_newer_file_that_says_no_way_of_contact_takes_it_away(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest_contacts(fresh_database, tmp_path, contacts([MAELLE]))
    silent = changed(changed(contacts([MAELLE]), MAELLE.email, ""), MAELLE.phone[1:], "")
    assert (await ingest_contacts(fresh_database, tmp_path, silent, TUESDAY)).counts == {Outcome.UPDATED: 1}
    assert await reached(fresh_database) == {}


async def test_whoever_leaves_the_dossier_loses_its_contact_and_whoever_joins_gets_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE, MAELLE)
    await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN]))
    separated = replace(SIDONIE, dossier="0810099", role="demandeur")
    await ingest_flux(fresh_database, tmp_path, TITOUAN, separated, reference=DECEMBER)
    assert await reached(fresh_database) == by_dossier(TITOUAN)
    joined = replace(MAELLE, dossier=TITOUAN.dossier, role="conjoint")
    await ingest_flux(fresh_database, tmp_path, TITOUAN, joined, reference=JANUARY)
    assert await reached(fresh_database) == by_dossier(TITOUAN, MAELLE)


@pytest.mark.parametrize("first", ["cnaf-contact", "rdv-insertion"])
async def test_what_a_tool_knows_of_the_person_comes_before_what_the_cnaf_knows_of_the_dossier(
    fresh_database: Database, tmp_path: Path, first: str
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE)
    users = tmp_path / "usagers.csv"
    users.write_bytes(user_file([SIDONIE]))
    if first == "rdv-insertion":
        await ingest(fresh_database, "rdv-insertion", users, as_of=MONDAY)
    await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN]))
    if first == "cnaf-contact":
        await ingest(fresh_database, "rdv-insertion", users, as_of=MONDAY)
    own = (SIDONIE.email, [SIDONIE.phone], "PERSONNE", "rdv-insertion")
    assert await reached(fresh_database) == {**by_dossier(TITOUAN), "SIDONIE": own}


async def test_a_matricule_that_only_a_tool_knows_is_no_dossier_and_nobody_is_made(
    fresh_database: Database, tmp_path: Path
) -> None:
    users = tmp_path / "usagers.csv"
    users.write_bytes(user_file([TITOUAN]))
    await ingest(fresh_database, "rdv-insertion", users, as_of=MONDAY)
    before = await versions(fresh_database)
    report = await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN, MAELLE]))
    assert codes(report) == [(1, "", "MATCH_NONE"), (2, "", "MATCH_NONE")]
    assert await versions(fresh_database) == before


MISMATCHES: dict[str, dict[str, Any]] = {
    "another first name": {"first_name": "Basile"},
    "another name": {"last_name": "Ardoise"},
    "another NIR under the right names": {"number": 98},
}


@pytest.mark.parametrize("mismatch", MISMATCHES.values(), ids=MISMATCHES)
async def test_a_matricule_under_what_belies_it_reaches_nobody(
    fresh_database: Database, tmp_path: Path, mismatch: dict[str, Any]
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    before = await versions(fresh_database)
    content = contacts([replace(MAELLE, **mismatch)])
    if "number" not in mismatch:
        content = changed(content, MAELLE.nir, "")
    assert codes(await ingest_contacts(fresh_database, tmp_path, content)) == [(1, "", "MATCH_CONFLICT")]
    assert await versions(fresh_database) == before


async def test_the_nir_of_one_adult_is_proof_whatever_the_names(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE)
    report = await ingest_contacts(fresh_database, tmp_path, contacts([replace(TITOUAN, last_name="Autrement")]))
    assert report.complete
    assert (await reached(fresh_database)).keys() == {"TITOUAN", "SIDONIE"}


async def test_the_nir_of_an_adult_decides_before_the_names_of_another(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    homonym = flux([replace(MAELLE, number=97, place=LISANDRU.place, birth_date=date(1990, 2, 3))], NOVEMBER)
    path = tmp_path / "flux.xml"
    path.write_bytes(re.sub(rb"<NIR>.*?</NIR>", b"", homonym))
    assert (await ingest(fresh_database, "cnaf-flux", path)).complete
    assert codes(await ingest_contacts(fresh_database, tmp_path, contacts([MAELLE]))) == []
    (person_id,) = await values(fresh_database, "SELECT person_id FROM people.contact WHERE email IS NOT NULL")
    with_nir = "SELECT person_id FROM people.identity WHERE nir_hash IS NOT NULL"
    assert await values(fresh_database, with_nir) == [person_id]


async def test_one_matricule_in_two_organismes_is_told_apart_by_names_or_by_the_departement(
    fresh_database: Database, tmp_path: Path
) -> None:
    homonym = replace(MAELLE, number=97, place=LISANDRU.place, birth_date=date(1990, 2, 3))
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest_flux(fresh_database, tmp_path, replace(LISANDRU, dossier=MAELLE.dossier))
    nameless = changed(contacts([MAELLE]), MAELLE.nir, "")
    assert (await ingest_contacts(fresh_database, tmp_path, nameless)).complete
    assert await reached(fresh_database) == by_dossier(MAELLE)

    await ingest_flux(fresh_database, tmp_path, homonym, reference=DECEMBER)
    assert codes(await ingest_contacts(fresh_database, tmp_path, nameless, TUESDAY)) == [(1, "", "MATCH_SEVERAL")]
    assert (await ingest_contacts(fresh_database, tmp_path, nameless, TUESDAY, department="08")).complete


async def test_two_rows_of_a_dossier_that_disagree_leave_the_first_and_name_the_second(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE)
    report = await ingest_contacts(fresh_database, tmp_path, contacts([TITOUAN, SIDONIE]))
    assert codes(report) == [(2, "", "CONTACT_AMBIGUOUS")]
    assert adds_up(report)
    assert await reached(fresh_database) == by_dossier(TITOUAN, SIDONIE)


async def test_zeros_that_a_spreadsheet_took_off_come_back_and_mobiles_come_first(
    fresh_database: Database, tmp_path: Path
) -> None:
    person = replace(MAELLE, dossier="0000012")
    await ingest_flux(fresh_database, tmp_path, person)
    content = changed(contacts([person]), f"{person.phone[1:]};;", f"199000012;{person.phone[1:]};")
    assert b"\n12;" in content
    assert (await ingest_contacts(fresh_database, tmp_path, content)).complete
    assert (await reached(fresh_database))["MAËLLE"][1] == [person.phone, "0199000012"]


BROKEN = {
    "a matricule of letters": (MAELLE.dossier, "A123456", "MATRICULE", "SCHEMA_INVALID"),
    "a cell too many": (MAELLE.email, "a@example.org;b", "", "ROW_SHAPE"),
}


@pytest.mark.parametrize(("old", "new", "path", "code"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_row_is_set_aside_and_named_and_the_next_is_taken(
    fresh_database: Database, tmp_path: Path, old: str, new: str, path: str, code: str
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE, TITOUAN)
    content = contacts([MAELLE, TITOUAN])
    report = await ingest_contacts(fresh_database, tmp_path, changed(content, old.lstrip("0"), new))
    assert codes(report) == [(1, path, code)]
    assert report.counts == {Outcome.REJECTED: 1, Outcome.CREATED: 1}
    assert new not in everything_told([report])
    assert await reached(fresh_database) == by_dossier(TITOUAN)


UNREADABLE = {
    "a telephone of eight digits": (MAELLE.phone[1:], "63998000", "NUMERO TELEPHONE DOSSIER", "PHONE_INVALID"),
    "no telephone": (MAELLE.phone[1:], "NC", "NUMERO TELEPHONE DOSSIER", "PHONE_INVALID"),
    "no address": (MAELLE.email, "exemple", "ADRESSE ELECTRONIQUE DOSSIER", "EMAIL_INVALID"),
    "an address without domain": (MAELLE.email, "maelle@", "ADRESSE ELECTRONIQUE DOSSIER", "EMAIL_INVALID"),
    "a wrong NIR": (MAELLE.nir, "12345", "nir", "NIR_INVALID"),
}


@pytest.mark.parametrize(("old", "new", "path", "code"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_value_that_cannot_be_read_is_set_aside_and_said_and_the_rest_of_its_row_is_taken(
    fresh_database: Database, tmp_path: Path, old: str, new: str, path: str, code: str
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE, TITOUAN)
    content = changed(contacts([MAELLE, TITOUAN]), old, new)
    report = await ingest_contacts(fresh_database, tmp_path, content)
    assert (codes(report), asides(report)) == ([], [(1, path, code)])
    assert report.counts == {Outcome.CREATED: 2}
    assert new not in everything_told([report]).replace("NIR_INVALID", "")
    assert (await reached(fresh_database)).keys() == by_dossier(MAELLE, TITOUAN).keys()


async def test_the_contact_of_a_dossier_goes_when_nobody_is_in_it(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE, TITOUAN)
    await ingest_contacts(fresh_database, tmp_path, contacts([MAELLE, TITOUAN]))
    path = tmp_path / "without-adults.xml"
    path.write_bytes(changed(flux([MAELLE], date(2026, 12, 1)), "<ROLEPERS>DEM<", "<ROLEPERS>ENF<"))
    assert (await ingest(fresh_database, "cnaf-flux", path)).complete
    assert await values(fresh_database, "SELECT 1 FROM people.identity WHERE matricule = $1", MAELLE.dossier) == []
    assert await values(fresh_database, "SELECT matricule FROM people.dossier_contact") == [TITOUAN.dossier]


async def test_the_sample_reaches_the_dossier_that_it_names_once_its_matricule_is_one(
    fresh_database: Database, tmp_path: Path, samples: Path
) -> None:
    content = (samples / "cnaf-contact" / "fichier_contact_test.csv").read_bytes()
    [line] = csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";")
    person = replace(MAELLE, last_name=line["NOM RESPONSABLE DOSSIER"], first_name=line["PRENOM RESPONSABLE DOSSIER"])
    await ingest_flux(fresh_database, tmp_path, person)

    report = await ingest_contacts(fresh_database, tmp_path, content)
    assert codes(report) == [(1, "MATRICULE", "SCHEMA_INVALID")]

    report = await ingest_contacts(fresh_database, tmp_path, changed(content, line["MATRICULE"], MAELLE.dossier or ""))
    assert report.counts == {Outcome.CREATED: 1}
    phone = f"0{line['NUMERO TELEPHONE DOSSIER']}"
    said_by_dossier = (line["ADRESSE ELECTRONIQUE DOSSIER"], [phone], "DOSSIER", "cnaf-contact")
    assert await reached(fresh_database) == {person.first_name: said_by_dossier}
