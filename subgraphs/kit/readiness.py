"""`GET /readyz`: each database role and other need of a process is probed, and the body says which one is missing.

    {"status": "ready" | "not ready", "missing": [{"part": …, "code": …}]}

`part` is the name of a role or another need, `code` a stable code; nothing of an address, a key or an error's text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, TypeAlias

from schema.shared_state import SharedState, SharedStateGone

PATIENCE = 2.0
"""Seconds that a probe may take."""
REMEMBERED = 1.0
"""Seconds for which an answer serves all who ask, so that nobody makes work by asking often."""

Probe: TypeAlias = Callable[[], Awaitable[object]]
"""Raises whatever shows that the part is missing; the `code` of the error is told."""


async def check_open(state: SharedState) -> None:
    """Raise SharedStateGone if it can't be reached."""
    if not state.is_open:
        raise SharedStateGone


async def check_current(state: SharedState) -> None:
    """Raise SharedStateGone if nobody knows any more who is revoked."""
    if not state.is_current:
        raise SharedStateGone


class Readiness:
    """The probes of a process by part."""

    def __init__(self, probes: Mapping[str, Probe], unknown: str = "DATABASE_UNAVAILABLE") -> None:
        self._probes, self._unknown = probes, unknown
        self._turn = asyncio.Lock()
        self._until, self._missing = 0.0, list[dict[str, str]]()

    async def answer(self) -> tuple[int, dict[str, Any]]:
        """The status and the body of the answer."""
        async with self._turn:
            if monotonic() >= self._until:
                codes = await asyncio.gather(*(self._code(probe) for probe in self._probes.values()))
                parts = zip(self._probes, codes, strict=True)
                self._missing = [{"part": part, "code": code} for part, code in parts if code is not None]
                self._until = monotonic() + REMEMBERED
        ready = not self._missing
        return (200 if ready else 503), {"status": "ready" if ready else "not ready", "missing": self._missing}

    async def _code(self, probe: Probe) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                await probe()
        except Exception as error:  # whatever it is, the part can't be relied on
            return str(getattr(error, "code", self._unknown))
        return None
