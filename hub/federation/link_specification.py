"""`@link`: the specification that a name is imported from (https://specs.apollo.dev/link/v1.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any


def identity(url: str) -> str:
    """A specification's URL without its version."""
    return re.sub(r"/v\d+(\.\d+)?/?$", "", url)


def version(url: str) -> tuple[int, int] | None:
    """Version at the end of a specification's URL, None if there is none."""
    match = re.search(r"/v(\d+)(?:\.(\d+))?/?$", url)
    return (int(match[1]), int(match[2] or 0)) if match else None


def imports(link: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(local name, true name) of each imported directive, without the `@`."""
    for entry in link.get("import") or ():
        source = str(entry["name"] if isinstance(entry, Mapping) else entry)
        local = str(entry.get("as", source) if isinstance(entry, Mapping) else entry)
        if source.startswith("@"):
            yield local.removeprefix("@"), source.removeprefix("@")
