"""How many items wait to be sent to each system, and since when, as metrics of a hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hub.outgoing.settings import LONGEST_PAUSE
from hub.outgoing.systems import SYSTEMS
from subgraphs.kit.ingest.row_map import Connection

LATE = timedelta(seconds=LONGEST_PAUSE)
"""How long an item may wait before `/readyz` says so of its system."""

_BACKLOGS = """
SELECT system, count(*) AS waiting, min(queued_at) AS oldest, min(queued_at) < now() - $1::interval AS is_late
FROM {schema}.outgoing GROUP BY 1
"""


@dataclass(frozen=True, slots=True, repr=False)
class Backlog:
    """What waits for a system: the items, when the oldest was written, and whether that was too long ago, by the clock
    of the database."""

    system: str
    waiting: int
    oldest: datetime | None
    is_late: bool = False


async def read_backlogs(connection: Connection) -> list[Backlog]:
    """The backlog of each system, read by the role that reads runs."""
    rows: dict[str, Backlog] = {}
    for schema in sorted({system.schema for system in SYSTEMS.values()}):
        statement = _BACKLOGS.format(schema=schema)
        rows |= {row["system"]: Backlog(*row) for row in await connection.fetch(statement, LATE)}
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
