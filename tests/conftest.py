"""What every test may ask for: the test cluster, its keys, and a migrated database of its own.

The cluster `test` is the embedded PostgreSQL of this clone, shared by all test processes; each migrated state of the
code is one template database, from which a test's database is copied in some milliseconds.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from infra.keys import Keys
from infra.migrate import HISTORIES, migrate
from infra.postgresql import Cluster, cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import close_database, dsn, password
from schema.days import PARIS
from tests.node import Node, NodeAbsent, installed

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".data" / "test"
SAMPLES = ROOT.parent / "shared" / "samples"
KEPT_TEMPLATES = 3
_numbers = itertools.count()

for _name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(_name, None)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the test cluster, migrated and empty."""

    cluster: Cluster
    keys: Keys
    name: str

    @property
    def admin_dsn(self) -> str:
        """Address for the cluster's administrator, who is above row security."""
        return self.cluster.admin_dsn(self.name)

    def dsn(self, role: str) -> str:
        """Address for one of the application's roles."""
        return dsn(self.admin_dsn, role, self.keys)

    async def connect(self, role: str | None = None) -> asyncpg.Connection[asyncpg.Record]:
        """A connection of this role, else of the administrator, with the roles' days; the caller closes it."""
        if role is not None:
            return await asyncpg.connect(self.dsn(role))
        return await asyncpg.connect(self.admin_dsn, server_settings={"timezone": PARIS.key})


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys of this clone's tests, which stay from one run to the next."""
    return Keys.create(STATE / "keys")


@pytest.fixture(scope="session")
def postgresql(keys: Keys) -> Iterator[Cluster]:
    """The running test cluster. Never stop it: take a cluster of another name for that."""
    with cluster("test", ROOT, password(ADMINISTRATOR, keys), durable=False) as running:
        asyncio.run(_sweep(running))
        yield running


@pytest.fixture(scope="session")
def template(postgresql: Cluster, keys: Keys) -> str:
    """Name of the template database of the code as it is, made once by whichever test process comes first."""
    name = f"template_{_code_digest()}"
    with (STATE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_ensure_template(postgresql, keys, name))
    return name


@pytest.fixture(scope="module")
def database(postgresql: Cluster, keys: Keys, template: str) -> Iterator[Database]:
    """A fresh database for the tests of one module."""
    with copied(postgresql, keys, template) as copy:
        yield copy


@pytest.fixture
def fresh_database(postgresql: Cluster, keys: Keys, template: str) -> Iterator[Database]:
    """A fresh database for one test."""
    with copied(postgresql, keys, template) as copy:
        yield copy


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the partners' sample payloads, which the repository doesn't hold."""
    if not SAMPLES.is_dir():
        pytest.skip("sample payloads absent: ../shared/samples")
    return SAMPLES


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages of `tests/federation/node`, installed once per content of its lock."""
    try:
        return installed()
    except NodeAbsent as error:
        pytest.skip(str(error))


@contextmanager
def copied(postgresql: Cluster, keys: Keys, template: str) -> Iterator[Database]:
    """A copy of a database to which nobody is connected, dropped at the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    asyncio.run(_copy(postgresql, template, name))
    try:
        yield Database(postgresql, keys, name)
    finally:
        asyncio.run(_drop(postgresql, name))


async def _copy(postgresql: Cluster, template: str, name: str) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    connection = await asyncpg.connect(postgresql.admin_dsn(name))
    await close_database(connection)
    await connection.close()


async def _drop(postgresql: Cluster, name: str) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


async def _ensure_template(postgresql: Cluster, keys: Keys, name: str) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")
            await migrate(postgresql.admin_dsn(f"{name}_new"), keys)
            await connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
        old = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' AND datname <> $1"
            " ORDER BY oid DESC OFFSET $2",
            name,
            KEPT_TEMPLATES,
        )
        for (other,) in old:
            await connection.execute(f"DROP DATABASE IF EXISTS {other} WITH (FORCE)")
    finally:
        await connection.close()


async def _sweep(postgresql: Cluster) -> None:
    """Drop the databases of test processes that are no more."""
    connection = await asyncpg.connect(postgresql.admin_dsn())
    try:
        for (name,) in await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_[0-9]+$'"):
            if not _alive(int(name.split("_")[1])):
                await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _code_digest() -> str:
    """What the state of a migrated database depends on."""
    digest = sha256()
    files = [path for history in HISTORIES for path in history.location.glob("*.py")]
    for path in sorted([*files, ROOT / "infra" / "roles.py", ROOT / "infra" / "migrate.py"]):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
