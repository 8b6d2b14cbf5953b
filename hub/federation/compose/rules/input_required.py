"""REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: an input field that only some subgraphs know is optional there.

It is left out of the client schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per input field."""
    for name in dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types):
        types = {each.name: each.types[name] for each in subgraphs if name in each.types}
        holders = {key: type_.inputs for key, type_ in types.items() if type_.kind is Kind.INPUT}
        for field in dict.fromkeys(field for inputs in holders.values() for field in inputs):
            without = sorted(key for key, inputs in holders.items() if field not in inputs)
            required = [
                key
                for key, inputs in holders.items()
                if field in inputs and inputs[field].type.endswith("!") and inputs[field].default is None
            ]
            if without and required:
                yield failure(
                    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
                    f"{name}.{field}",
                    [*required, *without],
                    f"le champ d'entrée est obligatoire dans {', '.join(required)} et manque dans {', '.join(without)}",
                    "Ajoutez-le partout ou rendez-le facultatif",
                )
