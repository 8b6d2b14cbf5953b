"""FIELD_ARGUMENT_TYPE_MISMATCH and REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: arguments agree in every subgraph.

An argument that only some subgraphs know is left out of the client schema: it must not be required there. One that a
subgraph takes from a context is left out too: context_arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.context_arguments import fed
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Input, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per argument."""
    fields: dict[str, dict[str, dict[str, Input]]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                if not field.has("external"):
                    fields.setdefault(f"{type_.name}.{field.name}", {})[subgraph.name] = dict(field.arguments)
    contextual = fed(subgraphs)
    for coordinate, holders in fields.items():
        for name in dict.fromkeys(name for arguments in holders.values() for name in arguments):
            found = {subgraph: arguments[name] for subgraph, arguments in holders.items() if name in arguments}
            argument = f"{coordinate}({name}:)"
            if argument in contextual:
                continue
            if agree.input_([each.type for each in found.values()]) is None:
                said = ", ".join(f"{each.type} dans {subgraph}" for subgraph, each in found.items())
                yield failure(
                    "FIELD_ARGUMENT_TYPE_MISMATCH",
                    argument,
                    found,
                    f"l'argument a le type {said}",
                    "Donnez-lui le même type partout",
                )
            required = [s for s, each in found.items() if each.type.endswith("!") and each.default is None]
            if required and len(found) < len(holders):
                yield failure(
                    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
                    argument,
                    required,
                    f"l'argument est obligatoire mais manque dans {', '.join(sorted(holders.keys() - found.keys()))}",
                    "Ajoutez-le partout ou rendez-le facultatif",
                )
