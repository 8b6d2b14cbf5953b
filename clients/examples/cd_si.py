"""Système d'information d'un Conseil départemental : sa copie, dans PostgreSQL, des personnes et de leurs orientations.

Le premier appel lit tout le périmètre, les suivants ce qui a changé. Tuez-le quand vous voulez et relancez-le : page et
curseur de sa fin s'écrivent dans la même transaction. Ce qui ne se lit plus (opposition, lien fini, effacement)
quitte la copie à l'appel suivant : lancez-le chaque nuit au moins.

HUB_URL, HUB_TOKEN_URL, HUB_CLIENT_ID, HUB_CLIENT_SECRET et DATABASE_URL disent où, et sous quel nom.
"""

from __future__ import annotations

import asyncio
import os
from typing import TypeAlias

import asyncpg

from spie_hub_client import AsyncHub, Changes, ClientCredentials, Page, Purpose, StartAgain
from spie_hub_client.changes import ChangesData
from spie_hub_client.fragments import ListedPerson

TABLES = """
CREATE SCHEMA IF NOT EXISTS hub;
CREATE TABLE IF NOT EXISTS hub.copy (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), number integer NOT NULL DEFAULT 1, since text
);
CREATE TABLE IF NOT EXISTS hub.person (
    id text PRIMARY KEY, copy integer, last_name text, first_name text, birth_date date, rsa_status text
);
CREATE TABLE IF NOT EXISTS hub.orientation (
    id text PRIMARY KEY, person_id text REFERENCES hub.person ON DELETE CASCADE,
    pathway text, starts_on date, ends_on date
);
INSERT INTO hub.copy DEFAULT VALUES ON CONFLICT DO NOTHING;
"""
ERASE = "DELETE FROM hub.person WHERE id = ANY($1)"
PERSON = "INSERT INTO hub.person VALUES ($1, $2, $3, $4, $5, $6)"
ORIENTATION = """
INSERT INTO hub.orientation VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET
    (person_id, pathway, starts_on, ends_on) = ($2, $3, $4, $5)
"""
ERASE_OLD_COPIES = "DELETE FROM hub.person WHERE copy < $1"
PROGRESS = "UPDATE hub.copy SET since = $1"
PAGE = int(os.environ.get("HUB_PAGE", "100"))
BEGIN_AGAIN = "UPDATE hub.copy SET number = number + 1, since = NULL"

Database: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def update(hub: AsyncHub, database: Database) -> None:
    """Met la copie à jour, de là où elle en est ; la refait si le hub ne peut plus dire ce qui a changé."""
    await database.execute(TABLES)
    while True:
        number, since = await database.fetchrow("SELECT number, since FROM hub.copy") or (1, None)
        try:
            async for page in hub.pages(Changes(since=since, first=PAGE), purpose=Purpose.ORIENTATION):
                async with database.transaction():
                    await write(database, number, page)
            return
        except StartAgain:
            await database.execute(BEGIN_AGAIN)


async def write(database: Database, number: int, page: Page[ChangesData, ListedPerson]) -> None:
    """Écrit une page : chaque personne à neuf, les autres effacées, et le curseur."""
    changes = page.answer.data.changes
    withdrawn = (changes and changes.withdrawn) or ()
    await database.execute(ERASE, [*(person.id for person in page.nodes), *(gone.id for gone in withdrawn)])
    await database.executemany(PERSON, [person_row(person, number) for person in page.nodes])
    await database.executemany(
        ORIENTATION,
        [
            (orientation.id, person.id, orientation.pathway, orientation.starts_on, orientation.ends_on)
            for person in page.nodes
            for orientation in person.orientations or ()
        ],
    )
    await database.execute(PROGRESS, page.cursor)
    if page.is_last:
        await database.execute(ERASE_OLD_COPIES, number)
        reasons = sorted({f"{entry.coordinate} [{entry.reason}]" for entry in page.answer.access if entry.reason})
        print("Copie à jour ; non lus :", ", ".join(reasons) or "aucun")


def person_row(person: ListedPerson, number: int) -> tuple[object, ...]:
    """Une ligne de la table des personnes."""
    rsa_status = person.rsa and person.rsa.status
    return person.id, number, person.last_name, person.first_name, person.birth_date, rsa_status


async def main() -> None:
    """Ouvre le hub et la base, et met la copie à jour."""
    setting = os.environ
    tokens = ClientCredentials(setting["HUB_TOKEN_URL"], setting["HUB_CLIENT_ID"], setting["HUB_CLIENT_SECRET"])
    database = await asyncpg.connect(setting["DATABASE_URL"])
    try:
        async with AsyncHub(setting["HUB_URL"], tokens) as hub:
            await update(hub, database)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
