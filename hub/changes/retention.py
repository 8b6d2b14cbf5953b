"""How long changes are kept, and a new beginning of their history; both as the administrator of the database."""

from __future__ import annotations

from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
OWNER = "access_owner"
TABLES = ("change", "link_change", "person_change")
MARK = "INSERT INTO access.change_mark DEFAULT VALUES"
MARK_BEGINNING = "INSERT INTO access.change_mark (xid) VALUES (pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
"""Not later than any transaction under way, so that no cursor of the new history is from before it."""
LIMIT = "SELECT max(xid) FROM access.change_mark WHERE at <= now() - make_interval(days => $1)"


async def expire(connection: Connection, days: int) -> int:
    """Mark the transaction of now, and delete what changed before the last mark that is so many days old; return how
    many rows that is. A cursor from before that mark is refused (CHANGES_EXPIRED)."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {OWNER}")
        await connection.execute(MARK)
        limit = await connection.fetchval(LIMIT, days)
        if limit is None:
            return 0
        tags = [await connection.execute(f"DELETE FROM access.{name} WHERE xid < $1", limit) for name in TABLES]  # noqa: S608 - our own tables
        await connection.execute("DELETE FROM access.change_mark WHERE xid < $1", limit)
        return sum(int(tag.rpartition(" ")[2]) for tag in tags)


async def restart(connection: Connection) -> None:
    """Begin another history: every cursor of before is refused (CHANGES_RESTART), and what changed before is deleted,
    since a restored database counts transactions anew, and would take it for what is still to come."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {OWNER}")
        await connection.execute("SELECT nextval('access.change_history')")
        for name in (*TABLES, "change_mark"):
            await connection.execute(f"DELETE FROM access.{name}")  # noqa: S608 - our own tables
        await connection.execute(MARK_BEGINNING)
