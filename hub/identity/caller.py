"""The caller of one request: the actor of its token, and the purpose that it declares."""

from __future__ import annotations

from typing import NamedTuple

from hub.identity.actor import Actor
from schema.confidential import confidential


@confidential
class Caller(NamedTuple):
    """Who asks, and for what purpose; `now` is the time of the request, in Unix seconds, and `excess` by how much one
    more miss would pass its limit, if that was looked at; `reference` is the case number that was given, once it is
    checked."""

    actor: Actor
    purpose: str
    now: int
    excess: float | None = None
    reference: str | None = None
