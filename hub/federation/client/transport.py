"""How a fetch reaches its subgraph: one method, in process or over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from hub.federation.planning.query_plan import Fetch


@dataclass(slots=True, repr=False)
class SubgraphRequest:
    """One GraphQL request. `deadline` is the time left, in seconds; `fetch` the plan's fetch that it sends."""

    subgraph: str
    query: str
    variables: dict[str, Any]
    deadline: float
    fetch: Fetch | None = None


@dataclass(slots=True, repr=False)
class SubgraphResponse:
    """`data` and `errors` as the subgraph sent them; error text stays inside the hub."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]


class TransportError(Exception):
    """The subgraph gave no usable answer. `code` is one of SUBGRAPH_UNREACHABLE, SUBGRAPH_TLS, SUBGRAPH_TIMEOUT,
    SUBGRAPH_BUSY, SUBGRAPH_CIRCUIT_OPEN, SUBGRAPH_STATUS, SUBGRAPH_MALFORMED, SUBGRAPH_TOO_LARGE.

    `detail` is English, for logs, without any text of the subgraph; `failure`: the subgraph itself does not work, not
    only this request.
    """

    def __init__(self, code: str, detail: str, *, failure: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.failure = failure


class Transport(Protocol):
    """`context` is opaque here: the pipeline's signed context passes through unread."""

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        """Send one request and give up at its deadline; raises TransportError, never anything else but cancellation."""
        ...
