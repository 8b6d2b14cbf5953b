"""What a hub knows of its own state: the parts that answer, the sources and the sending that want attention.

`/readyz` tells it to programs and `/status` to people; nothing of it is about a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.metrics_core import Metric

from hub.errors import NotServed
from hub.outgoing.lateness import Backlog, outgoing_metrics
from hub.runs.source_status import SourceStatus
from hub.runs.status_metrics import source_metrics
from hub.runs.status_reader import StatusReader
from schema.shared_state import SharedState

Ready = Callable[[], Awaitable[tuple[int, dict[str, Any]]]]
"""The probes of a process: the HTTP status, and `{status, missing: [{part, code}]}`."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a hub: `missing` holds the code of each part that does not answer; `sources` fail or are late, the
    oldest item of each backlog in `late` waits too long; `is_limited`: plain reads alone are served."""

    status: int
    word: str
    missing: Mapping[str, str]
    sources: Sequence[SourceStatus]
    late: Sequence[Backlog]
    is_limited: bool


class HealthReader:
    """Reads the health of a hub: `parts` are those that `ready` probes."""

    def __init__(self, parts: Sequence[str], ready: Ready, sources: StatusReader, state: SharedState) -> None:
        self.parts, self._ready, self._sources, self._state = parts, ready, sources, state

    async def read(self) -> Health:
        """The state now; what was just read serves again."""
        status, body = await self._ready()
        return Health(
            status=status,
            word=body["status"],
            missing={row["part"]: row["code"] for row in body["missing"]},
            sources=[source for source in await self._statuses() if source.wanting],
            late=[backlog for backlog in await self.backlogs() if backlog.is_late],
            is_limited=not self._state.is_open,
        )

    async def backlogs(self) -> Sequence[Backlog]:
        """What waits to be sent; nothing where it can't be read, which the health says of its role."""
        try:
            return await self._sources.backlogs()
        except NotServed:
            return ()

    async def metrics(self) -> Iterable[Metric]:
        """The metrics of the sources, and of what waits to be sent."""
        return [*source_metrics(await self._statuses()), *outgoing_metrics(await self.backlogs())]

    async def _statuses(self) -> Sequence[SourceStatus]:
        """The status of the sources; none where it can't be read, which the health says of its role."""
        try:
            return await self._sources.statuses()
        except NotServed:
            return ()
