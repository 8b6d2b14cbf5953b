"""Elements of several subgraphs, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.subgraph_model import Element, Input, Kind, Output, Subgraph, Type

Sides = dict[str, Type]


def types(subgraphs: Sequence[Subgraph], *kinds: Kind) -> Iterator[tuple[str, Sides]]:
    """Types of these kinds that several subgraphs declare, by subgraph."""
    for name in dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types):
        sides = {each.name: each.types[name] for each in subgraphs if name in each.types}
        if len(sides) > 1 and all(type_.kind in kinds for type_ in sides.values()):
            yield name, sides


def fields(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Output]]]:
    """Fields that several subgraphs resolve, by subgraph."""
    found: dict[str, dict[str, Output]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.outputs():
            if not field.has("external"):
                found.setdefault(coordinate, {})[subgraph.name] = field
    yield from ((coordinate, sides) for coordinate, sides in found.items() if len(sides) > 1)


def arguments(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Input], set[str]]]:
    """Arguments of those fields by subgraph, and the subgraphs that have the field without it."""
    for coordinate, sides in fields(subgraphs):
        for name in dict.fromkeys(name for field in sides.values() for name in field.arguments):
            having = {key: field.arguments[name] for key, field in sides.items() if name in field.arguments}
            yield f"{coordinate}({name}:)", having, sides.keys() - having.keys()


def inputs(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Input], set[str]]]:
    """Fields of input types by subgraph, and the subgraphs that have the type without it."""
    for type_name, sides in types(subgraphs, Kind.INPUT):
        for name in dict.fromkeys(name for type_ in sides.values() for name in type_.inputs):
            having = {key: type_.inputs[name] for key, type_ in sides.items() if name in type_.inputs}
            yield f"{type_name}.{name}", having, sides.keys() - having.keys()


def elements(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[str, dict[str, Element]]]:
    """Everything that bears a description, by subgraph."""
    found: dict[str, dict[str, Element]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            members: list[tuple[str, Element]] = [(type_.name, type_)]
            for each in (*type_.fields.values(), *type_.inputs.values(), *type_.values.values()):
                members.append((f"{type_.name}.{each.name}", each))
                if isinstance(each, Output):
                    members.extend((f"{members[-1][0]}({name}:)", given) for name, given in each.arguments.items())
            for coordinate, element in members:
                found.setdefault(coordinate, {})[subgraph.name] = element
    yield from found.items()
