"""Random valid operations over the client schema (hypothesis-graphql), fed with values that mean something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    ConstValueNode,
    DocumentNode,
    FieldNode,
    IntValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    parse_type,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from tests.pinned_graph import client_schema

Values = Mapping[str, Sequence[str | int | None]]
"""What an argument or an input field of this name may be given."""
AS_DRAWN = 0.1
"""How often a value stays what it was drawn as."""
RENAMED = 0.3
"""How often a field gets an alias."""
HOLES = 0.7
"""How often a value is a variable's, not a literal's."""


@cache
def random_documents(count: int, start: int = 0, roots: tuple[str, ...] = ()) -> tuple[DocumentNode, ...]:
    """Random valid documents, those of `start` being the same at each run; `roots`: of these root fields only.

    Without a search: a document that holds an identity is refused whole; `canary_operations.FIND` has it in a variable.
    """
    documents: dict[str, DocumentNode] = {}
    query = client_schema().query_type
    assert query is not None
    fields = roots or tuple(name for name in query.fields if name != "findPerson")
    scalars = {
        "Date": st.dates().map(lambda day: nodes.String(str(day))),
        "DateTime": st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")),
    }

    @seed(start)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(queries(client_schema(), fields=fields, custom_scalars=scalars, allow_x00=False))
    def collect(text: object) -> None:
        documents.setdefault(str(text), parse(str(text)))

    collect()
    return tuple(documents.values())


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document to ask, and what to give to its variables: of each, the argument or input field that it stands for."""

    text: str
    holes: Mapping[str, str]

    def variables(self, values: Values, random: Random) -> dict[str, str | int | None]:
        """Values for the holes."""
        return {name: random.choice(values[filled]) for name, filled in self.holes.items()}


def fed(document: DocumentNode, values: Values, random: Random) -> str:
    """The document with given values for the arguments that have some, and some of its fields under other names."""
    return drawn(document, values, random, holes=0).text


def drawn(document: DocumentNode, values: Values, random: Random, holes: float = HOLES) -> Drawn:
    """The same, where a share `holes` of the values is left to variables."""
    feeder = _Feeder(TypeInfo(client_schema()), values, random, holes)
    fed_document: DocumentNode = visit(document, TypeInfoVisitor(feeder.types, feeder))
    operation, *fragments = fed_document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    kinds = feeder.declared.items()
    declared = tuple(VariableDefinitionNode(variable=_variable(name), type=parse_type(kind)) for name, kind in kinds)
    whole = OperationDefinitionNode(
        operation=operation.operation, name=operation.name, directives=operation.directives,
        variable_definitions=declared, selection_set=operation.selection_set,
    )  # fmt: skip
    return Drawn(print_ast(DocumentNode(definitions=(whole, *fragments))), feeder.holes)


class _Feeder(Visitor):
    """Gives values and other names; of the variables that it makes, `declared` are the types, `holes` the arguments."""

    def __init__(self, types: TypeInfo, values: Values, random: Random, share: float) -> None:
        super().__init__()
        self.types, self.values, self.random, self.share = types, values, random, share
        self.declared: dict[str, str] = {}
        self.holes: dict[str, str] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if node.alias is not None or self.random.random() >= RENAMED:
            return None
        return FieldNode(
            name=node.name, alias=NameNode(value=f"k{self.random.randrange(10**5)}"), arguments=node.arguments,
            directives=node.directives, selection_set=node.selection_set,
        )  # fmt: skip

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        return self._fed(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        return self._fed(node)

    def _fed(self, node: Any) -> Any:
        name = node.name.value
        choices = self.values.get(name)
        if choices is None or self.random.random() < AS_DRAWN:
            return None
        if self.random.random() >= self.share:
            return type(node)(name=node.name, value=_literal(self.random.choice(choices)))
        variable = f"v{len(self.holes)}"
        self.holes[variable], self.declared[variable] = name, str(self.types.get_input_type())
        return type(node)(name=node.name, value=_variable(variable))


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))


def _literal(value: str | int | None) -> ConstValueNode:
    if value is None:
        return NullValueNode()
    return IntValueNode(value=str(value)) if isinstance(value, int) else StringValueNode(value=value)
