"""Rules of `@link` and `@composeDirective`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from hub.federation.compose.merger import MERGED_DIRECTIVES
from hub.federation.compose.specification import APOLLO, LATEST
from hub.federation.compose.subgraph_model import FEDERATION, Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.link_specification import identity, version

_COMPOSED_ANYWAY = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "context")
_NAME_AND_VERSION = re.compile(r"/[^/]+/v\d+\.\d+$")


def invalid_link_identifier(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_LINK_IDENTIFIER: a `@link` has no URL that ends in a name and a version of a specification."""
    for subgraph in subgraphs:
        for link in subgraph.links:
            url = urlsplit(str(link.get("url")))
            if not (url.scheme and url.netloc and _NAME_AND_VERSION.search(url.path)):
                yield RuleViolation(
                    "INVALID_LINK_IDENTIFIER",
                    "schema",
                    [subgraph.name],
                    f'@link(url: "{link.get("url")}") does not name a specification and its version',
                    'Give both, such as "https://specs.apollo.dev/federation/v2.3"',
                )


def unknown_link_version(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """UNKNOWN_FEDERATION_LINK_VERSION, UNKNOWN_LINK_VERSION: a `@link` has an unknown version of federation or link."""
    for subgraph in subgraphs:
        for link in subgraph.links:
            url = str(link.get("url"))
            number = version(url)
            if identity(url) == f"{APOLLO}federation" and (number is None or not (2, 0) <= number <= LATEST):
                yield RuleViolation(
                    "UNKNOWN_FEDERATION_LINK_VERSION",
                    "schema",
                    [subgraph.name],
                    f'@link(url: "{url}") names an unknown version of federation',
                    f"Use a version from v2.0 to v{LATEST[0]}.{LATEST[1]}",
                )
            elif identity(url) == f"{APOLLO}link" and number != (1, 0):
                yield RuleViolation(
                    "UNKNOWN_LINK_VERSION",
                    "schema",
                    [subgraph.name],
                    f'@link(url: "{url}") names an unknown version of link',
                    "Use version v1.0",
                )


def link_import_name_mismatch(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """LINK_IMPORT_NAME_MISMATCH: subgraphs import a directive of the supergraph under different names.

    Only imported names are compared: a prefix is no other name."""
    local_names: dict[tuple[str, str], dict[str, str]] = {}
    for subgraph in subgraphs:
        for local_name, (spec, name) in subgraph.linked_directives.items():
            merged = (spec == FEDERATION and name in MERGED_DIRECTIVES) or (spec, name) in subgraph.composed
            if merged and "__" not in local_name:
                local_names.setdefault((identity(spec), name), {})[subgraph.name] = local_name
    for (_, name), by_subgraph in local_names.items():
        if len(set(by_subgraph.values())) > 1:
            listed = ", ".join(f"@{local_name} in {subgraph}" for subgraph, local_name in by_subgraph.items())
            yield RuleViolation(
                "LINK_IMPORT_NAME_MISMATCH",
                f"@{name}",
                by_subgraph,
                f"the directive is named {listed}",
                "Import it under the same name everywhere",
            )


def directive_composition_error(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """DIRECTIVE_COMPOSITION_ERROR: `@composeDirective` names no linked directive, or not the same one everywhere.

    It may name a directive of federation that is composed without it."""
    major_versions: dict[str, dict[str, int]] = {}
    elements_by_name: dict[str, dict[str, tuple[str, str]]] = {}
    names_by_element: dict[str, dict[str, str]] = {}
    subgraph_by_name = {name: subgraph.name for subgraph in subgraphs for name in _automatic_names(subgraph)}
    for subgraph in subgraphs:
        for name in subgraph.composed_names:
            problem = _composed_name_problem(subgraph, name, subgraph_by_name)
            if problem is not None:
                yield _composition_error(name or "@", [subgraph.name], problem)
                continue
            local_name = name.removeprefix("@")
            if local_name in subgraph.federation_names:
                continue
            spec, true_name = subgraph.linked_directives[local_name]
            elements_by_name.setdefault(local_name, {})[subgraph.name] = (identity(spec), true_name)
            names_by_element.setdefault(true_name, {})[subgraph.name] = local_name
            major_versions.setdefault(identity(spec), {})[subgraph.name] = (version(spec) or (0, 0))[0]
    for name, elements in elements_by_name.items():
        if len(set(elements.values())) > 1:
            problem = "the directive is not the same one of the same specification everywhere"
            yield _composition_error(f"@{name}", elements, problem)
    for name, local_names in names_by_element.items():
        if len(set(local_names.values())) > 1:
            listed = ", ".join(f"@{local_name} in {subgraph}" for subgraph, local_name in local_names.items())
            yield _composition_error(f"@{name}", local_names, f"the directive is named {listed}")
    for spec, majors in major_versions.items():
        if len(set(majors.values())) > 1:
            yield _composition_error(spec, majors, "the major versions of the specification differ")


def _automatic_names(subgraph: Subgraph) -> Iterator[str]:
    """Names of `@tag` and `@inaccessible` in a subgraph, which no composed directive may have."""
    for name in ("tag", "inaccessible"):
        local_names = [local for local, true_name in subgraph.federation_names.items() if true_name == name]
        yield next((local for local in local_names if "__" not in local), f"federation__{name}")


def _composed_name_problem(subgraph: Subgraph, name: str, subgraph_by_name: Mapping[str, str]) -> str | None:
    if not name.startswith("@"):
        return 'the name in @composeDirective does not start with "@"'
    local_name = name.removeprefix("@")
    if local_name in subgraph.federation_names:
        if subgraph.federation_names[local_name] in _COMPOSED_ANYWAY:
            return None
        return "this directive of federation is not composed"
    if local_name not in subgraph.linked_directives:
        return "the directive is not of a specification linked by @link"
    if subgraph.linked_directives[local_name] not in subgraph.definitions:
        return "the directive is not defined in this subgraph"
    if local_name in subgraph_by_name:
        return f"a directive that is composed without @composeDirective has this name in {subgraph_by_name[local_name]}"
    return None


def _composition_error(coordinate: str, subgraphs: Iterable[str], problem: str) -> RuleViolation:
    remedy = "Correct @composeDirective, @link or the definition"
    return RuleViolation("DIRECTIVE_COMPOSITION_ERROR", coordinate, subgraphs, problem, remedy)


SDL_RULES = (invalid_link_identifier, unknown_link_version)
RULES = (link_import_name_mismatch, directive_composition_error)
