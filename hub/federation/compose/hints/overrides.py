"""FROM_SUBGRAPH_DOES_NOT_EXIST, OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, OVERRIDDEN_FIELD_CAN_BE_REMOVED and
OVERRIDE_MIGRATION_IN_PROGRESS: where the move of a field stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.field_selections import USES, mentioned
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per override."""
    by_name = {subgraph.name: subgraph for subgraph in subgraphs}
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.outputs():
            for values in field.applied("override"):
                names = [subgraph.name]
                source = by_name.get(str(values.get("from")))
                if source is None:
                    said = f"@override désigne « {values.get('from')} », qui n'est aucun sous-graphe"
                    yield hint("FROM_SUBGRAPH_DOES_NOT_EXIST", coordinate, names, said)
                elif type_.name not in source.types or field.name not in source.types[type_.name].fields:
                    said = f"{source.name} n'a plus ce champ : @override peut être retiré"
                    yield hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coordinate, names, said)
                elif values.get("label") is not None:
                    said = f"le champ passe de {source.name} à {subgraph.name} ; puis retirez-le de {source.name}"
                    yield hint("OVERRIDE_MIGRATION_IN_PROGRESS", coordinate, [*names, source.name], said)
                elif coordinate not in mentioned(source, *USES):
                    said = f"le champ est repris par {subgraph.name} : il peut être retiré d'ici"
                    yield hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", coordinate, [source.name], said)
