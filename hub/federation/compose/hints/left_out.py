"""INCONSISTENT_ARGUMENT_PRESENCE, INCONSISTENT_INPUT_OBJECT_FIELD, INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM and
CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: what only some subgraphs receive is not in the supergraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hub.federation.compose.context_arguments import fed
from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.merger import positions
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per argument, input field or value."""
    contextual = fed(subgraphs)
    for coordinate, having, without in together.arguments(subgraphs):
        given = [name for name, argument in having.items() if not argument.has("fromContext")]
        if coordinate in contextual and given:
            said = "l'argument vient d'un contexte dans un autre sous-graphe, le supergraphe ne l'a donc pas"
            yield hint("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", coordinate, given, said)
        elif without and coordinate not in contextual:
            yield _left_out("INCONSISTENT_ARGUMENT_PRESENCE", coordinate, "l'argument", having, without)
    for coordinate, having, without in together.inputs(subgraphs):
        if without:
            yield _left_out("INCONSISTENT_INPUT_OBJECT_FIELD", coordinate, "le champ d'entrée", having, without)
    received, returned = positions(subgraphs, Kind.ENUM)
    for name, sides in together.types(subgraphs, Kind.ENUM):
        for value in dict.fromkeys(value for type_ in sides.values() for value in type_.values):
            without = {key for key, type_ in sides.items() if value not in type_.values}
            if without and name in received - returned:
                having_value = sides.keys() - without
                coordinate = f"{name}.{value}"
                yield _left_out(
                    "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", coordinate, "la valeur", having_value, without
                )


def _left_out(code: str, coordinate: str, what: str, having: Iterable[str], without: set[str]) -> Hint:
    said = f"{what} manque dans {', '.join(sorted(without))}, le supergraphe ne l'a donc pas"
    return hint(code, coordinate, having, said)
