"""Counts, in the database, of the people among whom each coarsened value hides the protected ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.dialects import postgresql

from hub.cli.local_database import administered, reading
from hub.cli.people_profiles import ROLE
from infra.database import check_database
from infra.keys import Keys, role_keys
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.coarse_values import coarse_values
from subgraphs.kit.sdl import load


@dataclass(frozen=True, slots=True)
class CoarseValue:
    """One coarse value in the data of one département; `distinction`: what else of its rows tells them from others."""

    department: str
    coordinate: str
    value: str
    distinction: str
    ordinary: int
    protected: int

    def __str__(self) -> str:
        """The line of a report, in French."""
        distinction = f" ({self.distinction})" if self.distinction else ""
        department = f"département {self.department}" if self.department else "sans département"
        people = f"{self.protected} personne(s) protégée(s) parmi {self.ordinary} ordinaire(s)"
        return f"{department}, {self.coordinate}, {self.value}{distinction} : {people}"


def counted(keys: Path) -> list[CoarseValue]:
    """All coarse values of the database that hide anybody, read as the administrator, above row security; raises
    NotServed and SetupRefused."""
    role_key = Keys.load(keys, role_keys(ROLE))
    with administered(role_key) as url:
        asyncio.run(check_database(url, (ROLE,), role_key))
        return asyncio.run(read(url))


async def read(dsn: str) -> list[CoarseValue]:
    """As `counted`, as the role of this address, which row security must let see all rows."""
    async with reading(dsn) as connection:
        return [
            CoarseValue(department, coordinate, value, distinction, ordinary, protected)
            for coordinate, value, statement in _statements()
            for department, distinction, ordinary, protected in await connection.fetch(statement)
        ]


def _statements() -> Iterator[tuple[str, str, str]]:
    for name in SUBGRAPHS:
        for coordinate, value, select in coarse_values(load(name)):
            yield coordinate, value, str(select.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
