"""Rules of `@cost` and `@listSize`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.federation.compose.subgraph_model import Kind, OutputField, Subgraph, named_type
from hub.federation.errors import RuleViolation


def cost_on_interface_field(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """COST_APPLIED_TO_INTERFACE_FIELD: a field of an interface has a cost."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE):
            if field.has("cost"):
                yield RuleViolation(
                    "COST_APPLIED_TO_INTERFACE_FIELD",
                    coordinate,
                    [subgraph.name],
                    "@cost has no effect on a field of an interface",
                    "Put it on the fields of the implementing types",
                )


def list_size_on_non_list(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """LIST_SIZE_APPLIED_TO_NON_LIST: `@listSize` is on a field, or names a sized field, that is no list."""
    for subgraph, field, coordinate, values in _list_sizes(subgraphs):
        type_name = named_type(field.type)
        sized = values.get("sizedFields") or ()
        if sized:
            fields = subgraph.types[type_name].fields if type_name in subgraph.types else {}
            non_lists = [
                f"{type_name}.{name}" for name in sized if name in fields and not fields[name].type.startswith("[")
            ]
        else:
            non_lists = [] if field.type.startswith("[") else [coordinate]
        for non_list in non_lists:
            yield RuleViolation(
                "LIST_SIZE_APPLIED_TO_NON_LIST",
                coordinate,
                [subgraph.name],
                f'@listSize gives the size of "{non_list}", which is no list',
                "Remove it, or name lists in sizedFields",
            )


def list_size_invalid_assumed_size(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """LIST_SIZE_INVALID_ASSUMED_SIZE: an assumed size is negative."""
    for subgraph, _, coordinate, values in _list_sizes(subgraphs):
        if (values.get("assumedSize") or 0) < 0:
            yield RuleViolation(
                "LIST_SIZE_INVALID_ASSUMED_SIZE",
                coordinate,
                [subgraph.name],
                "assumedSize is negative",
                "Give the expected number of items",
            )


def list_size_invalid_slicing_argument(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """LIST_SIZE_INVALID_SLICING_ARGUMENT: a slicing argument is no Int argument of the field."""
    for subgraph, field, coordinate, values in _list_sizes(subgraphs):
        for name in values.get("slicingArguments") or ():
            if name not in field.arguments or field.arguments[name].type.removesuffix("!") != "Int":
                yield RuleViolation(
                    "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                    coordinate,
                    [subgraph.name],
                    f'slicingArguments names "{name}", which is no Int argument of the field',
                    "Name the arguments that limit the list",
                )


def list_size_invalid_sized_field(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """LIST_SIZE_INVALID_SIZED_FIELD: a sized field is no field of the returned type."""
    for subgraph, field, coordinate, values in _list_sizes(subgraphs):
        type_name = named_type(field.type)
        fields = subgraph.types[type_name].fields if subgraph.is_composite(type_name) else {}
        for name in values.get("sizedFields") or ():
            if name not in fields:
                yield RuleViolation(
                    "LIST_SIZE_INVALID_SIZED_FIELD",
                    coordinate,
                    [subgraph.name],
                    f'sizedFields names "{name}", which is no field of "{type_name}"',
                    "Name lists of the type that the field returns",
                )


def _list_sizes(subgraphs: Sequence[Subgraph]) -> Iterator[tuple[Subgraph, OutputField, str, dict[str, Any]]]:
    """Each `@listSize`: subgraph, field, coordinate, arguments."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            for values in field.applied("listSize"):
                yield subgraph, field, coordinate, values


OWN_RULES = (
    cost_on_interface_field,
    list_size_on_non_list,
    list_size_invalid_assumed_size,
    list_size_invalid_slicing_argument,
    list_size_invalid_sized_field,
)
