"""How many live queries may be open at once (`hub.live_queries`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamLimit:
    """The most live queries of one actor, of all actors of an organisation, through one application, and of the
    process."""

    actor: int = 5
    organisation: int = 200
    application: int = 500
    process: int = 1_000
