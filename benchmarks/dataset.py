"""The database of `hub bench`: filled once, and again when its SQL, the migrations or the month have changed."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import md5, sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from infra.keys import Keys
from infra.migrate import migrate
from infra.schema_versions import HISTORIES

SQL = Path(__file__).with_name("dataset.sql")
SIRET = "99900008000018"
"""The organisation of every référent of the bench."""
FOLLOWED = 150
"""The number of people whom `REFERENT` follows: more than a page of 100."""


def identifier(kind: str, number: int) -> str:
    """Return the id of a person or an agent of the bench by its number."""
    return str(UUID(md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest()))


REFERENT = identifier("agent", 0)
"""The référent who sends the requests."""
PERSON = identifier("person", 7)
"""A person whom this référent follows."""


def bench_address(url: str) -> str:
    """Return the address of the bench's database, on the same server as `url` and never `url` itself."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}_bench"))


async def prepare(url: str, people: int, keys: Keys) -> None:
    """Fill the database at `url`, as its administrator, with this many people, unless it holds them.

    It is filled again each month, since an item is no longer served some months after its date.
    """
    state = f"{people} {_digest()} {datetime.now(UTC):%Y-%m}"
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    server = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")))
    try:
        state_query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1"
        if await server.fetchval(state_query, name) == state:
            return
        quoted = await server.fetchval("SELECT quote_ident($1)", name)
        await server.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        await migrate(url, keys)
        filling = await asyncpg.connect(url)
        try:
            await filling.execute(SQL.read_text(encoding="utf-8").format(people=people, siret=SIRET))
        finally:
            await filling.close()
        await server.execute(f"COMMENT ON DATABASE {quoted} IS '{state}'")
    finally:
        await server.close()


def _digest() -> str:
    """Return a digest of what fills the database, except the number of people."""
    digest = sha256(SQL.read_bytes())
    for path in sorted(path for history in HISTORIES for path in history.location.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
