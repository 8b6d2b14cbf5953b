"""What settings say of sources: their names, and the rhythm that each is expected to keep (a table of `[sources]`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import msgspec

from hub.strict_toml import TomlFile, TomlForm, TomlTable
from schema.subgraphs import GENERATED

SOURCES_FILE = GENERATED / "sources.json"
"""The names of all sources: a hub that only serves does not load the sources themselves."""

Seconds = Annotated[float, msgspec.Meta(gt=0, le=10 * 366 * 86_400)]


class Rhythm(TomlForm, frozen=True):
    """A source succeeds each `every` seconds; it is late `late` seconds after its last success, twice that without."""

    every: Seconds
    late: Seconds | None = None

    @property
    def latest(self) -> float:
        """The age of the last success, in seconds, above which the source is late."""
        return 2 * self.every if self.late is None else self.late


@cache
def source_names() -> frozenset[str]:
    """The names of all sources."""
    return msgspec.json.decode(SOURCES_FILE.read_bytes(), type=frozenset[str])


def check_source(table: TomlTable, name: str, key: str | None = None) -> None:
    """Raise TomlRefused unless a source has this name, which stands under a key of the table or in its heading."""
    if name not in source_names():
        raise table.refusal(f"« {name} » n'est pas une source ; sources : {', '.join(sorted(source_names()))}", key)


def rhythms(file: TomlFile, tables: Mapping[str, dict[str, Any]]) -> Mapping[str, Rhythm]:
    """The rhythms by source; raises TomlRefused."""
    by_source = {}
    for name, values in tables.items():
        table = TomlTable(file, f"[sources.{name}]", 0, values)
        check_source(table, name)
        rhythm = by_source[name] = table.read(Rhythm)
        if rhythm.latest < rhythm.every:
            raise table.refusal(
                "« late » est au moins « every », sans quoi la source est en retard entre deux lectures", "late"
            )
    return by_source
