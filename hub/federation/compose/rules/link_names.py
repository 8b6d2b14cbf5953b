"""Rules of the names that the `@link`s of one subgraph give: each element exists, and no name has two meanings.

Source: https://specs.apollo.dev/link/v1.0. The name of a specification, or `as`, is the prefix of its elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.federation.compose.specification import APOLLO, UPGRADED, elements, federation_directives
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.link_specification import identity, import_entries, imported_elements, version

_IMPORT = re.compile(r"@?[_A-Za-z]\w*", re.ASCII)
_ALIAS = re.compile(r"[_A-Za-z][\w.-]*", re.ASCII)
_LINK = f"{APOLLO}link"
_UPGRADING_LINK: Mapping[str, Any] = {
    "url": f"{APOLLO}federation/v{UPGRADED[0]}.{UPGRADED[1]}",
    "import": [f"@{name}" for name in federation_directives(UPGRADED)],
}
"""The link that a subgraph of Federation 1 gets with its upgrade."""
_OLD_ALIASES = {(f"{APOLLO}{name}", f"federation__{name}") for name in ("tag", "inaccessible")}


def invalid_link_directive_usage(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_LINK_DIRECTIVE_USAGE: a `@link` imports what its specification does not have, or gives a name that has
    another meaning already."""
    for subgraph in subgraphs:
        problem = _first_problem(subgraph)
        if problem is not None:
            description, remedy = problem
            yield RuleViolation("INVALID_LINK_DIRECTIVE_USAGE", "schema", [subgraph.name], description, remedy)


def _first_problem(subgraph: Subgraph) -> tuple[str, str] | None:
    """What is wrong with the first wrong `@link` of the subgraph, and its remedy."""
    names = _Names()
    if all(identity(str(link.get("url"))) != _LINK for link in subgraph.links):
        names.add(_LINK, "link", {})
    for link in subgraph.links:
        problem = _import_problem(link) or names.problem(link)
        if problem is not None:
            return f'@link(url: "{link.get("url")}") {problem}', "Correct what it imports, or rename it by as"
    if subgraph.links and not subgraph.is_federation2:
        problem = names.problem(_UPGRADING_LINK)
        if problem is not None:
            description = f"the subgraph links no federation v2, hence gets a link to it, which {problem}"
            return description, "Import the directives of federation from federation v2"
    return None


def _import_problem(link: Mapping[str, Any]) -> str | None:
    """What is wrong with the entries of `import` by themselves."""
    url = str(link.get("url"))
    spec, _, name = identity(url).rpartition("/")
    importable = elements(name, version(url)) if f"{spec}/" == APOLLO else None
    for entry in import_entries(link):
        members = entry if isinstance(entry, Mapping) else {"name": entry}
        texts = [text for text in members.values() if isinstance(text, str) and _IMPORT.fullmatch(text)]
        if "name" not in members or not members.keys() <= {"name", "as"} or len(texts) < len(members):
            return f"imports {entry}, which is neither a name nor a name with its alias"
        true_name, local_name = str(members["name"]), str(members.get("as", members["name"]))
        if true_name.startswith("@") is not local_name.startswith("@"):
            return f'imports "{true_name}" as "{local_name}", which is not of the same kind'
        if importable is not None and true_name not in importable:
            return f'imports "{true_name}", which this version does not have'
    return None


@dataclass(slots=True)
class _Names:
    """Names that the `@link`s read so far give: specifications by prefix, (specification, true name) by import."""

    specs: set[str] = field(default_factory=set)
    prefixes: dict[str, str] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)

    def problem(self, link: Mapping[str, Any]) -> str | None:
        """The clause that says what is wrong with the names of a `@link`; None where they are right, and then added."""
        url = str(link.get("url"))
        spec = identity(url)
        name = spec.rpartition("/")[2]
        alias = str(link.get("as") or name)
        elements_by_local_name = dict(imported_elements(link))
        problem = self._prefix_problem(spec, alias, elements_by_local_name) or self._imports_problem(
            spec, name, alias, list(imported_elements(link))
        )
        if problem is None:
            self.add(spec, alias, elements_by_local_name)
        return problem

    def add(self, spec: str, alias: str, imported: Mapping[str, str]) -> None:
        """Add names that have no problem."""
        self.specs.add(spec)
        self.prefixes[alias] = spec
        self.imports.update((local_name, (spec, true_name)) for local_name, true_name in imported.items())

    def _prefix_problem(self, spec: str, alias: str, imported: Mapping[str, str]) -> str | None:
        if spec in self.specs:
            return "links a specification that is linked already"
        if alias.endswith("_") or ("__" in alias and ((spec, alias) not in _OLD_ALIASES or imported)):
            return f'has the alias "{alias}", which ends in "_" or contains "__"'
        if not _ALIAS.fullmatch(alias):
            return f'has the alias "{alias}", which is not a name'
        if alias in self.prefixes:
            return f'has the alias "{alias}", which "{self.prefixes[alias]}" has already'
        for local_name, (source, _) in self.imports.items():
            if local_name == f"@{alias}" or _split(local_name)[0] == alias:
                return f'has the alias "{alias}", while "{local_name}" is imported from "{source}"'
        return None

    def _imports_problem(self, spec: str, name: str, alias: str, imported: Sequence[tuple[str, str]]) -> str | None:
        local_names: dict[str, str] = {}
        true_names: dict[str, str] = {}
        for local_name, true_name in imported:
            bare_name, own_name = local_name.removeprefix("@"), true_name.removeprefix("@")
            prefix, rest = _split(local_name)
            directive = true_name.startswith("@")
            if (prefix == alias and rest != own_name) or (prefix != alias and prefix in self.prefixes):
                return f'imports "{local_name}", a name that already means "{rest}" of "{prefix}"'
            if directive and ((bare_name == alias and own_name != name) or (bare_name in self.prefixes)):
                return f'imports "{local_name}", which is the name of a specification'
            if local_names.setdefault(true_name, local_name) != local_name:
                return f'imports "{true_name}" under two names'
            source, meaning = self.imports.get(local_name, (spec, true_names.setdefault(local_name, true_name)))
            if (source, meaning) != (spec, true_name):
                return f'imports "{local_name}", which is "{meaning}" of "{source}" already'
        return None


def _split(local_name: str) -> tuple[str | None, str]:
    """Prefix and name of a name with a prefix; no prefix for any other."""
    prefix, _, name = local_name.removeprefix("@").partition("__")
    return (prefix, name) if prefix and name else (None, local_name)


SDL_RULES = (invalid_link_directive_usage,)
