"""FIELD_TYPE_MISMATCH: a field's types in several subgraphs have one type that holds for all.

Nullability may differ, and an abstract type may stand for its members; lists and names may not. External fields have a
rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per field, or input field, whose types don't agree."""
    members = agree.possible(subgraphs)
    outputs: dict[str, dict[str, str]] = {}
    inputs: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in (each for each in type_.fields.values() if not each.has("external")):
                outputs.setdefault(f"{type_.name}.{field.name}", {})[subgraph.name] = field.type
            for value in type_.inputs.values():
                inputs.setdefault(f"{type_.name}.{value.name}", {})[subgraph.name] = value.type
    for found, one_type in ((outputs, lambda each: agree.output(each, members)), (inputs, agree.input_)):
        for coordinate, types in found.items():
            if one_type(list(types.values())) is None:
                said = ", ".join(f"{type_} dans {subgraph}" for subgraph, type_ in types.items())
                yield failure(
                    "FIELD_TYPE_MISMATCH",
                    coordinate,
                    types,
                    f"le champ a le type {said}",
                    "Donnez-lui le même type partout",
                )
