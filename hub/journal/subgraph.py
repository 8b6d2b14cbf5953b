"""The subgraph that the hub answers itself, `myAccessJournal` and `accessJournal`, by graphql-core.

Its answers are journalled in turn, by the guard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
from graphql import DocumentNode, ExecutionResult, GraphQLObjectType, GraphQLResolveInfo, build_schema, execute, parse

from hub.errors import NotServed
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.journal.read.access_lists import AccessLists
from hub.journal.read.search_criteria import FORMS, CriterionMalformed
from schema.context import Context
from schema.lru import Lru
from schema.subgraphs import HUB, served_sdl


class JournalSubgraph:
    """A transport that answers in this process. `policy` is the hash of the policy that the hub runs with."""

    def __init__(self, pages: AccessLists, policy: str) -> None:
        self._pages, self._policy = pages, policy
        self._schema = build_schema(_FEDERATION + served_sdl(HUB), assume_valid=True, assume_valid_sdl=True)
        query = self._schema.query_type
        assert isinstance(query, GraphQLObjectType)
        query.fields["myAccessJournal"].resolve = self._mine
        query.fields["accessJournal"].resolve = self._searched

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Answer one request; raises TransportError."""
        if context.policy != self._policy:
            raise TransportError("SUBGRAPH_STATUS", "CONTEXT_REFUSED")
        try:
            async with asyncio.timeout(request.deadline):
                result = await self._execute(request, context)
        except TimeoutError as error:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from error
        errors = [_error_entry(error.original_error, error.path) for error in result.errors or ()]
        return SubgraphResponse(result.data, errors)

    async def _execute(self, request: SubgraphRequest, context: Context) -> ExecutionResult:
        document = _DOCUMENTS.get_or(request.query, lambda: parse(request.query, no_location=True))
        result = execute(self._schema, document, variable_values=request.variables, context_value=context)
        return result if isinstance(result, ExecutionResult) else await result

    async def _mine(
        self, _: Any, info: GraphQLResolveInfo[Context], first: int | None = None, after: str | None = None
    ) -> Any:
        return await self._pages.own_accesses(info.context, first, after)

    async def _searched(
        self,
        _: Any,
        info: GraphQLResolveInfo[Context],
        first: int | None = None,
        after: str | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named in the schema
    ) -> Any:
        return await self._pages.search(info.context, first, after, filter or {})


_FEDERATION = """
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @inaccessible on FIELD_DEFINITION
directive @shareable on OBJECT | FIELD_DEFINITION
"""


_DOCUMENTS: Lru[str, DocumentNode] = Lru("journal queries", 2 * 1024 * 1024, lambda query, _: 4_000 + 50 * len(query))


def _error_entry(cause: Exception | None, path: Any) -> dict[str, Any]:
    """Return an error as subgraphs serve it: its code, and the expected form of a criterion; never its text."""
    if isinstance(cause, NotServed | OSError | asyncpg.PostgresError | asyncpg.InterfaceError | TimeoutError):
        code = "DATABASE_UNAVAILABLE"
    else:
        code = str(getattr(cause, "code", "INTERNAL_ERROR"))
    details = (
        {"input": f"filter.{cause.name}", "expected": FORMS[cause.name]}
        if isinstance(cause, CriterionMalformed)
        else {}
    )
    return {"message": code, "path": list(path or ()), "extensions": {"code": code, **details}}
