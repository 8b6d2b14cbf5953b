"""Answers to the questionnaire of the CNAF: each code under its theme, and what would disclose in no column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from demo.cast import BY_SLUG
from demo.dsp_files import line, lines
from schema.categories import Category
from subgraphs.kit.constraint_enums import ConstraintTheme
from subgraphs.kit.enums import categories_of_values, value_names
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.source_fields import Unkept, flattened
from subgraphs.people import values as v
from subgraphs.people.sources import dsp, dsp_codes
from tests.conftest import SAMPLES, Database
from tests.sources.ingestion import asides, codes, everything_told, ingest, rows, values, versions
from tests.sources.test_ft_extract import ingest_flux

TITOUAN, SIDONIE = BY_SLUG["titouan"], BY_SLUG["sidonie"]
TODAY, EARLIER = date(2026, 11, 24), date(2026, 11, 20)
NOMENCLATURE = SAMPLES / "dsp-cnaf" / "nomenclatures_dsp.json"
DISCLOSED: Mapping[tuple[str, str], Category] = {
    ("difsoc", "0402"): Category.SAN,
    ("difsoc", "0403"): Category.SAN,
    ("difdisp", "0506"): Category.JUST,
    ("difdisp", "0508"): Category.SAN,
    ("difdisp", "0513"): Category.JUST,
    ("difsocpro", "2101"): Category.SAN,
}
"""What each code discloses, where it is more than a difficulty, written a second time."""
CROSSWALK = {
    "MOBILITE": {"0507"},
    "FAMILLE": {"0502", "0503", "0504", "0505", "0514", "2103"},
    "SANTE": {"0402", "0403", "0508", "2101"},
    "LANGUE_CALCUL": {"0404", "0510", "2106"},
    "FINANCES": {"0406", "2104"},
    "ADMIN_JURIDIQUE": {"0405", "2105"},
    "INSERTION_COMMUNICATION": {"2107"},
}
"""Codes by theme besides housing, written a second time (docs/domain.md#crosswalks)."""


def nomenclature() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = orjson.loads(NOMENCLATURE.read_bytes())
    return lists


async def read(database: Database, folder: Path, *records: dict[str, Any]) -> Report:
    path = folder / "reponses.jsonl"
    path.write_bytes(lines(list(records)))
    return await ingest(database, "dsp", path)


def answers(today: date = TODAY, **codes_by_list: Any) -> dict[str, Any]:
    return line(TITOUAN, codes_by_list, today)


def test_each_code_is_under_the_theme_whose_category_it_discloses_or_is_not_stored() -> None:
    by_value = {
        value: category
        for category, names in categories_of_values(ConstraintTheme.__strawberry_definition__).items()  # type: ignore[attr-defined]
        for value in names
    }
    for name, themes in dsp_codes.THEMES.items():
        for code, theme in themes.items():
            category = DISCLOSED.get((name, code))
            if category is Category.JUST:
                assert theme == dsp_codes.UNKEPT, code
            else:
                assert theme != dsp_codes.UNKEPT, code
                assert by_value.get(theme) == category, code


def test_the_crosswalk_is_the_one_that_is_documented() -> None:
    themes = [(code, theme) for themes in dsp_codes.THEMES.values() for code, theme in themes.items()]
    for theme, documented in CROSSWALK.items():
        assert {code for code, code_theme in themes if code_theme == theme} == documented, theme
    housing = {code for code, theme in themes if theme == "LOGEMENT"}
    assert housing - {"0509", "2102"} == {
        *map(str, range(1002, 1010)),
        *(f"09{n:02}" for n in (3, 4, 5, 6, 10, 11, 12, 13)),
    }
    assert set(dsp_codes.EDUCATION_LEVELS.values()) <= set(value_names(v.EducationLevel.__strawberry_definition__))  # type: ignore[attr-defined]
    assert list(dsp_codes.DIPLOMAS.values()) == list(value_names(v.Diploma.__strawberry_definition__))  # type: ignore[attr-defined]


@pytest.mark.skipif(not NOMENCLATURE.is_file(), reason="needs samples/dsp-cnaf/nomenclatures_dsp.json")
def test_every_code_of_every_list_that_is_read_is_known_and_every_list_is_declared() -> None:
    lists = nomenclature()
    assert len(lists) == 41
    codes_by_list = {
        **dsp_codes.THEMES,
        "nivetu": dsp_codes.EDUCATION_LEVELS,
        "nivdipmaxobt": dsp_codes.DIPLOMAS,
        "toppermicondub": dsp_codes.FLAGS,
        "topmoyloco": dsp_codes.FLAGS,
    }
    read_lists = {
        path.removeprefix("reponses.")
        for path, uses in flattened(dsp.FIELDS)
        if path.startswith("reponses.") and not all(isinstance(use, Unkept) for use in uses)
    }
    assert codes_by_list.keys() == read_lists
    for name, own_codes in codes_by_list.items():
        assert own_codes.keys() == lists[name].keys(), name
    declared = {path.removeprefix("reponses.") for path, _ in flattened(dsp.FIELDS)}
    assert lists.keys() <= declared


async def test_answers_tell_studies_transport_and_difficulties_of_the_adult_they_are_of(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN, SIDONIE)
    document = answers(
        nivetu="1203", nivdipmaxobt="2603", toppermicondub="1", topmoyloco="0",
        difsoc=["0402", "0406"], difdisp=["0507"], natlog="0912", hispro="1903",
    )  # fmt: skip
    report = await read(fresh_database, tmp_path, document)
    assert (report.counts, asides(report), set(report.unread)) == ({Outcome.CREATED: 1}, [], {"reponses.hispro"})
    assert await rows(
        fresh_database,
        "SELECT first_name, level, code, diploma, driving_licence, own_transport FROM people.person"
        " JOIN people.education ON person_id = id",
    ) == [
        {
            "first_name": TITOUAN.first_name.upper(),
            "level": "C12",
            "code": "1203",
            "diploma": "BACCALAUREAT",
            "driving_licence": True,
            "own_transport": False,
        }
    ]
    query = "SELECT theme, recorded_on, recorded_by FROM people.person_constraint ORDER BY 1"
    recorded_on = date.fromisoformat(document["maj"][:10])
    assert await rows(fresh_database, query) == [
        {"theme": theme, "recorded_on": recorded_on, "recorded_by": None}
        for theme in ("FINANCES", "LOGEMENT", "MOBILITE", "SANTE")
    ]
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == [2]


async def test_what_would_disclose_is_in_no_column_and_is_no_bad_value(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN)
    report = await read(fresh_database, tmp_path, answers(difdisp=["0506", "0513"]))
    assert (codes(report), asides(report)) == ([], [])
    assert await values(fresh_database, "SELECT theme FROM people.person_constraint") == []


async def test_newer_answers_replace_all_and_older_ones_or_the_same_change_nothing(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN)
    await read(fresh_database, tmp_path, answers(EARLIER, difdisp=["0507", "0509"], nivetu="1204"))
    newer = answers(difdisp=["0509"], nivetu="1204")
    await read(fresh_database, tmp_path, newer)
    assert await values(fresh_database, "SELECT theme FROM people.person_constraint") == ["LOGEMENT"]
    before = await versions(fresh_database)
    assert (await read(fresh_database, tmp_path, newer)).counts == {Outcome.UNCHANGED: 1}
    assert (await read(fresh_database, tmp_path, answers(EARLIER, difdisp=["0507"]))).counts == {Outcome.OLDER: 1}
    assert await versions(fresh_database) == before


async def test_the_dossier_of_an_answer_ties_nobody_to_the_dossier(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN)
    unnumbered = answers(difdisp=["0507"]) | {"nir": None}
    assert (await read(fresh_database, tmp_path, unnumbered)).counts == {Outcome.CREATED: 1}
    assert await values(fresh_database, "SELECT organisme FROM people.identity WHERE source = 'dsp'") == [None]


async def test_broken_answers_are_refused_or_set_aside_at_their_place(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, TITOUAN)
    document = answers(difdisp=["0507", "0599"], nivetu=["1203", "1204"], natlog="chez Ardoisier")
    stranger = line(BY_SLUG["maelle"], {"nivetu": "1204"}, TODAY)
    report = await read(
        fresh_database, tmp_path, document, stranger, {**document, "matricule": "X"}, {**document, "reponses": [1]},
        {**document, "departement": "8"}, {**document, "maj": "hier"}, answers(difdisp=[5]),
    )  # fmt: skip
    assert codes(report) == [
        (2, "", "MATCH_NONE"),
        (3, "matricule", "SCHEMA_INVALID"),
        (4, "reponses", "SCHEMA_INVALID"),
        (5, "departement", "SCHEMA_INVALID"),
        (6, "maj", "SCHEMA_INVALID"),
        (7, "reponses[...][0]", "SCHEMA_INVALID"),
    ]
    expected = {"reponses.difdisp", "reponses.nivetu", "reponses.natlog"}
    assert set(asides(report)) == {(1, path, "VALUE_UNKNOWN") for path in expected}
    assert "Ardoisier" not in everything_told([report])
