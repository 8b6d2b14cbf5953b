"""How many items wait to be sent to each system, and since when, as metrics of a hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hub.outgoing.systems import SYSTEMS
from subgraphs.kit.ingest.row_map import Connection


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a system: the items, and when the oldest of them was written."""

    system: str
    waiting: int
    oldest: datetime | None


async def read_backlogs(connection: Connection) -> list[Backlog]:
    """The backlog of each system, read by the role that reads runs."""
    rows: dict[str, Backlog] = {}
    for schema in sorted({system.schema for system in SYSTEMS.values()}):
        statement = f"SELECT system, count(*) AS waiting, min(queued_at) AS oldest FROM {schema}.outgoing GROUP BY 1"  # noqa: S608 - our own table
        rows |= {row["system"]: Backlog(*row) for row in await connection.fetch(statement)}
    return [rows.get(name, Backlog(name, 0, None)) for name in sorted(SYSTEMS)]


def outgoing_metrics(backlogs: Iterable[Backlog]) -> Iterator[Metric]:
    """Each metric with its samples by system."""
    waiting = GaugeMetricFamily("spie_outgoing_waiting", "Items that wait to be sent.", labels=["system"])
    oldest = GaugeMetricFamily(
        "spie_outgoing_oldest_timestamp_seconds", "When the oldest of them was written.", labels=["system"]
    )
    for backlog in backlogs:
        waiting.add_metric([backlog.system], backlog.waiting)
        if backlog.oldest is not None:
            oldest.add_metric([backlog.system], backlog.oldest.timestamp())
    yield from (waiting, oldest)
