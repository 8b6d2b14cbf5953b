"""A dossier of the MSA, whose number is a NIR: its adults are matched and found by it, and nobody reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from demo.contact_files import contacts
from demo.rdvi_files import rdv_message
from schema.facts import Fact
from schema.nir import COVER, control_key
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.people.finding import keys as match_keys
from tests.conftest import Database
from tests.sources.ingestion import codes, ingest, rows, values, versions, webhook
from tests.sources.test_rdv_insertion import SOLO

TITOUAN, SIDONIE = BY_SLUG["titouan"], BY_SLUG["sidonie"]
NOVEMBER = date(2026, 11, 1)
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
NUMBER = f"{TITOUAN.nir}{control_key(TITOUAN.nir):02}"
FORMS = {"with its key": NUMBER, "without it": TITOUAN.nir, "filled up with zeros": f"{TITOUAN.nir}00"}


async def ingest_dossier(database: Database, folder: Path, number: str) -> list[tuple[int, str, str]]:
    """The flux of a couple whose dossier has this number at the MSA."""
    couple = [replace(person, dossier=number) for person in (TITOUAN, SIDONIE)]
    content = flux(couple, NOVEMBER).replace(b"<FONORG>CAF", b"<FONORG>MSA")
    padded = number.ljust(15, "0").encode()
    assert padded in content
    path = folder / "flux.xml"
    path.write_bytes(content.replace(b">" + padded + b"<", f">{number}{' ' * (15 - len(number))}<".encode()))
    return codes(await ingest(database, "cnaf-flux", path))


@pytest.mark.parametrize("number", FORMS.values(), ids=FORMS)
async def test_the_couple_of_a_dossier_is_one_whatever_the_form_of_its_number(
    fresh_database: Database, tmp_path: Path, number: str
) -> None:
    assert await ingest_dossier(fresh_database, tmp_path, number) == []
    written = await versions(fresh_database)
    assert await ingest_dossier(fresh_database, tmp_path, number) == []
    assert await versions(fresh_database) == written

    [matricule] = await values(fresh_database, "SELECT DISTINCT matricule FROM people.identity")
    assert matricule.startswith(COVER)
    partners = "SELECT count(*) FROM people.household WHERE partner_id IS NOT NULL"
    assert await values(fresh_database, partners) == [2]
    [first_name] = await values(
        fresh_database,
        "SELECT p.first_name FROM access.link l JOIN people.person p ON p.id = l.person_id"
        " WHERE l.relation = $1 AND l.scope_id = $2",
        int(Fact.NATIONWIDE),
        match_keys(
            {
                "birthDate": str(SIDONIE.birth_date),
                "identifier": {"kind": "MSA", "value": NUMBER, "organisation": "081", "role": "CONJOINT"},
            },
            fresh_database.keys.nir,
        )[1],
    )
    assert first_name == SIDONIE.first_name.upper()


async def test_other_sources_reach_the_dossier_by_the_same_number(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_dossier(fresh_database, tmp_path, NUMBER)
    path = tmp_path / "contacts.csv"
    path.write_bytes(contacts([replace(TITOUAN, dossier=TITOUAN.nir)]))
    report = await ingest(fresh_database, "cnaf-contact", path, as_of=AS_OF)
    assert (codes(report), report.counts) == ([], {Outcome.CREATED: 1})
    body = rdv_message(SOLO, AS_OF.date())
    [participation] = body["data"]["participations"]
    user = {
        "birth_date": str(SIDONIE.birth_date),
        "first_name": SIDONIE.first_name,
        "last_name": SIDONIE.last_name,
        "affiliation_number": f"MSA {NUMBER}",
        "role": "conjoint",
        "nir": None,
        "france_travail_id": None,
        "department_internal_id": None,
    }
    participation["user"] |= user
    report = await ingest(fresh_database, "rdv-insertion", webhook(tmp_path, "rdv", body))
    assert codes(report) == []
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == [2]
    identities = await rows(fresh_database, "SELECT DISTINCT matricule FROM people.identity")
    assert len(identities) == 1


async def test_a_long_number_of_the_caf_that_is_no_nir_is_kept_as_it_is(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "flux.xml"
    number = f"{TITOUAN.nir}{control_key(TITOUAN.nir) % 97 + 1:02}"
    path.write_bytes(flux([replace(TITOUAN, dossier=number)], NOVEMBER))
    assert codes(await ingest(fresh_database, "cnaf-flux", path)) == []
    assert await values(fresh_database, "SELECT value FROM people.identifier WHERE kind = 'CAF'") == [number]
