"""`@link`: the specification that a name is imported from (https://specs.apollo.dev/link/v1.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def identity(url: str) -> str:
    """A specification's URL without its version."""
    return re.sub(r"/v\d+(\.\d+)?/?$", "", url)


def version(url: str) -> tuple[int, int] | None:
    """Version at the end of a specification's URL, None if there is none."""
    match = re.search(r"/v(\d+)(?:\.(\d+))?/?$", url)
    return (int(match[1]), int(match[2] or 0)) if match else None


def import_entries(link: Mapping[str, Any]) -> Sequence[Any]:
    """The entries of `import`, whatever they are."""
    entries = link.get("import")
    return entries if isinstance(entries, list) else [] if entries is None else [entries]


def imported_elements(link: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(local name, true name) of each imported element, directives with their `@`; entries of another form are left
    out."""
    for entry in import_entries(link):
        true_name, local_name = (entry.get("name"), entry.get("as")) if isinstance(entry, Mapping) else (entry, None)
        if isinstance(true_name, str):
            yield (local_name if isinstance(local_name, str) else true_name), true_name


def imports(link: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(local name, true name) of each imported directive, without the `@`."""
    for local_name, true_name in imported_elements(link):
        if true_name.startswith("@"):
            yield local_name.removeprefix("@"), true_name.removeprefix("@")
