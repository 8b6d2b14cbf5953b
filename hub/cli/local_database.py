"""The database that commands work on: the server of `DATABASE_URL`, else the cluster of this clone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

from hub.cli.options import ROOT
from infra.database import administrator
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import Dsn, dsn


@contextmanager
def administered(keys: Keys) -> Iterator[str]:
    """Yield the administrator's address of the database, migrated."""
    with administrator(os.environ.get("DATABASE_URL"), "demo", ROOT, keys) as admin:
        asyncio.run(migrate(admin, keys))
        yield admin


@contextmanager
def database(keys: Keys) -> Iterator[Dsn]:
    """Yield a function from a role to its address in that database."""
    with administered(keys) as admin:
        yield lambda role: dsn(admin, role, keys)
