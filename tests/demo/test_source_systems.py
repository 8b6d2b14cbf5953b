"""The simulated source systems of the demo tell of the same people and the same offer as its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from demo.journey_files import IMMERSIONS
from demo.source_systems import SourceSystems
from hub.sync.link_settings import SyncLink
from hub.sync.run import sync
from schema.days import today
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from tests.conftest import Database
from tests.e2e.site import demonstration
from tests.simulators.simulator import Simulator
from tests.sources.ingestion import values
from tests.sync.test_sync import own_keys

RDV = 3
SERVICE = "demonstration--service-03"


class Hub:
    """What the hub would answer, and the bodies that it got."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        assert "X-RDVI-SIGNATURE" in headers
        self.bodies.append(body)
        return 200


def systems(folder: Path, hub: Hub) -> SourceSystems:
    return SourceSystems(today(), folder / "systems.json", hub, b"secret")


async def read(database: Database, folder: Path, source: str, simulator: Simulator) -> Report:
    with simulator.served() as url:
        link = SyncLink(source, "essai", url, url, "08")
        return (await sync(link, own_keys(database, folder, source), database.dsn)).report


async def test_what_the_apis_tell_is_what_the_files_told_until_it_is_changed(
    fresh_database: Database, tmp_path: Path
) -> None:
    await demonstration(fresh_database, tmp_path)
    people = await values(fresh_database, "SELECT count(*) FROM people.person")
    simulated = systems(tmp_path, Hub())
    for source, simulator in (("data-inclusion", simulated.data_inclusion), ("emplois", simulated.emplois)):
        report = await read(fresh_database, tmp_path, source, simulator)
        assert (source, set(report.counts)) == (source, {Outcome.UNCHANGED})
    immersions = await read(fresh_database, tmp_path, "immersion-facile", simulated.immersion)
    agreements = len(simulated.immersion.conventions)
    assert 0 < agreements < len(IMMERSIONS)
    assert (immersions.read, immersions.counts[Outcome.UNCHANGED]) == (agreements + 1, agreements)
    assert immersions.counts.keys() <= {Outcome.UNCHANGED, Outcome.UPDATED, Outcome.OLDER}, "an offer has no date"
    users = await read(fresh_database, tmp_path, "rdv-insertion", simulated.rdv_insertion)
    assert users.read > 50
    assert Outcome.REJECTED not in users.counts
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == people

    simulated.toggle_service(SERVICE)
    gone = await read(fresh_database, tmp_path, "data-inclusion", simulated.data_inclusion)
    assert gone.counts[Outcome.REMOVED] == 1


def test_what_was_changed_is_kept_for_the_same_day_and_told_with_a_later_time_each(tmp_path: Path) -> None:
    hub = Hub()
    before = systems(tmp_path, hub)
    assert before.change_rdv(RDV, status="noshow") == 200
    before.change_rdv(RDV, days=2)
    before.toggle_service(SERVICE)
    assert len({body[body.index(b'"timestamp"') :] for body in hub.bodies}) == 2
    again = systems(tmp_path, hub)
    again.change_rdv(RDV)
    assert b'"status":"noshow"' in hub.bodies[2]
    started = b'"starts_at":"'
    days = [body[body.index(started) :][: len(started) + 10] for body in hub.bodies]
    assert days[1] == days[2] != days[0]
    assert len(again.data_inclusion.services) == len(before.data_inclusion.services)
    assert SERVICE not in str(again.data_inclusion.services)
