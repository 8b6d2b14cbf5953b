"""`hub gateway`: serves any supergraph without policy, identity or journal, with the same parts as the hub.

The only other place than `hub.policy.enforce.authorise` that makes an AuthorisedOperation: whoever starts this said
`--unprotected`. Nothing that serves people's data imports it.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hub.document.exchange import Reply, Request
from hub.document.persisted import Documents
from hub.errors import StartRefused
from hub.fair_worker import FairWorker
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.client.http1 import Headers, HttpTransport
from hub.federation.client.transport import SubgraphRequest
from hub.federation.execution.execute import execute
from hub.federation.operations.operation import Operation
from hub.federation.planning.graph import graph_of
from hub.federation.supergraph import Supergraph
from hub.http.asgi import AsgiApplication
from hub.http.endpoint import GraphQLEndpoint
from hub.prepare import Preparer, wants_plan
from hub.wording.engine import call_engine, failed_fields


@dataclass(frozen=True, slots=True)
class Everyone:
    """The only decision class without a policy."""

    id: str = ""


EVERYONE = Everyone()

SECURED = tuple(f"https://specs.apollo.dev/{name}/" for name in ("authenticated", "requiresScopes", "policy"))
"""Specifications that restrict who may read an element."""

CONNECTION_HEADERS = frozenset(
    [
        "accept",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
"""Headers of one connection, which are not forwarded to another."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """An operation without decisions: all of it may be planned."""

    operation: AuthorisedOperation


def allow(operation: Operation, _: Everyone) -> Allowed:
    """The whole operation."""
    return Allowed(AuthorisedOperation(operation, operation))


class Gateway(AsgiApplication):
    """The gateway's ASGI application: `POST /graphql` and `GET /healthz`.

    `forwarded` names the client's headers (lower case) that subgraphs get; `deadline` is the time for one request, in
    seconds; `shares`: percentages of the requests, by label of a progressive override; `tls`: trusted
    authorities and the client certificate for HTTPS. Raises StartRefused (SUBGRAPH_URL_INVALID, SUPERGRAPH_SECURED,
    HEADER_NOT_FORWARDED, OVERRIDE_LABEL_UNKNOWN, TLS_INVALID).
    """

    def __init__(
        self,
        supergraph: Supergraph,
        *,
        forwarded: frozenset[str] = frozenset(),
        deadline: float = 10.0,
        shares: Mapping[str, float] = MappingProxyType({}),
        tls: ssl.SSLContext | None = None,
    ):
        super().__init__(GraphQLEndpoint(self.answer, forwarded), [], page=False)
        _refuse_secured(supergraph)
        schema = supergraph.client_schema
        self.preparer: Preparer[Everyone, Allowed] = Preparer(
            supergraph, schema, allow, shares=shares, worker=FairWorker("prepare", deadline)
        )
        self.documents = Documents()
        self.transports = transports(supergraph, _forwarding(forwarded), tls)
        self._deadline = deadline
        graph_of(supergraph)

    async def answer(self, request: Request) -> Reply:
        """Answer one request; raises HubError."""
        text = await self.documents.text(request)
        prepared = await self.preparer.prepared(text, request.operation_name, EVERYONE, request.trace, request.peer)
        variables = self.preparer.bind_variables(prepared, request.variables)
        await self.preparer.compile_projection(prepared, variables, request.peer)
        answer = await execute(prepared.plan, variables, self.transports, request, self._deadline)
        data, failures = prepared.projection.project(answer, variables, None)
        data = await self.preparer.introspect(prepared, data, request.variables, client=request.peer)
        plan_shown = wants_plan(request, allowed=True)
        extensions = {"plan": await self.preparer.plan_text(prepared, request.peer)} if plan_shown else {}
        return Reply.of(data, failed_fields(failures, prepared.places), extensions, request.trace)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve, and close the connections at the end."""
        async with AsyncExitStack() as stack:
            for transport in self.transports.values():
                stack.push_async_callback(transport.close)
            yield


def _refuse_secured(supergraph: Supergraph) -> None:
    """Refuse elements that a subgraph protects: a gateway without identity can't protect them."""
    for coordinate, directives in supergraph.directives.items():
        for directive in directives:
            if directive.spec.startswith(SECURED):
                raise StartRefused(
                    "SUPERGRAPH_SECURED",
                    f"« {coordinate} » porte @{directive.name} : « hub gateway » ne sait pas qui demande et ne "
                    "peut pas le protéger. Retirez cet élément du supergraphe, ou servez celui-ci par un routeur qui "
                    "authentifie.",
                    f"{coordinate} bears @{directive.name}",
                )


def transports(
    supergraph: Supergraph, headers: Headers, tls: ssl.SSLContext | None = None
) -> Mapping[str, HttpTransport]:
    """The transport to each subgraph, at its URL in the supergraph."""
    by_subgraph = {}
    for endpoint in supergraph.endpoints.values():
        try:
            by_subgraph[endpoint.name] = call_engine(HttpTransport, endpoint.url, headers, tls=tls)
        except ValueError as error:
            raise StartRefused(
                "SUBGRAPH_URL_INVALID",
                f"Le supergraphe donne au sous-graphe « {endpoint.name} » une adresse qui n'en est pas une : il faut "
                "http(s)://hôte[:port]/chemin, sans mot de passe.",
                f"URL of subgraph {endpoint.name}",
            ) from error
    return by_subgraph


def _forwarding(names: frozenset[str]) -> Headers:
    """The client's headers of these names, for the subgraphs; the request is the opaque context."""
    if fixed := names & CONNECTION_HEADERS:
        raise StartRefused(
            "HEADER_NOT_FORWARDED",
            f"L'en-tête « {min(fixed)} » est celui de chaque connexion : il ne se passe pas aux sous-graphes.",
            f"{min(fixed)} belongs to the connection",
        )
    lines = {name: name.encode("ascii") for name in sorted(names)}

    def headers(request: SubgraphRequest, body: bytes, context: Any) -> list[tuple[bytes, bytes]]:
        return [
            (line, context.headers[name].encode("latin-1")) for name, line in lines.items() if name in context.headers
        ]

    return headers
