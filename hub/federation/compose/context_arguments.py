"""`@context` and `@fromContext` of one subgraph: which types set a context, which arguments are fed from one.

Source: https://specs.apollo.dev/context/v0.1 and federation v2.8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.federation.compose.subgraph_model import FEDERATION, Input, Output, Subgraph, Type

_IGNORED = r"(?:[\s,]|#[^\n\r]*)*"
_REFERENCE = re.compile(rf"{_IGNORED}\${_IGNORED}([A-Za-z_]\w*)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Contextual:
    """An argument that clients never give. `context` is its context's name, None where the text names none; `written`
    what it selects of whatever sets the context."""

    type: Type
    field: Output
    argument: Input
    context: str | None
    written: str

    @property
    def coordinate(self) -> str:
        """`Type.field(argument:)`."""
        return f"{self.type.name}.{self.field.name}({self.argument.name}:)"


def contextual(subgraph: Subgraph) -> Iterator[Contextual]:
    """Every argument with `@fromContext`, in the subgraph's order."""
    for type_, field, _ in subgraph.outputs():
        for argument in field.arguments.values():
            for values in argument.applied("fromContext"):
                context, written = reference(values.get("field"))
                yield Contextual(type_, field, argument, context, written)


def reference(text: object) -> tuple[str | None, str]:
    """Name and selection of `$name { selection }`; no name if it is not of that form."""
    found = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    return (found[1], found[2]) if found else (None, "")


def setting(subgraph: Subgraph, context: str | None) -> list[Type]:
    """The types that set a context."""
    return [type_ for type_ in subgraph.types.values() for each in type_.applied("context") if each["name"] == context]


def fed(subgraphs: Sequence[Subgraph]) -> set[str]:
    """Coordinates of the arguments that some subgraph takes from a context: no client gives them."""
    return {each.coordinate for subgraph in subgraphs for each in contextual(subgraph)}


def in_supergraph(subgraph: str, type_: Type) -> Type:
    """The type with its contexts named as the supergraph names them: after the subgraph."""
    directives = tuple(
        replace(each, arguments=(("name", json.dumps(f"{subgraph}__{each.values['name']}")),))
        if (each.spec, each.name) == (FEDERATION, "context")
        else each
        for each in type_.directives
    )
    return replace(type_, directives=directives)


def context_argument(subgraph: str, argument: Input) -> str:
    """A `join__ContextArgument` as a printed literal."""
    context, written = reference(next(argument.applied("fromContext"))["field"])
    told = {"context": f"{subgraph}__{context}", "name": argument.name, "type": argument.type, "selection": written}
    return f"{{{', '.join(f'{name}: {json.dumps(value, ensure_ascii=False)}' for name, value in told.items())}}}"
