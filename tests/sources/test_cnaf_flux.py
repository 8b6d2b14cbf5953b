"""The CNAF flux is written as the file says, and a broken file or foyer leaves nothing half-written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from demo.rdvi_files import user_file
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.people.sources import cnaf_stream
from subgraphs.people.sources.cnaf_schema import SHAPE
from subgraphs.people.tables import RSA_STATUSES
from tests.conftest import Database
from tests.sources.ingestion import adds_up, asides, codes, everything_told, ingest, rows, values, versions

COUPLE = [BY_SLUG["titouan"], BY_SLUG["sidonie"]]
MAELLE = BY_SLUG["maelle"]
GASPARD = BY_SLUG["gaspard"]
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def file(folder: Path, content: bytes, name: str = "flux.xml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def links(database: Database, relation: Fact) -> list[tuple[str, str]]:
    link_rows = await rows(
        database,
        "SELECT p.first_name, l.scope_id FROM access.link l JOIN people.person p ON p.id = l.person_id"
        " WHERE l.relation = $1 ORDER BY 1, 2",
        int(relation),
    )
    return [(row["first_name"], row["scope_id"]) for row in link_rows]


async def test_matricules_that_only_begin_alike_are_two_foyers(fresh_database: Database, tmp_path: Path) -> None:
    longer = replace(GASPARD, dossier=f"{MAELLE.dossier}23456")
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE, longer], NOVEMBER)))
    assert report.counts == {Outcome.CREATED: 2}
    assert await values(fresh_database, "SELECT first_name FROM people.person ORDER BY 1") == ["GASPARD", "MAËLLE"]


async def test_a_nir_that_comes_or_goes_keeps_the_person(fresh_database: Database, tmp_path: Path) -> None:
    with_nir = flux([MAELLE], NOVEMBER)
    without = re.sub(rb"<NIR>.*?</NIR>", b"", flux([MAELLE], OCTOBER))
    person_ids = []
    for content in (without, with_nir, without.replace(b"2026-10-01", b"2026-12-01")):
        report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, content))
        assert (codes(report), len(report.counts)) == ([], 1)
        person_ids += await values(fresh_database, "SELECT id FROM people.person")
        assert len(await values(fresh_database, "SELECT 1 FROM people.identity")) == 1
    assert len(person_ids) == 3
    assert len(set(person_ids)) == 1
    other_nir = with_nir.replace(b"2026-11-01", b"2027-01-01").replace(
        MAELLE.nir.encode(), BY_SLUG["ondine"].nir.encode()
    )
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, other_nir))) == []
    corrected = with_nir.replace(b"2026-11-01", b"2027-02-01")
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, corrected))) == []
    assert await values(fresh_database, "SELECT id FROM people.person") == person_ids[:1]
    assert len(await values(fresh_database, "SELECT 1 FROM people.identity")) == 1


async def test_a_nir_that_is_corrected_to_that_of_someone_known_joins_nobody(
    fresh_database: Database, tmp_path: Path
) -> None:
    ondine = BY_SLUG["ondine"]
    content = flux([MAELLE, ondine], OCTOBER).replace(
        ondine.birth_date.isoformat().encode(), MAELLE.birth_date.isoformat().encode()
    )
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, content))) == []
    before = await values(fresh_database, "SELECT id FROM people.person ORDER BY id")
    corrected = flux([MAELLE], NOVEMBER).replace(MAELLE.nir.encode(), ondine.nir.encode())
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, corrected))
    assert [refusal.code for refusal in report.refusals] == ["MATCH_CONFLICT"]
    assert await values(fresh_database, "SELECT id FROM people.person ORDER BY id") == before


async def test_another_adult_under_the_same_dossier_and_role_is_another_person(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE], OCTOBER)))
    before = await values(fresh_database, "SELECT id FROM people.person")
    successor = (
        flux([MAELLE], NOVEMBER)
        .replace(MAELLE.nir.encode(), BY_SLUG["ondine"].nir.encode())
        .replace("MAËLLE".encode("windows-1252"), b"BRUNO")
    )
    assert codes(await ingest(fresh_database, "cnaf-flux", file(tmp_path, successor))) == []
    (after,) = await values(fresh_database, "SELECT id FROM people.person")
    assert after not in before


async def test_the_sample_goes_in_and_reads_back(fresh_database: Database, samples: Path) -> None:
    report = await ingest(fresh_database, "cnaf-flux", samples / "cnaf-flux" / "RSABEM.xml")

    assert report.complete
    assert report.counts == {Outcome.CREATED: 2}
    people = await rows(
        fresh_database,
        "SELECT p.*, r.status, r.suspended_on, c.city_code, c.origin FROM people.person p"
        " JOIN people.rsa r ON r.person_id = p.id JOIN people.contact c ON c.person_id = p.id ORDER BY birth_date",
    )
    assert [(row["last_name"], row["first_name"], row["birth_date"], row["civility"]) for row in people] == [
        ("BULLOCK", "ETA", date(1973, 7, 21), "MADAME"),
        ("KELLER", "NOEL", date(1977, 3, 23), "MONSIEUR"),
        ("TIFOUR", "SOPHIE", date(1982, 2, 1), "MADAME"),
    ]
    assert {row["as_of"] for row in people} == {datetime(2022, 2, 28, tzinfo=UTC)}
    assert [row["status"] for row in people] == ["DROIT_OUVERT_VERSEMENT_SUSPENDU", "CLOS", "CLOS"]
    assert people[0]["suspended_on"] == date(2021, 11, 1)
    assert {(row["city_code"], row["origin"]) for row in people} == {("08105", "DOSSIER")}
    assert await values(fresh_database, "SELECT DISTINCT matricule FROM people.identity ORDER BY 1") == [
        "2055990",
        "2089564",
    ]
    assert await links(fresh_database, Fact.DEPARTMENT_BRSA) == [("ETA", "52")]
    assert await links(fresh_database, Fact.TERRITORY) == [("ETA", "08"), ("NOEL", "08"), ("SOPHIE", "08")]
    assert await values(fresh_database, "SELECT brsa FROM access.person ORDER BY brsa") == [False, False, True]


async def test_text_is_read_in_the_declared_encoding(fresh_database: Database, tmp_path: Path) -> None:
    content = flux([MAELLE], NOVEMBER)
    assert "MAËLLE".encode("cp1252") in content
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, content))
    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["MAËLLE"]


async def test_the_same_file_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    path = file(tmp_path, flux([MAELLE, *COUPLE], NOVEMBER))
    await ingest(fresh_database, "cnaf-flux", path)
    before = await versions(fresh_database)

    report = await ingest(fresh_database, "cnaf-flux", path)

    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 2}, 0)
    assert await versions(fresh_database) == before


async def test_an_older_file_never_overwrites_a_newer(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE], NOVEMBER)))
    before = await versions(fresh_database)

    older = flux([replace(MAELLE, last_name="Ancienne", state="5")], OCTOBER)
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, older))

    assert report.counts == {Outcome.OLDER: 1}
    assert await versions(fresh_database) == before


async def test_a_newer_file_replaces_what_it_says_and_ends_closed_rights(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE], OCTOBER)))
    assert await links(fresh_database, Fact.DEPARTMENT_BRSA) == [("MAËLLE", "08")]

    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([replace(MAELLE, state="5")], NOVEMBER)))

    assert report.counts == {Outcome.UPDATED: 1}
    assert await values(fresh_database, "SELECT status FROM people.rsa") == ["CLOS"]
    assert await links(fresh_database, Fact.DEPARTMENT_BRSA) == []
    assert await links(fresh_database, Fact.TERRITORY) == [("MAËLLE", "08")]


async def test_an_adult_who_leaves_the_foyer_goes_with_its_links(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux(COUPLE, OCTOBER)))
    gone = await values(fresh_database, "SELECT id FROM people.person WHERE first_name = 'SIDONIE'")

    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux(COUPLE[:1], NOVEMBER)))

    assert await values(fresh_database, "SELECT first_name FROM people.person") == ["TITOUAN"]
    for table in ("access.link", "access.person", "access.person_reference", "people.identity", "people.contact"):
        assert not await values(fresh_database, f"SELECT 1 FROM {table} WHERE person_id = $1", gone[0])


async def test_a_foyer_absent_from_a_file_stays(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE], OCTOBER)))
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([GASPARD], NOVEMBER)))
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 2


async def test_children_are_counted_and_never_registered(fresh_database: Database, tmp_path: Path) -> None:
    content = flux([MAELLE], NOVEMBER)
    assert content.count(b"<ROLEPERS>ENF") == 2 * MAELLE.children
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, content))
    assert await values(fresh_database, "SELECT dependent_children FROM people.household") == [MAELLE.children]
    assert await values(fresh_database, "SELECT first_name FROM people.identity") == ["MAËLLE"]


def test_pregnancies_ends_of_rights_and_homelessness_are_not_even_read() -> None:
    names: set[str] = set()
    pending = [SHAPE]
    while pending:
        shape = pending.pop()
        names |= shape.keys()
        pending += shape.values()
    assert "Ressources" in names
    assert not [name for name in names if name.startswith(("MOTICLO", "Grossesse", "TOPSANSDOM", "Avis", "Pension"))]


async def test_the_nir_is_nowhere_in_the_database(fresh_database: Database, tmp_path: Path) -> None:
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux([MAELLE], NOVEMBER)))
    for schema, table in [
        tuple(row.values())
        for row in await rows(
            fresh_database,
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('people', 'appointments', 'access')",
        )
    ]:
        texts = await values(fresh_database, f"SELECT t::text FROM {schema}.{table} t")
        assert MAELLE.nir not in "".join(texts)


BROKEN = {
    "zero of a matricule": (b"081000100000000", b"81000100000000", "LEADING_ZERO_LOST", "/MATRICULE"),
    "impossible date": (b"1988-03-14", b"1988-13-14", "SCHEMA_INVALID", "/DTNAI"),
    "unknown state": (b"<ETATDOSRSA>2", b"<ETATDOSRSA>9", "SCHEMA_INVALID", "/ETATDOSRSA"),
    "UTF-8 in windows-1252": ("MAËLLE".encode("cp1252"), "MAËLLE".encode(), "ENCODING_WRONG", "/PRENOM"),
}


@pytest.mark.parametrize(("good", "bad", "code", "path"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_foyer_is_refused_whole_and_the_others_go_in(
    fresh_database: Database, tmp_path: Path, good: bytes, bad: bytes, code: str, path: str
) -> None:
    content = flux([GASPARD, MAELLE, *COUPLE], NOVEMBER)
    assert good in content

    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, content.replace(good, bad, 1)))

    [(record, place, refusal_code)] = codes(report)
    assert (record, refusal_code) == (2, code)
    assert place.endswith(path)
    assert adds_up(report)
    assert report.counts == {Outcome.CREATED: 2, Outcome.REJECTED: 1}
    assert not await values(fresh_database, "SELECT 1 FROM people.identity WHERE last_name = 'ARDOISIER'")
    assert bad.decode("latin-1") not in everything_told([report])
    assert len(report.refusals[0].digest) == 64


SET_ASIDE = {
    "zero of a commune": (b"<NUMCOM>08105", b"<NUMCOM>8105", "LEADING_ZERO_LOST", "/NUMCOM"),
    "zero of a postal code": (b"08000", b"8000", "LEADING_ZERO_LOST", "/CODEPOS"),
    "situation of a family": (b"<SITFAM>CEL", b"<SITFAM>9", "VALUE_INVALID", "/SITFAM"),
    "sex": (b"<SEXE>2", b"<SEXE>F", "VALUE_INVALID", "/SEXE"),
    "date of the request": (b"<DTDEMRSA>20", b"<DTDEMRSA>x20", "VALUE_INVALID", "/DTDEMRSA"),
}


@pytest.mark.parametrize(("good", "bad", "code", "path"), SET_ASIDE.values(), ids=SET_ASIDE)
async def test_a_bad_element_is_set_aside_and_its_foyer_is_taken(
    fresh_database: Database, tmp_path: Path, good: bytes, bad: bytes, code: str, path: str
) -> None:
    content = flux([MAELLE], NOVEMBER)
    assert good in content
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, content.replace(good, bad)))
    [(record, place, aside_code)] = asides(report)
    assert (record, aside_code, report.counts) == (1, code, {Outcome.CREATED: 1})
    assert place.endswith(path)
    assert bad.decode() not in everything_told([report])
    assert await values(fresh_database, "SELECT 1 FROM people.identity WHERE last_name = 'ARDOISIER'")


async def test_an_amount_that_is_none_leaves_the_income_of_its_whole_foyer_unknown(
    fresh_database: Database, tmp_path: Path
) -> None:
    content = re.sub(rb"<MTNATRESSMEN>[^<]*<", b"<MTNATRESSMEN>beaucoup<", flux(COUPLE, NOVEMBER), count=1)
    assert b"beaucoup" in content
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, content))
    [(_, place, code)] = asides(report)
    assert (place.rpartition("/")[2], code, report.counts) == ("MTNATRESSMEN", "VALUE_INVALID", {Outcome.CREATED: 1})
    assert await values(fresh_database, "SELECT band FROM people.resources WHERE band IS NOT NULL") == []


@pytest.mark.parametrize(
    ("announced", "refused", "aside"),
    [(2, False, False), (3, True, False), (1, False, True)],
    ids=["right", "more", "less"],
)
async def test_a_total_that_the_file_belies_is_said_and_its_foyers_are_taken(
    fresh_database: Database, tmp_path: Path, announced: int, refused: bool, aside: bool
) -> None:
    content = flux([MAELLE, GASPARD], NOVEMBER)
    total = b"<NBTOTDOSRSATRANSM>%08d<"
    assert total % 2 in content
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, content.replace(total % 2, total % announced)))
    places = [(0, "TransmissionFlux/NBTOTDOSRSATRANSM", "TOTAL_DIFFERS")]
    assert (codes(report), asides(report)) == (places * refused, places * aside)
    assert report.counts == {Outcome.CREATED: 2}


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        (lambda content: content[: content.index(b"TITOUAN")], "TRUNCATED"),
        (lambda content: content.replace(b"<PRENOM>TITOUAN", b"<PRENOM>TIT\x81UAN"), "ENCODING_WRONG"),
        (lambda content: content.replace(b"TITOUAN</PRENOM>", b"TITOUAN</PRENON>"), "XML_MALFORMED"),
        (lambda content: content.replace(b"TITOUAN", b"&rien;"), "XML_MALFORMED"),
    ],
    ids=["truncated", "wrong byte", "malformed", "undeclared entity"],
)
async def test_a_file_that_breaks_off_keeps_what_came_before_and_nothing_of_the_rest(
    fresh_database: Database, tmp_path: Path, cut: object, code: str
) -> None:
    assert callable(cut)
    whole = flux([MAELLE, *COUPLE, GASPARD], NOVEMBER)

    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, cut(whole)))

    assert codes(report) == [(2, "", code)]
    assert report.counts == {Outcome.CREATED: 1, Outcome.REJECTED: 1}
    assert await values(fresh_database, "SELECT first_name FROM people.identity") == ["MAËLLE"]

    again = await ingest(fresh_database, "cnaf-flux", file(tmp_path, whole))
    assert again.counts == {Outcome.UNCHANGED: 1, Outcome.CREATED: 2}


BOMB = b"""<!DOCTYPE Racine [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><Racine>"""
REFUSED = {
    "entity bomb": (lambda content: content.replace(b"<Racine>", BOMB).replace(b"TITOUAN", b"&c;"), "DTD_REFUSED"),
    "external entity": (
        lambda content: content.replace(b"<Racine>", b'<!DOCTYPE Racine SYSTEM "file:///etc/passwd"><Racine>'),
        "DTD_REFUSED",
    ),
    "hidden doctype": (
        lambda content: content.replace(b"<Racine>", b"<!-- x --> <?y z?>\n<!DOCTYPE Racine><Racine>"),
        "DTD_REFUSED",
    ),
    "unknown encoding": (lambda content: content.replace(b"windows-1252", b"utf-16"), "ENCODING_UNSUPPORTED"),
    "other root": (lambda content: content.replace(b"Racine>", b"Racines>"), "FORMAT_UNKNOWN"),
    "no header": (lambda content: content.replace(b"IdentificationFlux>", b"Identification>"), "FORMAT_UNKNOWN"),
    "no date": (lambda content: content.replace(b"<DTREF>2026", b"<DTREF>"), "FORMAT_UNKNOWN"),
    "not XML": (lambda content: b"MATRICULE;NOM\n", "FORMAT_UNKNOWN"),
    "blanks": (lambda content: b" " * 60_000 + b"x", "FORMAT_UNKNOWN"),
    "empty": (lambda content: b"", "FILE_EMPTY"),
}


@pytest.mark.parametrize(("spoil", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_file_that_is_not_such_a_flux_writes_nothing(
    fresh_database: Database, tmp_path: Path, spoil: object, code: str
) -> None:
    assert callable(spoil)
    report = await ingest(fresh_database, "cnaf-flux", file(tmp_path, spoil(flux(COUPLE, NOVEMBER))))

    assert [(record, refusal_code) for record, _, refusal_code in codes(report)] == [(0, code)]
    assert (report.read, report.rows) == (0, 0)
    assert not await values(fresh_database, "SELECT 1 FROM people.source_record")


async def test_a_file_that_is_not_there_is_told(database: Database, tmp_path: Path) -> None:
    report = await ingest(database, "cnaf-flux", tmp_path / "absent.xml")
    assert codes(report) == [(0, "", "FILE_UNREADABLE")]


async def test_a_foyer_without_end_is_refused_before_it_fills_the_memory(database: Database, tmp_path: Path) -> None:
    content = flux(COUPLE, NOVEMBER)
    start = content.index(b"<Personne>")
    endless = content[:start] + b"<Activite><REG>AG</REG></Activite>" * (cnaf_stream.LARGEST // 30)
    report = await ingest(database, "cnaf-flux", file(tmp_path, endless))
    assert codes(report) == [(0, "", "RECORD_TOO_LARGE")]


async def test_the_other_system_keeps_the_person_that_the_flux_forgets(
    fresh_database: Database, tmp_path: Path
) -> None:
    users = tmp_path / "usagers.csv"
    users.write_bytes(user_file(COUPLE))
    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux(COUPLE, OCTOBER)))
    await ingest(fresh_database, "rdv-insertion", users, as_of=datetime(2026, 10, 2, tzinfo=UTC))
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 2

    await ingest(fresh_database, "cnaf-flux", file(tmp_path, flux(COUPLE[:1], NOVEMBER)))

    people = await rows(fresh_database, "SELECT source, first_name FROM people.person ORDER BY first_name")
    assert [tuple(row.values()) for row in people] == [("rdv-insertion", "Sidonie"), ("cnaf-flux", "TITOUAN")]
    assert not await values(
        fresh_database,
        "SELECT 1 FROM people.rsa r JOIN people.person p ON p.id = person_id WHERE first_name = 'Sidonie'",
    )


def test_states_of_the_rsa_stand_at_the_numbers_of_the_cnaf() -> None:
    assert dict(enumerate(RSA_STATUSES)) == {
        0: "DEMANDE_EN_ATTENTE",
        1: "REFUSE",
        2: "DROIT_OUVERT_VERSABLE",
        3: "DROIT_OUVERT_ET_SUSPENDU",
        4: "DROIT_OUVERT_VERSEMENT_SUSPENDU",
        5: "CLOS",
        6: "CLOS_ANTERIEUR",
    }
