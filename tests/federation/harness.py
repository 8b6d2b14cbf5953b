"""Subgraphs from SDL and data, executed by graphql-core, behind the engine under test.

All subgraphs of a graph read one store of whole objects, each through its own schema: so graphql-core's executor over
the client schema and the same store says what the right answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, NoReturn

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaExtensionNode,
    build_ast_schema,
    execute,
    parse,
    validate,
)

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.document.variables import bind
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.federation.compose.composer import Source, compose
from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.execute import Answer
from hub.federation.execution.execute import execute as run
from hub.federation.execution.generate import Marked
from hub.federation.execution.project import Guard, Projection, interpret
from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import Operation
from hub.federation.planning.plan import plan
from hub.federation.planning.query_plan import Plan
from hub.federation.supergraph import Supergraph

PLANS = File(__file__).resolve().parent.parent / "plans"
HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", '
    '"@requires", "@provides", "@inaccessible", "@override", "@tag", "@extends", "@interfaceObject", '
    '"@context", "@fromContext"])\n'
)

DEADLINE = 60.0
"""Seconds for an answer: more than any needs, on however busy a machine."""

Find = Callable[[dict[str, Any]], Any]
"""From a representation to the whole object, None or an exception."""


@dataclass(frozen=True)
class Part:
    """One subgraph. `resolvers` by coordinate override the store; `find` looks entities up by type."""

    name: str
    sdl: str
    root: Mapping[str, Any] = field(default_factory=dict)
    find: Mapping[str, Find] = field(default_factory=dict)
    resolvers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


class Subgraph:
    """A transport in process that remembers what it was sent."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.schema = _executable(part)
        self.requests: list[SubgraphRequest] = []
        self.fault: TransportError | None = None

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        self.requests.append(request)
        if self.fault is not None:
            raise self.fault
        document = parse(request.query)
        assert not validate(self.schema, document), request.query
        result = execute(self.schema, document, dict(self.part.root), variable_values=dict(request.variables))
        assert isinstance(result, ExecutionResult)
        return SubgraphResponse(result.data, [dict(error.formatted) for error in result.errors or ()])


class Saying:
    """A guard that is one function of the whole object, for the interpreter; it keeps no account."""

    def __init__(self, say: Callable[[int, Mapping[str, Any], Path], frozenset[str] | None]) -> None:
        self.say = say

    def __call__(self, mark: int, value: Mapping[str, Any], path: Path) -> frozenset[str] | None:
        return self.say(mark, value, path)

    @property
    def noted(self) -> dict[Any, int]:
        return {}

    def verdicts(self, marked: Marked) -> NoReturn:
        """It has none by facts alone."""
        raise Unusual

    def restart(self) -> None:
        """Nothing was kept."""


def described(failures: Sequence[FieldFailure]) -> list[tuple[str, Path | None, Mapping[str, Any]]]:
    """Code, path and parameters of each failure."""
    return [(failure.code, failure.path, failure.parameters) for failure in failures]


def projected(
    projection: Projection, answer: Answer, variables: Mapping[str, Any], guard: Guard | None
) -> tuple[dict[str, Any] | None, list[FieldFailure]]:
    """What the projection makes of an answer, the same as the interpreter alone."""
    result = projection.project(answer, variables, guard)
    expected = interpret(projection.shape(variables), answer, guard)
    assert repr(result[0]) == repr(expected[0])  # the order of the keys too
    assert described(result[1]) == described(expected[1])
    return result


class Gateway:
    """A composed graph with its subgraphs in process, and with these labels of progressive overrides on."""

    def __init__(self, *parts: Part, labels: frozenset[str] = frozenset()) -> None:
        self.parts, self.labels = parts, labels
        self.supergraph: Supergraph = compose(
            [Source(p.name, f"http://{p.name}.example/graphql", p.sdl) for p in parts]
        )
        self.subgraphs = {part.name: Subgraph(part) for part in parts}

    def operation(self, query: str, name: str | None = None) -> Operation:
        schema = self.supergraph.client_schema
        document = parse_document(query, schema, Limits())
        return normalise(document, find_operation(document, name), schema)

    def plan(self, query: str) -> Plan:
        operation = self.operation(query)
        query_plan = plan(AuthorisedOperation(operation, operation), self.supergraph, self.labels)
        for fetch in query_plan.fetches():
            assert not validate(self.subgraphs[fetch.subgraph].schema, parse(fetch.document)), fetch.document
        return query_plan

    async def answer(
        self, query: str, variables: Mapping[str, Any] | None = None, *, guard: Guard | None = None, **more: Any
    ) -> tuple[Any, list[dict[str, Any]]]:
        """Data, and errors as (code, path)."""
        operation = self.operation(query)
        schema = self.supergraph.client_schema
        values = bind(operation, variables or {}, schema)
        query_plan = plan(AuthorisedOperation(operation, operation), self.supergraph, self.labels)
        answer: Answer = await run(query_plan, values, self.subgraphs, None, DEADLINE, **more)
        data, errors = projected(Projection(operation, schema), answer, values, guard)
        return data, [{"code": error.code, "path": list(error.path or ())} for error in errors]

    def calls(self) -> list[str]:
        """Names of the subgraphs that were asked, once per request, in their order in the graph."""
        return [name for name, subgraph in self.subgraphs.items() for _ in subgraph.requests]


def snapshot(name: str, query: str, query_plan: Plan) -> None:
    """Compare a plan with `tests/plans/NAME.txt`; a missing file is written, and the test fails once."""
    path = PLANS / f"{name}.txt"
    text = f"{query.strip()}\n\n{query_plan.text()}"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        raise AssertionError(f"{path.name} was missing and is now written: read it and run again")
    assert path.read_text(encoding="utf-8") == text


def resolve_type(value: Any, info: Any, abstract: Any) -> str:
    return str(value["__typename"])


def executable(schema: GraphQLSchema, resolvers: Mapping[str, Callable[..., Any]]) -> GraphQLSchema:
    """Attach resolvers; abstract values say their `__typename`."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue  # GraphQL's own types are shared by all schemas
        if isinstance(type_, GraphQLObjectType):
            for name, definition in type_.fields.items():
                definition.resolve = resolvers.get(f"{type_.name}.{name}")
        elif hasattr(type_, "resolve_type"):
            type_.resolve_type = resolve_type
    return schema


def _executable(part: Part) -> GraphQLSchema:
    """The subgraph's own schema, extensions folded in, with `_entities`."""
    entities = _entities(part)
    machinery = "type Query { _service: String }"
    if entities:
        machinery = f"""
        scalar _Any
        union _Entity = {" | ".join(entities)}
        type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
        """
    merged: dict[str, Any] = {}
    for node in (*parse(part.sdl).definitions, *parse(machinery).definitions):
        if isinstance(node, SchemaExtensionNode):
            continue
        kind = ObjectTypeDefinitionNode if isinstance(node, ObjectTypeExtensionNode) else type(node)
        existing = merged.get(node.name.value)  # type: ignore[attr-defined]
        values = {key: getattr(node, key, None) for key in kind.keys if key != "loc"}
        if existing is not None:
            values["fields"] = (*existing.fields, *node.fields)  # type: ignore[attr-defined]
        values["directives"] = ()
        merged[node.name.value] = kind(**values)  # type: ignore[attr-defined]
    schema = build_ast_schema(DocumentNode(definitions=tuple(merged.values())), assume_valid_sdl=True)

    def find(root: Any, info: Any, representations: Sequence[dict[str, Any]]) -> list[Any]:
        return [_resolve_reference(part, representation) for representation in representations]

    return executable(schema, {**part.resolvers, "Query._entities": find})


def _entities(part: Part) -> list[str]:
    """The object types that can be looked up: not an interface, which tells the type of what it finds."""
    return sorted(name for name in part.find if f"interface {name} " not in part.sdl)


def _resolve_reference(part: Part, representation: dict[str, Any]) -> Any:
    entity = part.find[representation["__typename"]](representation)
    if isinstance(entity, dict):
        typed = {"__typename": representation["__typename"]} if representation["__typename"] in _entities(part) else {}
        return {**entity, **typed, "__representation": representation}
    return entity
