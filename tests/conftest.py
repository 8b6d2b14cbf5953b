"""What every test may ask for: the test cluster, its keys, and a migrated database of its own.

The cluster `test` is the embedded PostgreSQL of this clone, shared by all test processes. Each migrated state of the
code is one template database, from which a test's database is copied; `populated` keeps the worlds that several tests
start from in the same way.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import itertools
import os
import pickle
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import settings

from infra.keys import Keys
from infra.migrate import migrate, renew_passwords
from infra.postgresql import Cluster, cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import close_database, dsn, password, without_user
from infra.schema_versions import HISTORIES
from schema.days import PARIS, today
from subgraphs.kit.communes import FILE as COMMUNES
from tests.node import Node, NodeAbsent, installed
from tests.project_copy import copy_of_the_project
from tests.recycling import Baseline, baseline, emptied
from tests.scheduling import LongestFirst
from tests.shared_states import state, valkey_server

__all__ = ["state", "valkey_server"]

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".data" / "test"
SAMPLES = ROOT.parent / "shared" / "samples"
POPULATED = STATE / "populated"
"""Folder of what the tests know of each populated template: one file per template, of its name."""
POPULATING = ("demo", "hub", "infra", "schema", "subgraphs", "requirements", "tests/e2e", "tests/oracle")
"""Folders whose files decide what a populated database holds."""
KEPT_TEMPLATES = 3
"""Templates of one kind that stay when a new one is made."""
_SUFFIXES = (".csv", ".graphql", ".json", ".py", ".toml", ".txt", ".xsd")
_OID = "SELECT oid FROM pg_database WHERE datname = current_database()"
T = TypeVar("T")
_numbers = itertools.count()

for _name in (
    "DATABASE_URL",
    "DATABASE_POOL_URL",
    "REDIS_URL",
    "PYTHONDONTWRITEBYTECODE",
):  # the hundreds of processes share their bytecode
    os.environ.pop(_name, None)
sys.dont_write_bytecode = False
settings.register_profile("hub", deadline=None)  # no test is about time
settings.load_profile("hub")
gc.disable()  # what is imported and collected stays to the end


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database. One that has `templates` is a copy in the test cluster and may be replaced by another."""

    cluster: Cluster
    keys: Keys
    name: str
    templates: bool = False

    @property
    def admin_dsn(self) -> str:
        """Address for the cluster's administrator, who is above row security."""
        return self.cluster.admin_dsn(self.name)

    @property
    def place(self) -> str:
        """Address that names nobody, as a process that serves gets it."""
        return without_user(self.admin_dsn)

    def dsn(self, role: str) -> str:
        """Address for one of the application's roles."""
        return dsn(self.admin_dsn, role, self.keys)

    async def connect(self, role: str | None = None) -> asyncpg.Connection[asyncpg.Record]:
        """A connection of this role, else of the administrator, with the roles' days; the caller closes it."""
        if role is not None:
            return await asyncpg.connect(self.dsn(role))
        return await asyncpg.connect(self.admin_dsn, server_settings={"timezone": PARIS.key})


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst | None:
    """`--dist loadfile` begins with the files that take longest."""
    return LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """The garbage collector looks at what tests make, and never again at the modules and at the tests themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


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
    """Name of the template database of the code as it is."""
    return migrated_template(postgresql, keys)


@pytest.fixture(scope="session")
def spares(postgresql: Cluster) -> Iterator[list[Spare]]:
    """Databases of this process that wait for their next test."""
    databases: list[Spare] = []
    yield databases
    for spare in databases:
        asyncio.run(_drop(postgresql, spare.name))


@pytest.fixture(scope="module")
def database(postgresql: Cluster, keys: Keys, template: str, spares: list[Spare]) -> Iterator[Database]:
    """A database as the template is, for the tests of one module, or a world in its place (`populated`)."""
    with _lent(postgresql, template, spares) as spare:
        yield Database(postgresql, keys, spare.name, templates=True)


@pytest.fixture
def fresh_database(postgresql: Cluster, keys: Keys, template: str, spares: list[Spare]) -> Iterator[Database]:
    """A database as the template is, for one test."""
    with _lent(postgresql, template, spares) as spare:
        yield Database(postgresql, keys, spare.name)


@contextmanager
def _lent(postgresql: Cluster, template: str, spares: list[Spare]) -> Iterator[Spare]:
    """An earlier test's database, emptied, or else a copy of the template; it is kept if it can be emptied again."""
    spare = spares.pop() if spares else asyncio.run(_spare(postgresql, template))
    try:
        yield spare
    finally:
        if asyncio.run(_emptied(postgresql, spare)):
            spares.append(spare)
        else:
            asyncio.run(_drop(postgresql, spare.name))


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the partners' sample payloads, which the repository doesn't hold."""
    if not SAMPLES.is_dir():
        pytest.skip("sample payloads absent: ../shared/samples")
    return SAMPLES


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project, in which the demo starts from nothing once and then again."""
    with copy_of_the_project(tmp_path_factory.mktemp("project")) as root:
        yield root


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages of `tests/federation/node`, installed once per content of its lock."""
    try:
        return installed()
    except NodeAbsent as error:
        pytest.skip(str(error))


def migrated_template(postgresql: Cluster, keys: Keys) -> str:
    """Name of the template database of the code as it is, made once by whichever process comes first."""
    name = f"template_{_migrations_digest()}"
    with _locked(name):
        asyncio.run(_ensure_template(postgresql, keys, name))
    return name


@dataclass(frozen=True, slots=True)
class Spare:
    """A copy of the template, its key in the cluster, and the state that it had before any test used it."""

    name: str
    oid: int
    baseline: Baseline


async def _spare(postgresql: Cluster, template: str) -> Spare:
    name = _new_name()
    await _copy(postgresql, template, name)
    connection = await asyncpg.connect(postgresql.admin_dsn(name))
    try:
        return Spare(name, await connection.fetchval(_OID), await baseline(connection))
    finally:
        await connection.close()


async def _emptied(postgresql: Cluster, spare: Spare) -> bool:
    """Whether the database is as the template again; a world that took its place, or one that is gone, is not."""
    try:
        connection = await asyncpg.connect(postgresql.admin_dsn(spare.name))
    except asyncpg.PostgresError:
        return False
    try:
        is_same = await connection.fetchval(_OID) == spare.oid
        return is_same and await emptied(connection, spare.baseline)
    finally:
        await connection.close()


def _new_name() -> str:
    return f"test_{os.getpid()}_{next(_numbers)}"


@contextmanager
def copied(postgresql: Cluster, keys: Keys, template: str) -> Iterator[Database]:
    """A copy of a database to which nobody is connected, dropped at the end."""
    name = _new_name()
    asyncio.run(_copy(postgresql, template, name))
    try:
        yield Database(postgresql, keys, name, templates=True)
    finally:
        asyncio.run(_drop(postgresql, name))


async def populated(database: Database, world: str, populate: Callable[[], Awaitable[T]]) -> T:
    """What `populate` returns after it has written a world into this empty database, to which nobody is connected.

    Each world is written once per day and state of the code; later databases are replaced by copies of the first one.
    `populate` must depend on nothing else, and what it returns is pickled.
    """
    if not database.templates:
        return await populate()
    template = f"template_{world}_{_populated_digest(database.keys.directory, str(today()))}"
    state = POPULATED / template
    with _locked(template):
        if state.exists() and await _exists(database.cluster, template):
            await _drop(database.cluster, database.name)
            await _copy(database.cluster, template, database.name)
            stored: T = pickle.loads(state.read_bytes())  # noqa: S301 - written below, by this clone
            return stored
        await _drop(database.cluster, template)
        result = await populate()
        POPULATED.mkdir(exist_ok=True)
        state.write_bytes(pickle.dumps(result))
        await _copy(database.cluster, database.name, template)
        for old in await _drop_old_templates(database.cluster, f"template_{world}"):
            (POPULATED / old).unlink(missing_ok=True)
    return result


@contextmanager
def _locked(template: str) -> Iterator[None]:
    """A block in which no other test process makes this template."""
    with (STATE / f"{template.rpartition('_')[0]}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def _exists(postgresql: Cluster, name: str) -> bool:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    try:
        return bool(await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name))
    finally:
        await connection.close()


async def _copy(postgresql: Cluster, template: str, name: str) -> None:
    """Copy files, not WAL records: that takes a quarter of the CPU time."""
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    await connection.close()
    connection = await asyncpg.connect(postgresql.admin_dsn(name))
    await close_database(connection)
    await connection.close()


async def _drop(postgresql: Cluster, name: str) -> None:
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


async def _ensure_template(postgresql: Cluster, keys: Keys, name: str) -> None:
    if await _exists(postgresql, name):
        return
    await _drop(postgresql, f"{name}_new")
    await renew_passwords(postgresql.admin_dsn(), keys)
    await migrate(postgresql.admin_dsn(f"{name}_new"), keys)
    connection = await asyncpg.connect(postgresql.admin_dsn())
    await connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    await connection.close()
    await _drop_old_templates(postgresql, "template")


async def _drop_old_templates(postgresql: Cluster, kind: str) -> list[str]:
    """Drop all but the latest templates of a kind; return their names."""
    connection = await asyncpg.connect(postgresql.admin_dsn())
    try:
        rows = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname ~ $1 ORDER BY oid DESC OFFSET $2",
            f"^{kind}_[0-9a-f]{{16}}$",
            KEPT_TEMPLATES,
        )
        old = [row["datname"] for row in rows]
        for name in old:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()
    return old


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


def _migrations_digest() -> str:
    """Digest of what the state of a migrated database depends on."""
    files = [path for history in HISTORIES for path in history.location.glob("*.py")]
    infra = (ROOT / "infra" / f"{name}.py" for name in ("migrate", "role_names", "roles"))
    return _digest([*files, *infra, COMMUNES])


@cache
def _populated_digest(keys: Path, day: str) -> str:
    """Digest of what a populated database depends on, beside the function that populates it."""
    files = [path for folder in POPULATING for path in (ROOT / folder).rglob("*") if path.suffix in _SUFFIXES]
    return _digest([*files, *keys.iterdir()], day)


def _digest(files: Iterable[Path], more: str = "") -> str:
    digest = sha256(more.encode())
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
