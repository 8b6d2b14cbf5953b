"""What the CNAF flux says of activity, resources, suspension, identity and street: reduced, then kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from schema.categories import Category
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.people import values as v
from subgraphs.people.sources import cnaf_codes, cnaf_situation
from tests.conftest import Database
from tests.sources.ingestion import codes, ingest, rows, values, versions

TITOUAN, SIDONIE = BY_SLUG["titouan"], BY_SLUG["sidonie"]
MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
ACTIVITY = re.compile(rb"<ACT>(?!SAL<)[A-Z]{3}</ACT>|<ACT>SAL</ACT>(?=\s*<DDACT>2022)")


def file(folder: Path, content: bytes) -> Path:
    path = folder / "flux.xml"
    path.write_bytes(content)
    return path


def with_activity(content: bytes, code: str) -> bytes:
    return ACTIVITY.sub(f"<ACT>{code}</ACT>".encode(), content)


def person(*months: tuple[str, tuple[tuple[str, str], ...]], none: str = "0") -> etree._Element:
    """A person with these resources by month."""
    monthly = "".join(
        f"<RessourcesMensuelles><GeneraliteRessourcesMensuelles><MOISRESS>{month}</MOISRESS>"
        "</GeneraliteRessourcesMensuelles>"
        + "".join(
            f"<DetailRessourcesMensuelles><NATRESS>{nature}</NATRESS><MTNATRESSMEN>{euros}</MTNATRESSMEN>"
            "</DetailRessourcesMensuelles>"
            for nature, euros in details
        )
        + "</RessourcesMensuelles>"
        for month, details in months
    )
    general = f"<TOPRESSNUL>{none}</TOPRESSNUL><DFRESS>2026-10-31</DFRESS>"
    return etree.fromstring(
        f"<Personne><Ressources><GeneraliteRessourcesTrimestre>{general}</GeneraliteRessourcesTrimestre>{monthly}"
        "</Ressources></Personne>"
    )


def suspended(path: str, motive: str, day: str, since: str, code: str) -> etree._Element:
    return etree.fromstring(f"<s><{path}><{motive}>{code}</{motive}><{day}>{since}</{day}></{path}></s>")


async def test_the_situation_of_each_adult_is_kept_and_nothing_that_it_was_made_of(
    fresh_database: Database, tmp_path: Path
) -> None:
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([TITOUAN, SIDONIE, GASPARD], NOVEMBER)))
    assert codes(report) == []
    situations = await rows(
        fresh_database,
        "SELECT p.first_name, p.work_situation, p.identity_certified, p.nir_last_digits, c.street, s.month, s.band,"
        " s.earned, r.suspension_reason, i.request_number FROM people.person p"
        " JOIN people.contact c ON c.person_id = p.id JOIN people.resources s ON s.person_id = p.id"
        " JOIN people.rsa r ON r.person_id = p.id JOIN people.identifier i ON i.person_id = p.id AND i.kind = 'CAF'"
        " ORDER BY 1",
    )
    october = date(2026, 10, 1)
    assert [tuple(row.values()) for row in situations] == [
        ("GASPARD", "SANS_EMPLOI", True, "004", "4 RUE DE L'EXEMPLE", october, "DE_500_A_1000", False, "SANTE",
         "00000000004"),
        ("SIDONIE", "MALADIE", True, "003", "2 RUE DE L'EXEMPLE", october, "DE_500_A_1000", False, None,
         "00000000002"),
        ("TITOUAN", "SANS_EMPLOI", True, "002", "2 RUE DE L'EXEMPLE", october, "DE_500_A_1000", False, None,
         "00000000002"),
    ]  # fmt: skip
    allocations = await rows(
        fresh_database,
        "SELECT p.first_name, unemployment_insurance, specific_solidarity FROM people.allocations a"
        " JOIN people.person p ON p.id = a.person_id ORDER BY 1",
    )
    assert [tuple(row.values()) for row in allocations] == [("GASPARD", False, True), ("TITOUAN", True, False)]
    tables = await values(fresh_database, "SELECT tablename FROM pg_tables WHERE schemaname = 'people'")
    stored = {
        str(value)
        for table in tables
        for row in await rows(fresh_database, f"SELECT * FROM people.{table}")
        for value in row.values()
    }
    assert stored & {"ASS", "ABA", "MAL", "010", "011", "97", "540", "540.00", "1020", "890.00", "890"} == set()


async def test_the_same_file_again_writes_nothing_and_a_newer_one_replaces_the_situation(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = file(tmp_path, flux([MAELLE], NOVEMBER))
    await ingest(fresh_database, "cnaf-flux", path)
    before = await versions(fresh_database)
    assert (await ingest(fresh_database, "cnaf-flux", path)).counts == {Outcome.UNCHANGED: 1}
    assert await versions(fresh_database) == before

    newer = with_activity(flux([MAELLE], DECEMBER), "SIN")
    newer = re.sub(rb"<Ressources>.*?</Ressources>", b"", newer, flags=re.DOTALL)
    newer = newer.replace(b"<TOPVALIEC>1<", b"<TOPVALIEC>0<")
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, newer))) == []
    assert await values(fresh_database, "SELECT work_situation FROM people.person") == [None]
    assert await values(fresh_database, "SELECT identity_certified FROM people.person") == [False]
    assert await values(fresh_database, "SELECT 1 FROM people.resources") == []
    assert await values(fresh_database, "SELECT 1 FROM people.allocations") == []


async def test_a_flux_without_any_of_it_is_read_all_the_same(fresh_database: Database, tmp_path: Path) -> None:
    bare = flux([replace(GASPARD, children=0)], NOVEMBER)
    for tag in ("Ressources", "Activite", "TOPVALIEC", "NUMDEMRSA", "NUMVOIE", "LIBTYPEVOIE", "NOMVOIE",
                "MOTISUSVERSRSA"):  # fmt: skip
        bare = re.sub(f"<{tag}>.*?</{tag}>".encode(), b"", bare, flags=re.DOTALL)
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, bare))) == []
    assert await values(fresh_database, "SELECT suspension_reason FROM people.rsa") == ["AUTRE"]
    assert await values(fresh_database, "SELECT street FROM people.contact") == [None]


async def test_the_sample_says_situation_and_street(fresh_database: Database, samples: Path) -> None:
    await ingest(fresh_database, "cnaf-flux", samples / "cnaf-flux" / "RSABEM.xml")
    situations = await rows(
        fresh_database,
        "SELECT first_name, identity_certified, work_situation, s.month, s.band, s.earned, c.street"
        " FROM people.person p JOIN people.resources s ON s.person_id = p.id"
        " JOIN people.contact c ON c.person_id = p.id WHERE first_name IN ('NOEL', 'SOPHIE') ORDER BY 1",
    )
    for row in situations:
        assert (row["identity_certified"], row["work_situation"]) == (True, "SANS_EMPLOI")
        assert (row["month"], row["band"], row["earned"]) == (date(2021, 10, 1), "AU_MOINS_1500", True)
        assert row["street"] == "1 RUE EXEMPLE"
    assert len(situations) == 2


@pytest.mark.parametrize(
    ("euros", "band"),
    [("0", "AUCUNE"), ("0.01", "MOINS_DE_500"), ("499.99", "MOINS_DE_500"), ("500", "DE_500_A_1000"),
     ("999.99", "DE_500_A_1000"), ("1000", "DE_1000_A_1500"), ("1500", "AU_MOINS_1500"), ("99999", "AU_MOINS_1500")],
)  # fmt: skip
def test_the_bounds_of_the_bands(euros: str, band: str) -> None:
    income = cnaf_situation.income([person(("2026-10-01", (("001", euros),)))])
    assert income == cnaf_situation.Income(date(2026, 10, 1), band)


def test_the_band_is_of_the_whole_foyer_in_its_last_month_without_deductions_and_counts() -> None:
    claimant = person(
        ("2026-09-01", (("001", "9000"),)), ("2026-10-01", (("010", "300"), ("060", "250"), ("216", "151")))
    )
    partner = person(("2026-10-01", (("030", "250"),)))
    assert cnaf_situation.income([claimant, partner]) == cnaf_situation.Income(date(2026, 10, 1), "DE_500_A_1000")
    assert [cnaf_situation.earns(adult, date(2026, 10, 1)) for adult in (claimant, partner)] == [False, True]
    assert cnaf_situation.earns(claimant, date(2026, 9, 1)) is True


def test_resources_that_are_not_told_or_not_declared_have_no_band() -> None:
    assert cnaf_situation.income([etree.fromstring("<Personne/>")]) is None
    assert cnaf_situation.earns(etree.fromstring("<Personne/>"), NOVEMBER) is None
    assert cnaf_situation.income([person()]) is None
    assert cnaf_situation.income([person(none="1")]) == cnaf_situation.Income(date(2026, 10, 1), "AUCUNE")
    undeclared = person(("2026-10-01", (("999", "0"), ("001", "100"))))
    assert cnaf_situation.income([undeclared]) == cnaf_situation.Income(date(2026, 10, 1), None)


def test_the_activity_is_the_one_that_goes_on_begun_last() -> None:
    element = etree.fromstring(
        "<Personne><Activite><ACT>SAL</ACT><DDACT>2020-01-01</DDACT></Activite>"
        "<Activite><ACT>SFP</ACT><DDACT>2026-10-01</DDACT><DFACT>2026-10-31</DFACT></Activite>"
        "<Activite><ACT>CHO</ACT><DDACT>2025-06-01</DDACT><DFACT>2026-11-01</DFACT></Activite></Personne>"
    )
    assert cnaf_situation.activity(element, NOVEMBER) == "CHO"
    assert cnaf_situation.activity(element, DECEMBER) == "SAL"
    assert cnaf_situation.activity(element, date(2026, 10, 15)) == "SFP"
    assert cnaf_situation.activity(etree.fromstring("<Personne/>"), NOVEMBER) is None


@pytest.mark.parametrize(
    ("code", "situation"),
    [("SAL", "EN_EMPLOI"), ("MLD", "MALADIE"), ("INV", "INVALIDITE"), ("HAN", "AUTRE"), ("MAT", "AUTRE"),
     ("CAT", "AUTRE"), ("ZZZ", "AUTRE"), (None, None)],
)  # fmt: skip
def test_a_situation_that_no_value_says_is_an_ordinary_one(code: str | None, situation: str | None) -> None:
    assert cnaf_situation.situation(code) == situation


@pytest.mark.parametrize(
    ("path", "motive", "day", "code", "family"),
    [("SuspensionVersement", "MOTISUSVERSRSA", "DDSUSVERSRSA", "36", "SEJOUR"),
     ("SuspensionVersement", "MOTISUSVERSRSA", "DDSUSVERSRSA", "44", "SANTE"),
     ("SuspensionVersement", "MOTISUSVERSRSA", "DDSUSVERSRSA", "DA", "SITUATION"),
     ("SuspensionVersement", "MOTISUSVERSRSA", "DDSUSVERSRSA", "CG", "AUTRE"),
     ("SuspensionDroit", "MOTISUSDRORSA", "DDSUSDRORSA", "DB", "RESSOURCES"),
     ("SuspensionDroit", "MOTISUSDRORSA", "DDSUSDRORSA", "36", "AUTRE")],
)  # fmt: skip
def test_a_motive_is_told_by_its_family(path: str, motive: str, day: str, code: str, family: str) -> None:
    since = "2026-10-03"
    assert cnaf_situation.suspension(suspended(path, motive, day, since, code)) == (date(2026, 10, 3), family)


def test_every_value_that_codes_lead_to_is_served() -> None:
    assert {*cnaf_codes.ACTIVITIES.values(), cnaf_codes.ORDINARY} <= v.WorkSituation.__members__.keys()
    families = {*cnaf_codes.PAYMENT_SUSPENDED.values(), *cnaf_codes.RIGHT_SUSPENDED.values(), cnaf_codes.ORDINARY}
    assert families <= v.SuspensionReason.__members__.keys()
    definition: Any = v.WorkSituation
    assert categories_of_values(definition.__strawberry_definition__) == {Category.SAN: ("MALADIE", "INVALIDITE")}
