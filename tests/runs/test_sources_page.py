"""`/sources` shows how fresh sources are to whoever verifies accesses; `/readyz` and the metrics tell lateness."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from demo.cast import PARTNER
from demo.token_issuer import PARTNER_CLIENT, DemoActor, Issuer
from hub.app import hub_app
from hub.http.page_form import FORM
from hub.observability.meters import Meters
from hub.runs.kept_runs import Tally, kept_run
from hub.settings import load_settings
from infra.role_names import RUNS_WRITER
from tests.conftest import Database
from tests.pinned_graph import graph

COUNTY, EMPLOYER = "22080001900010", "11111111100017"
DPO = DemoActor(
    "dpo",
    "dpo",
    ("droits", "audit"),
    "",
    {"organisation": COUNTY, "organisation_type": "conseil_departemental", "departments": ["08"]},
)
SIAE = DemoActor("siae", "siae", ("iae", "audit"), "", {"organisation": EMPLOYER, "organisation_type": "siae"})
APPLICATION = DemoActor(
    "app",
    "partenaire",
    ("droits", "audit"),
    "",
    {"organisation": PARTNER.siret, "organisation_type": "autre"},
    DPO,
    PARTNER_CLIENT,
)
AGREEMENTS = {COUNTY: ("droits", "audit"), EMPLOYER: ("iae",), PARTNER.siret: ("droits", "audit")}
RHYTHMS = "[sources.orientations]\nevery = 3600\n[sources.lheo]\nevery = 3600\n[sources.ouiform]\nevery = 3600\n"


@asynccontextmanager
async def serving(
    database: Database, folder: Path, meters: Meters | None = None
) -> AsyncIterator[tuple[httpx2.AsyncClient, Issuer]]:
    """A client of a hub over this database, and the issuer that it trusts: `orientations` has failed, `lheo` is late,
    `ouiform` fresh."""
    await keep(
        database,
        "orientations",
        Tally(9, 0, {"rejected": 9}, {"COLUMN_MISSING": 9}, whole=False),
        "export_DUPONT.csv",
    )
    await keep(database, "ouiform", Tally(3, 3, {"created": 3}, {}, {"COORDINATES_MISSING": 2}, ["ab" * 32]), "a.jsonl")
    await keep(database, "lheo", Tally(1, 1, {"created": 1}), "a.xml")
    connection = await database.connect()
    await connection.execute(
        "UPDATE runs.run SET started_at = started_at - interval '3 h', ended_at = ended_at - interval '3 h'"
        " WHERE source = 'lheo'"
    )
    await connection.close()
    issuer = Issuer(folder)
    path = issuer.write_settings(AGREEMENTS)
    path.write_text(path.read_text(encoding="utf-8") + RHYTHMS, encoding="utf-8")
    app = hub_app(graph(), load_settings(path), database.keys, database.dsn, meters=meters)
    transport = httpx2.ASGITransport(app)
    async with app.running(), httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        yield client, issuer


async def keep(database: Database, source: str, tally: Tally, name: str) -> None:
    async with kept_run(database.dsn(RUNS_WRITER), source, [name]) as run:
        run.tally = tally


async def test_44_whoever_verifies_accesses_reads_the_status_and_no_other_actor_does(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with serving(fresh_database, tmp_path) as (client, issuer):
        page = await client.post("/sources", data={"access_token": issuer.token(DPO)})
        assert page.status_code == 200
        for text in (
            "en échec, en retard",
            "COLUMN_MISSING : 9",
            "en retard",
            "à jour",
            "abababababab",
            "export-….csv",
        ):
            assert text in page.text, text
        assert "DUPONT" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "script" not in page.text
        for actor in (SIAE, APPLICATION, replace(DPO, purposes=("droits",))):
            refused = await client.post("/sources", data={"access_token": issuer.token(actor)})
            assert (refused.status_code, "SOURCES_NOT_YOURS" in refused.text) == (403, True)
            assert "orientations" not in refused.text


async def test_44_without_a_token_in_its_own_form_one_stays_at_the_door(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with serving(fresh_database, tmp_path) as (client, issuer):
        token = issuer.token(DPO)
        for sent in (
            {"params": {"access_token": token}},
            {"headers": {"authorization": f"Bearer {token}"}},
            {"headers": {"cookie": f"access_token={token}"}},
        ):
            door = await client.get("/sources", **sent)  # type: ignore[arg-type]
            assert (door.status_code, "orientations" in door.text) == (200, False)
        for status, media, body in (
            (401, FORM, "access_token=" + token[:-3] + "AAA"),
            (401, FORM, ""),
            (400, FORM, f"access_token={token}&source=orientations"),
            (415, "application/json", f'{{"access_token": "{token}"}}'),
        ):
            answer = await client.post("/sources", content=body, headers={"content-type": media})
            assert (answer.status_code, "orientations" in answer.text) == (status, False), body
        assert (await client.put("/sources")).status_code == 405


async def test_a_late_or_failing_source_is_named_and_the_hub_stays_ready(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with serving(fresh_database, tmp_path) as (client, _):
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (
            200,
            {
                "status": "ready",
                "missing": [],
                "sources": [{"source": "lheo", "state": "late"}, {"source": "orientations", "state": "failing"}],
                "outgoing": [],
                "limited": [],
            },
        )


async def test_the_metrics_tell_state_lateness_and_what_the_last_run_refused(
    fresh_database: Database, tmp_path: Path
) -> None:
    meters = Meters("hub", ())
    async with serving(fresh_database, tmp_path, meters):
        await meters.refresh()
        families = text_string_to_metric_families(generate_latest(meters.registry).decode())
    samples = {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
    assert {key[1:] for key in samples if key[0] == "spie_source_state"} == {
        ("orientations", "failing"),
        ("lheo", "late"),
        ("ouiform", "fresh"),
    }
    assert {key[1]: value for key, value in samples.items() if key[0] == "spie_source_late"} == {
        "orientations": 1,
        "lheo": 1,
        "ouiform": 0,
    }
    success = "spie_source_last_success_timestamp_seconds"
    assert {key[1] for key in samples if key[0] == success} == {"lheo", "ouiform"}
    assert samples[success, "ouiform"] - samples[success, "lheo"] == pytest.approx(3 * 3_600, abs=600)
    assert samples["spie_source_records", "created", "ouiform"] == 3
    assert samples["spie_source_refusals", "COLUMN_MISSING", "orientations"] == 9


async def test_a_hub_whose_sources_never_ran_says_so_and_names_none(fresh_database: Database, tmp_path: Path) -> None:
    path = Issuer(tmp_path).write_settings(AGREEMENTS)
    app = hub_app(graph(), load_settings(path), fresh_database.keys, fresh_database.dsn)
    async with app.running(), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://hub") as client:
        page = await client.post("/sources", data={"access_token": Issuer(tmp_path).token(DPO)})
        assert "Aucune source n&#39;a encore été lue" in page.text or "Aucune source n'a encore été lue" in page.text
        assert (await client.get("/readyz")).json()["sources"] == []
