"""Système d'information d'un Conseil départemental : sa copie, dans PostgreSQL, des personnes et des orientations.

Tuez-le quand vous voulez et relancez-le : une page et le curseur de sa fin s'écrivent dans la même transaction. Un
chargement fini efface ce que le hub n'y a pas redit : ce qui ne doit plus se lire ne reste pas ici.

HUB_URL, HUB_TOKEN_URL, HUB_CLIENT_ID, HUB_CLIENT_SECRET et DATABASE_URL disent où, et sous quel nom.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from spie_hub_client import AsyncHub, ClientCredentials, Orientations, Persons, Purpose

TABLES = """
CREATE SCHEMA IF NOT EXISTS hub;
CREATE TABLE IF NOT EXISTS hub.loading (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list text NOT NULL DEFAULT 'person', cursor text, finished_at timestamptz
);
CREATE TABLE IF NOT EXISTS hub.person (
    id text PRIMARY KEY, loading integer, last_name text, first_name text, birth_date date, rsa_status text
);
CREATE TABLE IF NOT EXISTS hub.orientation (
    id text PRIMARY KEY, loading integer, person_id text, pathway text, starts_on date, ends_on date
);
"""
CURRENT = "SELECT number, list, cursor FROM hub.loading WHERE finished_at IS NULL"
PROGRESS = "UPDATE hub.loading SET list = $2, cursor = $3 WHERE number = $1"
PAGE = int(os.environ.get("HUB_PAGE", "100"))


@dataclass(frozen=True)
class Copied:
    """Une liste du hub, et sa table : les colonnes qui suivent `id` et `loading`, et leurs valeurs."""

    operation: type[Any]
    columns: str
    values: Callable[[Any], Sequence[Any]]

    def upsert(self, table: str) -> str:
        """L'instruction qui écrit une ligne, neuve ou non."""
        names = ["loading", *self.columns.split()]
        places = ", ".join(f"${number}" for number in range(1, len(names) + 2))
        new = ", ".join(f"{name} = excluded.{name}" for name in names)
        columns = ", ".join(["id", *names])
        return f"INSERT INTO hub.{table} ({columns}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {new}"  # noqa: S608


LISTS = {
    "person": Copied(
        Persons,
        "last_name first_name birth_date rsa_status",
        lambda node: (node.last_name, node.first_name, node.birth_date, node.rsa and node.rsa.status),
    ),
    "orientation": Copied(
        Orientations,
        "person_id pathway starts_on ends_on",
        lambda node: (node.person and node.person.id, node.pathway, node.starts_on, node.ends_on),
    ),
}


async def load(hub: AsyncHub, database: asyncpg.Connection[asyncpg.Record]) -> None:
    """Va au bout du chargement commencé, ou d'un nouveau."""
    await database.execute(TABLES)
    current = await database.fetchrow(CURRENT)
    if current is None:
        await database.execute("INSERT INTO hub.loading DEFAULT VALUES")
        current = await database.fetchrow(CURRENT)
    assert current is not None
    number, first, cursor = current
    names = list(LISTS)
    for name in names[names.index(first) :]:
        copied, withheld = LISTS[name], set[str]()
        operation = copied.operation(first=PAGE, after=cursor)
        async for page in hub.pages(operation, purpose=Purpose.ORIENTATION):
            rows = [(node.id, number, *copied.values(node)) for node in page.nodes]
            async with database.transaction():
                await database.executemany(copied.upsert(name), rows)
                await database.execute(PROGRESS, number, name, page.cursor)
            withheld |= {f"{entry.coordinate} [{entry.reason}]" for entry in page.answer.access if entry.reason}
        print(name, "; non lus :", ", ".join(sorted(withheld)) or "aucun")
        cursor = None
    async with database.transaction():
        for name in names:
            await database.execute(f"DELETE FROM hub.{name} WHERE loading <> $1", number)  # noqa: S608 - un nom d'ici
        await database.execute("UPDATE hub.loading SET finished_at = now() WHERE number = $1", number)


async def main() -> None:
    """Ouvre le hub et la base, et charge."""
    setting = os.environ
    tokens = ClientCredentials(setting["HUB_TOKEN_URL"], setting["HUB_CLIENT_ID"], setting["HUB_CLIENT_SECRET"])
    database = await asyncpg.connect(setting["DATABASE_URL"])
    try:
        async with AsyncHub(setting["HUB_URL"], tokens) as hub:
            await load(hub, database)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
