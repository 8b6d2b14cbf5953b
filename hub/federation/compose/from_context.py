"""`@context` and `@fromContext` of one subgraph: types that set a context, arguments that take their value from one.

Source: https://specs.apollo.dev/context/v0.1 and federation v2.8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.federation.compose.subgraph_model import InputValue, OutputField, Subgraph, Type

_IGNORED = r"(?:[\s,]|#[^\n\r]*)*"
_REFERENCE = re.compile(rf"{_IGNORED}\${_IGNORED}([A-Za-z_]\w*)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that the gateway gives, never a client. `context` is the name of its context, None where
    `@fromContext` names none; `selection` is the text that selects the value on the types that set the context."""

    type: Type
    field: OutputField
    argument: InputValue
    context: str | None
    selection: str

    @property
    def coordinate(self) -> str:
        """`Type.field(argument:)`."""
        return f"{self.type.name}.{self.field.name}({self.argument.name}:)"


def context_arguments(subgraph: Subgraph) -> Iterator[ContextArgument]:
    """Every argument with `@fromContext`, in the subgraph's order."""
    for type_, field, _ in subgraph.output_fields():
        for argument in field.arguments.values():
            for values in argument.applied("fromContext"):
                context, selection = parse_reference(values.get("field"))
                yield ContextArgument(type_, field, argument, context, selection)


def parse_reference(text: object) -> tuple[str | None, str]:
    """Name and selection of `$name { selection }`; no name if it is not of that form."""
    match = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    return (match[1], match[2]) if match else (None, "")


def context_types(subgraph: Subgraph, context: str | None) -> list[Type]:
    """The types that set a context."""
    return [
        type_ for type_ in subgraph.types.values() for values in type_.applied("context") if values["name"] == context
    ]


def context_coordinates(subgraphs: Sequence[Subgraph]) -> set[str]:
    """Coordinates of the arguments that some subgraph takes from a context."""
    return {argument.coordinate for subgraph in subgraphs for argument in context_arguments(subgraph)}


def with_qualified_contexts(subgraph: str, type_: Type) -> Type:
    """The type with its contexts named as in the supergraph: with the subgraph's name before."""
    directives = tuple(
        replace(directive, arguments=(("name", json.dumps(f"{subgraph}__{directive.values['name']}")),))
        if directive.is_federation("context")
        else directive
        for directive in type_.directives
    )
    return replace(type_, directives=directives)


def join_context_argument(subgraph: str, argument: InputValue) -> str:
    """A `join__ContextArgument` as a printed literal."""
    context, selection = parse_reference(next(argument.applied("fromContext"))["field"])
    members = {
        "context": f"{subgraph}__{context}",
        "name": argument.name,
        "type": argument.type,
        "selection": selection,
    }
    return f"{{{', '.join(f'{name}: {json.dumps(value, ensure_ascii=False)}' for name, value in members.items())}}}"
