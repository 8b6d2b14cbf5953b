"""A subgraph that the hub answers in its own process, by graphql-core; the guard journals its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
from graphql import DocumentNode, ExecutionResult, build_schema, execute, parse

from hub.errors import NotServed
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from schema.context import Context
from schema.lru import Lru
from schema.subgraphs import served_sdl


class OwnSubgraph:
    """A transport that answers in this process: `resolvers` by root field; `policy` is the hash of the policy that the
    hub runs with."""

    def __init__(self, name: str, resolvers: Mapping[str, Callable[..., Any]], policy: str) -> None:
        self._policy = policy
        self._schema = build_schema(_FEDERATION + served_sdl(name), assume_valid=True, assume_valid_sdl=True)
        roots = (self._schema.query_type, self._schema.mutation_type)
        fields = {name: field for root in roots if root is not None for name, field in root.fields.items()}
        for name, resolve in resolvers.items():
            fields[name].resolve = resolve

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Answer one request; raises TransportError."""
        if context.policy != self._policy:
            raise TransportError("SUBGRAPH_STATUS", "CONTEXT_REFUSED")
        try:
            async with asyncio.timeout(request.deadline):
                result = await self._execute(request, context)
        except TimeoutError as error:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from error
        errors = [entry for error in result.errors or () for entry in _entries(error.original_error, error.path)]
        return SubgraphResponse(result.data, errors)

    async def _execute(self, request: SubgraphRequest, context: Context) -> ExecutionResult:
        document = _DOCUMENTS.get_or(request.query, lambda: parse(request.query, no_location=True))
        result = execute(self._schema, document, variable_values=request.variables, context_value=context)
        return result if isinstance(result, ExecutionResult) else await result


_FEDERATION = """
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT
directive @inaccessible on FIELD_DEFINITION
directive @shareable on OBJECT | FIELD_DEFINITION
"""


_DOCUMENTS: Lru[str, DocumentNode] = Lru("own queries", 2 * 1024 * 1024, lambda query, _: 4_000 + 50 * len(query))


def _entries(cause: Exception | None, path: Any) -> list[dict[str, Any]]:
    """Return an error as subgraphs serve it: its code, once for each malformed input that its cause tells; never its
    text."""
    if isinstance(cause, NotServed | OSError | asyncpg.PostgresError | asyncpg.InterfaceError | TimeoutError):
        code = "DATABASE_UNAVAILABLE"
    else:
        code = str(getattr(cause, "code", "INTERNAL_ERROR"))
    told = ({"code": code, **malformed} for malformed in getattr(cause, "malformed", [{}]))
    return [{"message": code, "path": list(path or ()), "extensions": extensions} for extensions in told]
