"""What several commands share: where this clone keeps its keys, and the database that they open."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from infra.database import administrator
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import Dsn, dsn

ROOT = Path(__file__).resolve().parents[2]

KeysOption = Annotated[Path, typer.Option("--keys", help="Dossier des clés.")]
KEYS = ROOT / ".data" / "keys"


@contextmanager
def administered(keys: Keys) -> Iterator[str]:
    """Administrator's address of the migrated database: the server of `DATABASE_URL`, else this clone's own."""
    with administrator(os.environ.get("DATABASE_URL"), "demo", ROOT, keys) as admin:
        asyncio.run(migrate(admin, keys))
        yield admin


@contextmanager
def database(keys: Keys) -> Iterator[Dsn]:
    """Addresses of that database for each role."""
    with administered(keys) as admin:
        yield lambda role: dsn(admin, role, keys)
