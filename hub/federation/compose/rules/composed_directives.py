"""DIRECTIVE_COMPOSITION_ERROR: `@composeDirective` names a directive of a linked specification, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.link_specification import identity, version


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per name that a subgraph composes, or per specification of several major versions."""
    majors: dict[str, dict[str, int]] = {}
    owners: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        composed = {name: spec for spec, name in subgraph.composed}
        for name in subgraph.composing:
            problem = _problem(subgraph, name)
            if problem is not None:
                yield _failure(name or "@", [subgraph.name], problem)
        for name, spec in composed.items():
            owners.setdefault(name, {})[subgraph.name] = identity(spec)
            majors.setdefault(identity(spec), {})[subgraph.name] = (version(spec) or (0, 0))[0]
    for name, specs in owners.items():
        if len(set(specs.values())) > 1:
            yield _failure(f"@{name}", specs, "la directive n'est pas de la même spécification partout")
    for spec, found in majors.items():
        if len(set(found.values())) > 1:
            yield _failure(spec, found, "les versions majeures de la spécification diffèrent")


def _problem(subgraph: Subgraph, name: str) -> str | None:
    if not name.startswith("@"):
        return "le nom donné à @composeDirective ne commence pas par « @ »"
    local = name.removeprefix("@")
    if local in subgraph.local:
        return "une directive de la fédération ne se compose pas par @composeDirective"
    if local not in subgraph.linked:
        return "la directive n'est d'aucune spécification liée par @link"
    if subgraph.linked[local] not in subgraph.definitions:
        return "la directive n'est pas définie dans ce sous-graphe"
    return None


def _failure(name: str, subgraphs: Sequence[str] | dict[str, str] | dict[str, int], problem: str) -> StartRefused:
    return failure(
        "DIRECTIVE_COMPOSITION_ERROR", name, subgraphs, problem, "Corrigez @composeDirective, @link ou la définition"
    )
