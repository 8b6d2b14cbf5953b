"""INTERFACE_OBJECT_USAGE_ERROR: an `@interfaceObject` has a key, stands for an interface, knows none of its types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per interface object."""
    members = agree.possible(subgraphs)
    interfaces = {type_.name for each in subgraphs for type_ in each.types.values() if type_.kind is Kind.INTERFACE}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if not type_.has("interfaceObject"):
                continue
            known = sorted(members.get(type_.name, frozenset()) & subgraph.types.keys())
            problem = None
            if not type_.has("key"):
                problem = ("le type @interfaceObject n'a pas de clé", "Donnez-lui celle de l'interface")
            elif type_.name not in interfaces:
                problem = ("aucun sous-graphe n'en fait une interface", "Déclarez l'interface, ou retirez la directive")
            elif known:
                problem = (f"ce sous-graphe déclare aussi {', '.join(known)}, qui l'implémente", "Retirez ces types")
            if problem is not None:
                yield failure("INTERFACE_OBJECT_USAGE_ERROR", type_.name, [subgraph.name], *problem)
