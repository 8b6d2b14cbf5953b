"""Transports to the hub's subgraphs: in process with the context itself, or over HTTP with a signed one."""

from __future__ import annotations

import time

from graphql import GraphQLSchema, get_named_type, is_input_object_type, is_object_type

from hub.federation.client.http1 import Headers
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.federation.execution.failures import AllowedCodes
from hub.wording.engine import SUBGRAPH_FIELDS
from infra.keys import Keys
from schema.context import HEADER, Context, seal
from schema.input_forms import FORMS
from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.server import Subgraph


def allowed_codes(schema: GraphQLSchema) -> AllowedCodes:
    """The codes of our subgraphs' errors that clients may see, with the paths of arguments in the client schema."""
    fields = (field for type_ in schema.type_map.values() if is_object_type(type_) for field in type_.fields.values())
    inputs: set[str] = set()
    for field in fields:
        pending = [(name, argument.type, frozenset[str]()) for name, argument in field.args.items()]
        while pending:
            path, declared, above = pending.pop()
            inputs.add(path)
            form = get_named_type(declared)
            if is_input_object_type(form) and form.name not in above:
                within = above | {form.name}
                pending += [(f"{path}.{name}", below.type, within) for name, below in form.fields.items()]
    return AllowedCodes(frozenset(SUBGRAPH_FIELDS), frozenset(inputs), frozenset(FORMS))


class InProcess:
    """The transport of a subgraph in this process, which passes objects and needs no signature."""

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph
        self._deadlines = Deadlines()

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Execute one request; raises TransportError."""
        try:
            with self._deadlines.within(request.deadline):
                answer = await self._subgraph.execute(
                    request.query, request.variables, context._replace(seconds=request.deadline, caller=None)
                )
        except TimeoutError as error:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from error
        except RequestFailed as error:
            raise TransportError("SUBGRAPH_STATUS", error.code) from error
        return SubgraphResponse(answer["data"], answer.get("errors", []))


def signed_headers(keys: Keys) -> Headers:
    """The headers of one attempt: a context signed for this subgraph and body only."""

    def headers(request: SubgraphRequest, body: bytes, context: Context) -> list[tuple[bytes, bytes]]:
        key = keys.context(request.subgraph)
        context = context._replace(seconds=request.deadline)
        sealed = seal(context, audience=request.subgraph, body=body, key=key, now=int(time.time()))
        return [(HEADER.encode(), sealed.encode())]

    return headers


def no_headers(request: SubgraphRequest, body: bytes, context: Context) -> list[tuple[bytes, bytes]]:
    """The headers for a subgraph without the contract: nothing of who asks, nor of the request that it is part of."""
    return []
