"""A subgraph at run time: Strawberry parses and validates documents, one SQL statement answers them.

`execute` takes the context as an object (in process); `subgraphs.kit.http` unseals it from a header. A mutation is made
in one transaction of the writing role (`subgraphs.kit.write`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from graphql import DocumentNode, GraphQLError, parse
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from schema.context import Context
from schema.lru import Lru
from subgraphs.kit.compiler import Compiler, InTurn
from subgraphs.kit.document import Query
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.federation_schema import SubgraphSchema, subgraph_schema
from subgraphs.kit.long_lists import nulled
from subgraphs.kit.subgraph_model import Model
from subgraphs.kit.transactions import Database
from subgraphs.kit.write.writer import Writer

QUERY_BYTES = 3 * 1024 * 1024
"""Memory for queries kept parsed and validated. One that comes again is answered without Strawberry."""

META = frozenset({"_service", "__schema", "__type", "__typename"})
"""Root fields that answer about the schema, not data."""


Answer: TypeAlias = tuple[dict[str, Any], list[RequestFailed]]
"""The data of a query, and the errors of its fields."""


def refused() -> RequestFailed:
    """The error for an invalid document; it does not say what is wrong, which would quote the document."""
    return RequestFailed("OPERATION_REFUSED", "La requête n'est pas valable pour ce sous-graphe.")


@dataclass(frozen=True, slots=True)
class Request:
    """The context of a Strawberry execution, for its extensions."""

    subgraph: Subgraph
    context: Context


class Subgraph:
    """One subgraph. `policy` is the hash of the policy that it runs with, `cursors` the secret that seals cursors,
    `match_secret` the secret of the keys by which persons are matched; `writing` is the database as its writing role,
    for a subgraph with mutations; `in_turn` compiles new statements outside of the event loop."""

    def __init__(
        self,
        model: Model,
        database: Database,
        *,
        policy: str,
        cursors: bytes,
        match_secret: bytes | None = None,
        writing: Database | None = None,
        in_turn: InTurn | None = None,
    ) -> None:
        self.model, self.database, self.policy = model, database, policy
        self.compiler = Compiler(model, cursors, match_secret, in_turn)
        self.queries: Lru[str, Query] = Lru("queries", QUERY_BYTES, _memory)
        self.schema = served_schema(model)
        self.writer = Writer(model, self.compiler, writing, cursors) if writing is not None else None

    @property
    def databases(self) -> Mapping[str, Database]:
        """Its databases by the role that each connects as."""
        written = {} if self.writer is None else {f"{self.name}_write": self.writer.database}
        return {f"{self.name}_query": self.database, **written}

    @property
    def name(self) -> str:
        """Name of the subgraph: the audience of the contexts that it takes."""
        return self.model.name

    @property
    def statements(self) -> int:
        """Number of data statements run so far."""
        return self.database.statements

    async def execute(self, query: str, variables: Mapping[str, Any] | None, context: Context) -> dict[str, Any]:
        """Answer one GraphQL request: `data`, and `errors` if there are any.

        Raises RequestFailed CONTEXT_REFUSED for another policy, and DatabaseUnavailable.
        """
        if context.policy != self.policy:
            raise RequestFailed("CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.")
        parsed = self.queries.get(query)
        if parsed is not None and _asks_data(parsed):
            return await self._repeat(query, parsed, variables or {}, context)
        result = await self.schema.execute(
            query, variable_values=dict(variables or {}), context_value=Request(self, context)
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_error_entry(error) for error in result.errors]
        return answer

    async def _repeat(self, text: str, query: Query, variables: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Answer a query that was validated before, without Strawberry."""
        try:
            data, errors = await self.data(text, query, variables, context)
            return {"data": data, "errors": [error.formatted() for error in errors]} if errors else {"data": data}
        except RequestFailed as error:
            failure = error
        except Exception:  # what Strawberry makes of any other error, too, tells nothing of it
            failure = refused()
        return {"data": None, "errors": [_error_entry(GraphQLError(failure.code, original_error=failure))]}

    async def answer(
        self, text: str, document: DocumentNode, variables: Mapping[str, Any], context: Context
    ) -> Answer | None:
        """Answer an operation; None for introspection, which Strawberry executes."""
        query = self.queries.get_or(text, lambda: Query(document))
        return await self.data(text, query, variables, context) if _asks_data(query) else None

    async def data(self, text: str, query: Query, variables: Mapping[str, Any], context: Context) -> Answer:
        """Return the data of a valid operation, and what failed below its fields; raises RequestFailed."""
        if query.root_names & META - {"__typename"}:
            raise refused()
        if query.kind == "mutation":
            if self.writer is None:
                raise refused()
            return await self.writer.answer(text, query, variables, context)
        statement, call = await self.compiler.statement_in_turn(text, query, variables, context)
        arguments = statement.arguments(call)
        organisation, seconds = context.organisation, context.seconds
        rows = await self.database.fetch(call.visible, organisation, statement.sql, arguments, seconds)
        data = statement.read(rows, call)
        return data, nulled(data) if call.has_long_lists else []


def _memory(text: str, query: Query) -> int:
    """Memory of a parsed query, in bytes: measured at 20 to 40 for each character."""
    return 4_000 + 50 * len(text)


def _asks_data(query: Query) -> bool:
    return query.kind == "mutation" or not query.root_names <= META


def _error_entry(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    if isinstance(cause, RequestFailed):
        if cause.status != 200:
            raise cause
        return cause.formatted()
    return refused().formatted()


class _Answering(SchemaExtension):
    async def on_execute(self) -> AsyncIterator[None]:
        execution = self.execution_context
        request: Request = execution.context
        assert execution.query is not None
        assert execution.graphql_document is not None
        try:
            answer = await request.subgraph.answer(
                execution.query, execution.graphql_document, execution.variables or {}, request.context
            )
        except RequestFailed as error:
            graphql_error = GraphQLError(error.code, original_error=error)
            execution.result = ExecutionResult(data=None, errors=[graphql_error])
        except RecursionError:
            graphql_error = GraphQLError("OPERATION_REFUSED", original_error=refused())
            execution.result = ExecutionResult(data=None, errors=[graphql_error])
        else:
            if answer is not None:
                data, failures = answer
                errors = [GraphQLError(failure.code, original_error=failure) for failure in failures]
                execution.result = ExecutionResult(data=data, errors=errors or None)
        yield


class _Parsing(SchemaExtension):
    """Parses without places, which nobody reads here: they take twice the memory of the document's nodes."""

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        assert execution.query is not None
        execution.graphql_document = parse(execution.query, no_location=True, **execution.parse_options)
        yield


_EXTENSIONS = (_Parsing, _Answering)


@cache
def served_schema(model: Model) -> SubgraphSchema:
    """The schema on which documents of a model are validated; all its subgraphs in a process share it."""
    return subgraph_schema(model, _EXTENSIONS)
