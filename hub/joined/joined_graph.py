"""The graph of the hub with the subgraphs of others that the settings join to it, or a refusal to start.

What is pinned stays as it was pinned: a joined subgraph adds types and fields, and takes over, hides or requires
nothing of the hub's own. One without the contract (docs/contrat-sous-graphe.md) holds nothing but open data, and
receives nothing but open keys and values (`hub.policy.decide.classify`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hub.errors import StartRefused
from hub.federation.changes.change import Level
from hub.federation.changes.schema_diff import schema_changes
from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed, FederationError
from hub.federation.operations.operation import ACCESS_FIELD, Selections
from hub.federation.supergraph import ROOTS, Supergraph, SuperType
from hub.graph import Graph, graph_of, own_sources
from hub.joined.classified_sdl import ClassifiedSdl, SdlRefused, classified_sdl
from hub.joined.joined_subgraph import JoinedSubgraph
from hub.wording.composition import failure_message
from schema.categories import OPEN


class JoinRefused(StartRefused):
    """A subgraph that can't join as its files say, so that the hub does not start."""

    def __init__(self, code: str, name: str, problem: str, mend: str) -> None:
        super().__init__(
            code, f"Le sous-graphe « {name} » ne peut pas être joint, rien ne démarre : {problem}. {mend}", problem
        )


def joined_graph(pinned: Graph, joined: Sequence[JoinedSubgraph]) -> Graph:
    """The pinned graph with the joined subgraphs; itself without any. Raises StartRefused."""
    if not joined:
        return pinned
    own = own_coordinates(pinned)
    sdls = {subgraph.name: classified(subgraph, own) for subgraph in joined}
    sources = [Source(subgraph.name, subgraph.url, sdls[subgraph.name].text) for subgraph in joined]
    names = ", ".join(subgraph.name for subgraph in joined)
    try:
        supergraph = compose([*own_sources(), *sources])
    except CompositionFailed as error:
        problem = " ; ".join(map(failure_message, error.failures))
        raise JoinRefused("JOIN_NOT_COMPOSED", names, problem, "Relisez son SDL et ses catégories.") from error
    except FederationError as error:
        raise JoinRefused("JOIN_NOT_COMPOSED", names, error.code, "Relisez son SDL.") from error
    for subgraph in joined:
        _check_parts(subgraph, pinned, supergraph)
    contracted = frozenset(subgraph.name for subgraph in joined if subgraph.contract)
    graph = graph_of(supergraph, contracted)
    _check_unchanged(names, pinned, graph)
    for subgraph in joined:
        _check_roots(subgraph, graph)
    labels = {name: label for subgraph in joined for name, label in subgraph.categories.labels.items()}
    return replace(graph, labels=labels, closed={name: sdl.closed for name, sdl in sdls.items()})


def own_coordinates(graph: Graph) -> frozenset[str]:
    """The coordinates of fields and inputs that the hub's own subgraphs have."""
    classification = graph.table.classification
    return frozenset(classification.fields) | frozenset(classification.inputs)


def classified(subgraph: JoinedSubgraph, own: frozenset[str]) -> ClassifiedSdl:
    """The SDL that is composed of a subgraph; raises JoinRefused for an SDL or categories that don't go together."""
    try:
        sdl = classified_sdl(subgraph.sdl, subgraph.categories, own)
    except SdlRefused as error:
        raise JoinRefused("JOIN_SDL_INVALID", subgraph.name, str(error), "Demandez un SDL à son équipe.") from error
    if sdl.unknown:
        raise JoinRefused(
            "JOIN_CATEGORIES_UNKNOWN",
            subgraph.name,
            f"son fichier de catégories nomme {sdl.unknown[0]}, que son SDL n'a pas",
            "Retirez la ligne, ou corrigez-la.",
        )
    coordinates = {*subgraph.categories.fields, *subgraph.categories.reads}
    if repeated := sorted(coordinates & own):
        raise JoinRefused(
            "JOIN_CATEGORIES_TAKEN",
            subgraph.name,
            f"son fichier de catégories nomme {repeated[0]}, qui est du hub et a déjà sa catégorie",
            "Retirez la ligne.",
        )
    if written := sorted(name for name in coordinates if name.partition(".")[0] in ("Mutation", "Subscription")):
        raise JoinRefused(
            "JOIN_NOT_A_READ",
            subgraph.name,
            f"{written[0]} n'est pas une lecture",
            "Retirez la ligne : il n'est que lu.",
        )
    if not subgraph.contract:
        _check_open(subgraph)
    return sdl


def _check_open(subgraph: JoinedSubgraph) -> None:
    guarded = {name: row.category for name, row in subgraph.categories.fields.items() if row.category not in OPEN}
    for name, label in {**dict.fromkeys(subgraph.categories.personal, "un type personnel"), **guarded}.items():
        raise JoinRefused(
            "JOIN_WITHOUT_CONTRACT",
            subgraph.name,
            f"{name} est une donnée gardée ({label})",
            "Un sous-graphe sans le contrat ne tient que PUB et TECH : retirez le champ, ou, s'il suit "
            "docs/contrat-sous-graphe.md (« hub subgraph check »), écrivez « contract = true ».",
        )


def _check_parts(subgraph: JoinedSubgraph, pinned: Graph, supergraph: Supergraph) -> None:
    """Raise JoinRefused for a field of the hub's own that the subgraph resolves, but keys and the values that all
    share."""
    for name, type_ in pinned.supergraph.types.items():
        for field in type_.fields:
            merged = supergraph.types[name].fields.get(field)
            join = merged.joins.get(subgraph.name) if merged is not None else None
            if join is None or join.external:
                continue
            if field not in _shared_fields(type_):
                raise JoinRefused(
                    "JOIN_TAKES_FIELD",
                    subgraph.name,
                    f"il répond {name}.{field}, qui est un champ du hub",
                    "Un sous-graphe joint n'en remplace aucun : retirez le champ, ou nommez-le autrement.",
                )
    for type_name in subgraph.categories.personal:
        if f"{type_name}.{ACCESS_FIELD}" not in supergraph.inaccessible:
            raise JoinRefused(
                "JOIN_ACCESS_VISIBLE",
                subgraph.name,
                f"{type_name} n'a pas de champ {ACCESS_FIELD} @inaccessible",
                "Déclarez-le : « _access: Access @inaccessible ».",
            )


def _check_roots(subgraph: JoinedSubgraph, graph: Graph) -> None:
    """Raise JoinRefused for a guarded root that leads to no personal type: no row would be guarded or journalled."""
    classification = graph.table.classification
    for name, row in subgraph.categories.fields.items():
        guarded = name.startswith("Query.") and row.category not in OPEN
        if guarded and classification.fields[name].returns not in classification.personal:
            raise JoinRefused(
                "JOIN_ROOT_UNGUARDED",
                subgraph.name,
                f"{name} est une donnée gardée ({row.category}) que nulle ligne ne porte",
                "Une racine gardée rend un type personnel, ou une liste d'un tel type.",
            )


def _shared_fields(type_: SuperType) -> frozenset[str]:
    """The fields that others may resolve too: those of its keys, or all of a value without a key."""
    keys = [selections for join in type_.joins.values() for key in join.keys for selections in key.selections]
    if keys or type_.name in ROOTS:
        return frozenset(_names(keys))
    return frozenset(type_.fields)


def _names(keys: Sequence[Selections]) -> Iterator[str]:
    for selections in keys:
        yield from (field.name for field in selections.fields)


def _check_unchanged(names: str, pinned: Graph, graph: Graph) -> None:
    """Raise JoinRefused if the classification or the client schema of what was pinned is another one."""
    before, after = pinned.table.classification, graph.table.classification
    changed = sorted(
        [name for name, field in before.fields.items() if after.fields.get(name) != field]
        + [name for name, input_ in before.inputs.items() if after.inputs.get(name) != input_]
        + list(before.personal ^ (after.personal & before.members.keys()))
    )
    changed += [
        change.coordinate for change in schema_changes(pinned.schema, graph.schema) if change.level is not Level.SAFE
    ]
    if changed:
        raise JoinRefused(
            "JOIN_CHANGES_GRAPH",
            names,
            f"il change {changed[0]}, qui est du hub",
            "Un sous-graphe joint ajoute, et ne change rien de ce qui est servi.",
        )
