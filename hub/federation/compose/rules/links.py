"""Rules of `@link` and `@composeDirective`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from hub.federation.compose.merger import MERGED_DIRECTIVES
from hub.federation.compose.specification import APOLLO, LATEST, SCALARS, federation_directives
from hub.federation.compose.subgraph_model import FEDERATION, Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.link_specification import identity, version


def invalid_link_identifier(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_LINK_IDENTIFIER: a `@link` has no URL of a specification (whose version may be missing)."""
    for subgraph in subgraphs:
        for link in subgraph.links:
            url = urlsplit(str(link.get("url")))
            if not (url.scheme and url.netloc and url.path.strip("/")):
                yield RuleViolation(
                    "INVALID_LINK_IDENTIFIER",
                    "schema",
                    [subgraph.name],
                    f'@link(url: "{link.get("url")}") does not name a specification',
                    'Give its address and version, such as "https://specs.apollo.dev/federation/v2.3"',
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


def invalid_link_directive_usage(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_LINK_DIRECTIVE_USAGE: a `@link` imports a name that this version of federation does not have."""
    for subgraph in subgraphs:
        names = {*SCALARS, *(f"@{name}" for name in federation_directives(subgraph.version))}
        for link in subgraph.links:
            if identity(str(link.get("url"))) != f"{APOLLO}federation":
                continue
            for entry in link.get("import") or ():
                name = str(entry.get("name") if isinstance(entry, Mapping) else entry)
                if name not in names:
                    yield RuleViolation(
                        "INVALID_LINK_DIRECTIVE_USAGE",
                        "schema",
                        [subgraph.name],
                        f'@link(url: "{link["url"]}") imports "{name}", which this version does not have',
                        "Correct the name or the version",
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
    """DIRECTIVE_COMPOSITION_ERROR: `@composeDirective` names no linked directive, or not the same one everywhere."""
    major_versions: dict[str, dict[str, int]] = {}
    specs_by_name: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        for name in subgraph.composed_names:
            problem = _composed_name_problem(subgraph, name)
            if problem is not None:
                yield _composition_error(name or "@", [subgraph.name], problem)
        composed = {name: spec for spec, name in subgraph.composed}
        for name, spec in composed.items():
            specs_by_name.setdefault(name, {})[subgraph.name] = identity(spec)
            major_versions.setdefault(identity(spec), {})[subgraph.name] = (version(spec) or (0, 0))[0]
    for name, specs in specs_by_name.items():
        if len(set(specs.values())) > 1:
            yield _composition_error(f"@{name}", specs, "the directive is not of the same specification everywhere")
    for spec, majors in major_versions.items():
        if len(set(majors.values())) > 1:
            yield _composition_error(spec, majors, "the major versions of the specification differ")


def _composed_name_problem(subgraph: Subgraph, name: str) -> str | None:
    if not name.startswith("@"):
        return 'the name in @composeDirective does not start with "@"'
    local_name = name.removeprefix("@")
    if local_name in subgraph.federation_names:
        return "federation's directives are not composed by @composeDirective"
    if local_name not in subgraph.linked_directives:
        return "the directive is not of a specification linked by @link"
    if subgraph.linked_directives[local_name] not in subgraph.definitions:
        return "the directive is not defined in this subgraph"
    return None


def _composition_error(coordinate: str, subgraphs: Iterable[str], problem: str) -> RuleViolation:
    remedy = "Correct @composeDirective, @link or the definition"
    return RuleViolation("DIRECTIVE_COMPOSITION_ERROR", coordinate, subgraphs, problem, remedy)


SDL_RULES = (invalid_link_identifier, unknown_link_version, invalid_link_directive_usage)
RULES = (link_import_name_mismatch, directive_composition_error)
