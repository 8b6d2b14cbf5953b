"""How a fetch reaches its subgraph: one method, in process or over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request. `deadline` is the time left, in seconds."""

    subgraph: str
    query: str
    variables: dict[str, Any]
    deadline: float


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """`data` and `errors` as the subgraph sent them; error text stays inside the hub."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]


class TransportError(Exception):
    """The subgraph gave no usable answer. `code` is one of SUBGRAPH_UNREACHABLE, SUBGRAPH_TIMEOUT, SUBGRAPH_MALFORMED,
    SUBGRAPH_STATUS, SUBGRAPH_TOO_LARGE."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Transport(Protocol):
    """`context` is opaque here: the pipeline's signed context passes through unread."""

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request; raises TransportError, never anything else but cancellation."""
        ...
