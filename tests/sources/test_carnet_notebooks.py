"""Notebooks of Carnet de bord: themes, objectives, contract and studies of people who are known, without free text."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from demo.carnet_files import NOTEBOOKS, Focus, Notebook, item
from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from demo.offers_catalogue import Place
from schema.facts import Fact
from subgraphs.kit.enums import value_names
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.people import values as v
from subgraphs.people.sources import carnet_values
from tests.conftest import SAMPLES, Database
from tests.sources.ingestion import asides, codes, everything_told, ingest, rows, values, versions
from tests.sources.test_ft_extract import ingest_flux
from tests.sources.test_rights import ingest_users

MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
TODAY = date(2026, 11, 24)
MONDAY, TUESDAY = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
SAMPLE = SAMPLES / "carnet-de-bord" / "export_notebook.json"
OBJECTIVES = "SELECT theme, status, contract_kind, recorded_on, action_statuses FROM people.objective ORDER BY 1, 2"
ROWS = ("objective", "person_constraint", "contract", "project")


def notebook(slug: str = "maelle") -> dict[str, Any]:
    return item(next(notebook for notebook in NOTEBOOKS if notebook.slug == slug), TODAY)


def file(folder: Path, *notebooks: object) -> Path:
    path = folder / "carnets.json"
    path.write_bytes(orjson.dumps(list(notebooks)))
    return path


async def counts(database: Database) -> dict[str, int]:
    where = "WHERE source = 'carnet-de-bord'"
    return {table: (await values(database, f"SELECT count(*) FROM people.{table} {where}"))[0] for table in ROWS}


@pytest.mark.parametrize(
    ("crosswalk", "choice"),
    [
        (carnet_values.RSA_STATUSES, v.RsaStatus),
        (carnet_values.WORK_SITUATIONS, v.WorkSituation),
        (carnet_values.EDUCATION_LEVELS, v.EducationLevel),
        (carnet_values.CONTRACTS, v.ContractKind),
        (carnet_values.THEMES, v.ObjectiveTheme),
        (carnet_values.PROGRESS, v.Progress),
    ],
)
def test_every_value_of_a_list_is_one_that_the_hub_serves(crosswalk: dict[str, str], choice: Any) -> None:
    assert set(crosswalk.values()) <= set(value_names(choice.__strawberry_definition__))


async def test_a_notebook_tells_themes_objectives_contract_and_studies(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    report = await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert (report.counts, asides(report)) == ({Outcome.CREATED: 1}, [])
    assert await rows(fresh_database, OBJECTIVES) == [
        {
            "theme": theme,
            "status": status,
            "contract_kind": "CER",
            "recorded_on": TODAY - timedelta(days=days),
            "action_statuses": actions,
        }
        for theme, status, days, actions in (
            ("EMPLOI", "EN_COURS", 40, ["PREVU"]),
            ("FAMILLE", "REALISE", 70, ["REALISE"]),
            ("MOBILITE", "EN_COURS", 70, ["REALISE", "EN_COURS"]),
        )
    ]
    assert await values(fresh_database, "SELECT theme FROM people.person_constraint ORDER BY 1") == [
        "FAMILLE",
        "MOBILITE",
    ]
    assert await rows(fresh_database, "SELECT kind, signed_on, ends_on FROM people.contract") == [
        {"kind": "CER", "signed_on": TODAY - timedelta(days=75), "ends_on": TODAY + timedelta(days=105)}
    ]
    assert await rows(fresh_database, "SELECT level, code, source FROM people.education") == [
        {"level": "NV4", "code": "NV4", "source": "carnet-de-bord"}
    ]
    assert await values(fresh_database, "SELECT rome_code FROM people.project") == ["K1304"]
    assert (await values(fresh_database, "SELECT count(*) FROM people.person")) == [1]


async def test_free_text_and_what_names_nobody_is_in_no_column_and_is_told(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    report = await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert set(report.unread) == {
        "members",
        "beneficiary.place_of_birth",
        "focuses.targets.target",
        "focuses.targets.actions.action",
        "professional_projects.rome_code.label",
        "right_rqth",
    }
    for table in ("objective", "person_constraint", "identity"):
        texts = await values(fresh_database, f"SELECT t::text FROM people.{table} t")
        assert not any("démonstration" in text for text in texts)


async def test_the_same_export_again_writes_nothing_and_an_older_one_neither(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    path = file(tmp_path, notebook())
    await ingest(fresh_database, "carnet-de-bord", path, as_of=TUESDAY)
    before = await versions(fresh_database)
    again = await ingest(fresh_database, "carnet-de-bord", path, as_of=TUESDAY)
    older = await ingest(fresh_database, "carnet-de-bord", path, as_of=MONDAY)
    assert (again.counts, older.counts) == ({Outcome.UNCHANGED: 1}, {Outcome.OLDER: 1})
    assert await versions(fresh_database) == before


async def test_what_a_newer_notebook_no_longer_says_is_gone(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert min((await counts(fresh_database)).values()) > 0
    emptied = {**notebook(), "focuses": [], "professional_projects": None, "contract_type": "no"}
    await ingest(fresh_database, "carnet-de-bord", file(tmp_path, emptied), as_of=TUESDAY)
    assert await counts(fresh_database) == dict.fromkeys(ROWS, 0)


async def test_a_right_that_the_cnaf_has_closed_is_not_opened_by_what_the_tool_still_says(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(flux([replace(MAELLE, state="5")], date(2026, 11, 1)))
    await ingest(fresh_database, "cnaf-flux", path)
    await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert await rows(fresh_database, "SELECT status, source FROM people.rsa") == [
        {"status": "CLOS", "source": "cnaf-flux"}
    ]


async def test_the_tool_alone_tells_a_right_and_gives_nobody_a_perimeter(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert await values(fresh_database, "SELECT status FROM people.rsa") == ["DROIT_OUVERT_VERSABLE"]
    query = "SELECT 1 FROM access.link WHERE relation = $1"
    assert await values(fresh_database, query, int(Fact.DEPARTMENT_BRSA)) == []


async def test_a_person_whom_no_source_has_identified_is_refused_and_not_made(
    fresh_database: Database, tmp_path: Path
) -> None:
    report = await ingest(fresh_database, "carnet-de-bord", file(tmp_path, notebook()), as_of=MONDAY)
    assert codes(report) == [(1, "", "MATCH_NONE")]
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == [0]


async def test_bad_values_are_set_aside_each_at_its_place_and_the_rest_is_taken(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    broken = deepcopy(notebook())
    broken["focuses"][0]["theme"] = "astrologie"
    broken["focuses"][1]["targets"][0]["actions"][0]["status"] = "on verra"
    broken["focuses"][2]["targets"][0]["created_at"] = "hier"
    broken |= {"education_level": "BAC", "contract_sign_date": "31/02/2026"}
    broken["beneficiary"] |= {"caf_number": "5725997H", "right_rsa": "peut-être", "postal_code": "8000"}
    report = await ingest(fresh_database, "carnet-de-bord", file(tmp_path, broken), as_of=MONDAY, department="08")
    assert codes(report) == []
    assert sorted((path, code) for _, path, code in asides(report)) == [
        ("beneficiary.caf_number", "VALUE_UNKNOWN"),
        ("beneficiary.postal_code", "LEADING_ZERO_LOST"),
        ("beneficiary.right_rsa", "VALUE_UNKNOWN"),
        ("contract_sign_date", "DATE_INVALID"),
        ("education_level", "VALUE_UNKNOWN"),
        ("focuses[0].theme", "VALUE_UNKNOWN"),
        ("focuses[1].targets[0].actions.status", "VALUE_UNKNOWN"),
        ("focuses[2].targets[0].created_at", "DATE_INVALID"),
    ]
    assert "astrologie" not in everything_told([report])
    assert await rows(
        fresh_database, "SELECT theme, recorded_on, action_statuses FROM people.objective ORDER BY 1"
    ) == [
        {"theme": "EMPLOI", "recorded_on": None, "action_statuses": ["PREVU"]},
        {"theme": "FAMILLE", "recorded_on": TODAY - timedelta(days=70), "action_statuses": []},
    ]


async def test_two_objectives_of_one_theme_and_instant_are_two(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_flux(fresh_database, tmp_path, MAELLE)
    twin = Focus("logement", 20, "done")
    doubled = item(Notebook("maelle", None, None, 0, (), (twin, twin)), TODAY)
    await ingest(fresh_database, "carnet-de-bord", file(tmp_path, doubled), as_of=MONDAY)
    assert await values(fresh_database, "SELECT theme FROM people.objective") == ["LOGEMENT", "LOGEMENT"]
    assert await values(fresh_database, "SELECT theme FROM people.person_constraint") == ["LOGEMENT"]


@pytest.mark.skipif(not SAMPLE.is_file(), reason="needs samples/carnet-de-bord/export_notebook.json")
async def test_the_export_of_the_producer_is_read_whole(fresh_database: Database, tmp_path: Path) -> None:
    place = Place("93046", "93190", "Livry-Gargan", 48.9, 2.5)
    sophie = replace(
        MAELLE, first_name="Sophie", last_name="Tifour", birth_date=date(1982, 2, 1), place=place, slug="personne1"
    )
    await ingest_users(fresh_database, tmp_path, sophie)
    report = await ingest(fresh_database, "carnet-de-bord", SAMPLE, as_of=MONDAY, department="93")
    assert codes(report) == [(2, "", "MATCH_NONE")]
    assert await values(fresh_database, "SELECT theme FROM people.objective ORDER BY 1") == [
        "ADMIN_JURIDIQUE",
        "EMPLOI",
        "EMPLOI",
        "LOGEMENT",
    ]
    assert await rows(
        fresh_database,
        "SELECT work_situation, level, (SELECT array_agg(rome_code ORDER BY rome_code) FROM people.project) AS rome,"
        " (SELECT signed_on FROM people.contract) AS signed FROM people.person JOIN people.education ON person_id = id",
    ) == [
        {
            "work_situation": "IAE",
            "level": "NV5",
            "rome": ["A1101", "K1304"],
            "signed": date(2020, 1, 5),
        }
    ]
