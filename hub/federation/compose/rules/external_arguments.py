"""EXTERNAL_ARGUMENT_MISSING, _TYPE_MISMATCH and _DEFAULT_MISMATCH: an `@external` field has its arguments too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.context_arguments import fed
from hub.federation.compose.rules.external_types import sides
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Input, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    contextual = fed(subgraphs)
    for coordinate, (external, resolved) in sides(subgraphs).items():
        first, *others = resolved.values()
        for name, argument in first.arguments.items():
            if f"{coordinate}({name}:)" in contextual or not all(name in each.arguments for each in others):
                continue
            one = agree.input_([each.arguments[name].type for each in resolved.values()])
            for subgraph, field in external.items():
                problem = _problem(field.arguments.get(name), argument, one)
                if problem is not None:
                    code, said, mend = problem
                    yield failure(code, f"{coordinate}({name}:)", [subgraph, *resolved], said, mend)


def _problem(found: Input | None, resolved: Input, one: str | None) -> tuple[str, str, str] | None:
    if found is None:
        return (
            "EXTERNAL_ARGUMENT_MISSING",
            "le champ @external n'a pas cet argument, qu'il a là où il est fourni",
            "Ajoutez l'argument",
        )
    if one is not None and agree.input_([found.type, one]) != found.type and found.type != one:
        return (
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            f"le champ @external a l'argument de type « {found.type} », il est de type « {one} » où il est fourni",
            "Donnez-lui ce type",
        )
    if found.default != resolved.default:
        return (
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            "le champ @external n'a pas la valeur par défaut que l'argument a là où il est fourni",
            "Donnez-lui cette valeur",
        )
    return None
