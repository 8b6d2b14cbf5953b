"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION and INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: the key of an interface.

A subgraph that resolves an interface by a key knows every type of it, each with the same key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose import type_merging as agree
from hub.federation.compose.field_selections import FieldSet, field_sets, follow
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Kind, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per key."""
    members = agree.possible(subgraphs)
    for subgraph in subgraphs:
        keys = list(field_sets(subgraph, "key"))
        for key in keys:
            if subgraph.types[key.type].kind is not Kind.INTERFACE:
                continue
            objects = [
                name
                for name in sorted(members.get(key.type, frozenset()))
                if not any(each.types[name].kind is not Kind.OBJECT for each in subgraphs if name in each.types)
            ]
            own = [name for name in objects if name in subgraph.types and key.type in subgraph.types[name].interfaces]
            without = [name for name in own if not _has(subgraph, keys, key, name)]
            missing = [name for name in objects if name not in own]
            if without:
                yield failure(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    key.type,
                    [subgraph.name],
                    f"la clé « {key.text} » de l'interface manque à {', '.join(without)}, ou n'y est pas résoluble",
                    "Donnez-la à chaque type de l'interface",
                )
            if missing and key.resolvable:
                yield failure(
                    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                    key.type,
                    [subgraph.name],
                    f"ce sous-graphe résout l'interface par « {key.text} » sans connaître {', '.join(missing)}",
                    "Déclarez-y ces types, ou mettez « resolvable: false » à la clé",
                )


def _has(subgraph: Subgraph, keys: Sequence[FieldSet], wanted: FieldSet, name: str) -> bool:
    """Whether the type has the key, resolvable if the interface's is."""
    fields = _names(subgraph, wanted)
    own = (each for each in keys if each.type == name and _names(subgraph, each) == fields)
    return any(each.resolvable or not wanted.resolvable for each in own)


def _names(subgraph: Subgraph, key: FieldSet) -> frozenset[str]:
    names = (each.coordinate for each in follow(subgraph, key).selected)
    return frozenset(name.removeprefix(f"{key.type}.") for name in names)
