"""A command changes nothing that it was not asked to: database, keys and files are the same after it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.main import get_command

from demo.token_issuer import Issuer
from hub.cli import COMMANDS
from hub.cli.effects import EFFECTS
from infra.database import NAME
from infra.keys import NAMES, RANDOM, Keys, role_keys
from infra.migrate import migrate, renew_passwords
from infra.postgresql import cluster
from infra.postgresql.cluster_home import cluster_files, home
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import password, without_user
from tests.cli.commands import Result, hub
from tests.conftest import ROOT, Database
from tests.recycling import baseline

POLICIES = str(ROOT / "schema" / "policies")
SETTINGS = "demo/settings.toml"
"""A file below the folder where the command runs."""
SCHEMA = str(ROOT / "schema" / "generated" / "api.graphql")
READING: dict[str, tuple[str, ...]] = {
    "gateway": ("--supergraph", SCHEMA),
    "schema diff": (SCHEMA, SCHEMA),
    "schema show": (),
    "plan": (str(ROOT / "hub" / "pages" / "journey.graphql"),),
    "token": ("referent-a", "--demo", "nowhere"),
    "sources": (),
    "quarantine": (),
    "matching status": (),
    "journal verify": (),
    "subscriptions list": (),
    "revocations list": (),
    "keys list": (),
    "policy check": (),
    "policy table": ("--actor", "dpo", "--purpose", "audit"),
    "policy explain": ("Person.id", "--actor", "dpo", "--purpose", "audit"),
    "policy diff": (POLICIES, POLICIES, "--people"),
    "policy who": ("Person.id",),
    "policy gaps": (),
    "policy register": (),
    "policy impact": (),
    "settings check": (SETTINGS,),
    "settings show": (SETTINGS,),
    "subgraph check": ("http://127.0.0.1:9/graphql", "--seeds", "nowhere", "--key", "nowhere"),
}
"""Arguments of each command that only reads; `gateway` is asked what it refuses, since it would serve, as is `subgraph
check`, since nothing is there to check."""
ON_DATABASE = ("sources", "quarantine", "matching status", "journal verify", "subscriptions list", "policy diff")
"""Those of them that read the database."""


def commands() -> Iterator[str]:
    """The whole name of every command."""
    for name in COMMANDS:
        command: Any = get_command(import_module(f"hub.cli.{name}").app)
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield name
        yield from (f"{name} {part}" for part in getattr(command, "commands", ()))


def test_every_command_says_what_it_writes_and_each_that_only_reads_is_tried() -> None:
    assert [*commands()] == [*EFFECTS]
    assert {name for name, effect in EFFECTS.items() if not effect} == {*READING}


async def server_state(database: Database) -> object:
    """Roles with their passwords, names of databases, and this one's relations, privileges and rows."""
    connection = await database.connect()
    try:
        state = await baseline(connection)
        return [
            [tuple(row) for row in await connection.fetch("SELECT * FROM pg_authid ORDER BY oid")],
            [row[0] for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ 'unasked'")],
            [
                tuple(row)
                for row in await connection.fetch("SELECT oid::regclass::text, relacl::text FROM pg_class ORDER BY oid")
            ],
            dict(zip(state.tables, state.states, strict=False)),
        ]
    finally:
        await connection.close()


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every path below a folder, with the content of files."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


Condition = Callable[[Database, Path], Awaitable[str]]
"""Makes the database or the copied keys unfit; returns the address that the command is given."""


async def as_it_is(database: Database, keys: Path) -> str:
    return database.admin_dsn


async def of_another_user(database: Database, keys: Path) -> str:
    """The address needs to name no administrator."""
    return database.admin_dsn.replace(database.cluster.password, "unknown")


async def keys_absent(database: Database, keys: Path) -> str:
    shutil.rmtree(keys)
    return database.admin_dsn


async def keys_of_others(database: Database, keys: Path) -> str:
    shutil.rmtree(keys)
    Keys.create(keys)
    return database.admin_dsn


async def no_database(database: Database, keys: Path) -> str:
    return database.cluster.admin_dsn("unasked")


async def at(database: Database, statement: str) -> str:
    connection = await database.connect()
    await connection.execute(statement)
    await connection.close()
    return database.admin_dsn


async def not_migrated(database: Database, keys: Path) -> str:
    return database.cluster.admin_dsn()


async def set_version(database: Database, version: str) -> str:
    schemas = ("journal", "access", "people", "runs")
    return await at(database, "; ".join(f"UPDATE {s}.alembic_version SET version_num = '{version}'" for s in schemas))


async def older(database: Database, keys: Path) -> str:
    return await set_version(database, "0001")


async def before_versions_were_readable(database: Database, keys: Path) -> str:
    return await at(
        database,
        "REVOKE SELECT ON journal.alembic_version FROM journal_reader;"
        " REVOKE SELECT ON access.alembic_version FROM access_ingest, subscriptions_writer;"
        " REVOKE SELECT ON runs.alembic_version FROM runs_reader, quarantine_keeper, quarantine_writer;"
        " REVOKE SELECT ON people.alembic_version FROM people_ingest",
    )


async def newer(database: Database, keys: Path) -> str:
    return await set_version(database, "9999")


CONDITIONS: dict[Condition, str | None] = {
    as_it_is: None,
    of_another_user: None,
    keys_absent: "KEYS_MISSING",
    keys_of_others: "DATABASE_KEYS",
    no_database: "DATABASE_MISSING",
    not_migrated: "DATABASE_OLDER",
    older: "DATABASE_OLDER",
    before_versions_were_readable: "DATABASE_OLDER",
    newer: "DATABASE_NEWER",
}
"""The code by which a command that reads the database refuses each."""


def run(name: str, keys: Path, url: str | None) -> Result:
    where = ("--keys", keys) if name in ON_DATABASE else ()
    return hub(*name.split(), *READING[name], *where, database_url=url)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.__name__)
async def test_a_command_that_only_reads_leaves_database_keys_and_files_as_they_were(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, condition: Condition
) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(fresh_database.keys.directory, keys)
    Issuer((tmp_path / SETTINGS).parent).write_settings({})
    url = await condition(fresh_database, keys)
    monkeypatch.chdir(tmp_path)
    before = await server_state(fresh_database), tree(tmp_path)
    for name in READING if condition is as_it_is else ON_DATABASE:
        result = run(name, keys, url)
        try:
            assert (await server_state(fresh_database), tree(tmp_path)) == before, name
        finally:
            if condition is keys_of_others:  # a password that changed would be every test's
                await renew_passwords(fresh_database.cluster.admin_dsn(), fresh_database.keys)
                before = await server_state(fresh_database), before[1]
        code = CONDITIONS[condition]
        if name in ON_DATABASE and code is not None:
            result.check_refused(code)
        elif name in ON_DATABASE or SETTINGS in READING[name]:
            assert (result.code, result.err) == (0, ""), name


@pytest.mark.parametrize("name", ON_DATABASE)
def test_without_a_server_nothing_is_created_for_a_command_that_reads(
    name: str, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.local_database.ROOT", tmp_path)
    run(name, keys.directory, None).check_refused("DATABASE_MISSING")
    assert not home(tmp_path).exists()
    assert tree(tmp_path) == {}


WRITING = {
    "journal search": ("--from", "2026-01-01"),
    "journal forget": ("00000000-0000-4000-8000-000000000001", "--yes"),
    "journal expire": (),
    "ingest": ("cnaf-flux", "nowhere.xml"),
    "serve": ("--role", "people", "--port", "0"),
}


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        *((name, older) for name in WRITING),
        *((name, keys_of_others) for name in WRITING if name != "journal expire"),  # an administrator needs no role
        ("serve", no_database),
        ("serve", newer),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_command_that_writes_elsewhere_neither_migrates_nor_sets_a_password(
    fresh_database: Database, tmp_path: Path, condition: Condition, name: str
) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(fresh_database.keys.directory, keys)
    url = await condition(fresh_database, keys)
    before = await server_state(fresh_database)
    own = without_user(url) if name == "serve" else url
    result = hub(*name.split(), *WRITING[name], "--keys", keys, database_url=own)
    after = await server_state(fresh_database)
    if condition is keys_of_others:
        await renew_passwords(fresh_database.cluster.admin_dsn(), fresh_database.keys)
    assert after == before
    result.check_refused(CONDITIONS[condition] or "")


async def test_migrating_refuses_other_keys_and_a_newer_schema_before_it_changes_anything(
    fresh_database: Database, tmp_path: Path
) -> None:
    Keys.create(tmp_path / "keys")
    before = await server_state(fresh_database)
    other = hub("database", "migrate", "--keys", tmp_path / "keys", database_url=fresh_database.admin_dsn)
    assert await server_state(fresh_database) == before
    other.check_refused("DATABASE_KEYS")
    await older(fresh_database, tmp_path)
    await at(fresh_database, "UPDATE offers.alembic_version SET version_num = '9999'")
    before = await server_state(fresh_database)
    keys = fresh_database.keys.directory
    hub("database", "migrate", "--keys", keys, database_url=fresh_database.admin_dsn).check_refused("DATABASE_NEWER")
    assert await server_state(fresh_database) == before


async def test_migrating_makes_a_database_and_changes_the_password_of_no_role_that_is_there(
    fresh_database: Database,
) -> None:
    url, keys = fresh_database.cluster.admin_dsn("unasked"), fresh_database.keys.directory
    before = await passwords(fresh_database)
    try:
        assert hub("database", "migrate", "--keys", keys, database_url=url).code == 0
        assert await passwords(fresh_database) == before
        assert hub("journal", "verify", "--keys", keys, database_url=url).code == 0
    finally:
        connection = await asyncpg.connect(fresh_database.cluster.admin_dsn())
        await connection.execute("DROP DATABASE IF EXISTS unasked WITH (FORCE)")
        await connection.close()


@pytest.fixture
def own_database(keys: Keys) -> Iterator[Database]:
    """A database on a cluster of one test alone, whose roles nobody else uses."""
    name = f"passwords-{os.getpid()}"
    try:
        with cluster(name, ROOT, password(ADMINISTRATOR, keys), durable=False) as running:
            asyncio.run(migrate(running.admin_dsn(NAME), keys))
            yield Database(running, keys, NAME)
    finally:
        shutil.rmtree(cluster_files(ROOT, name).base)


async def test_passwords_are_set_by_the_command_of_that_name_alone(own_database: Database) -> None:
    keys, url = own_database.keys.directory, own_database.admin_dsn
    await at(own_database, "ALTER ROLE journal_reader PASSWORD 'another'")
    hub("journal", "verify", "--keys", keys, database_url=url).check_refused("DATABASE_KEYS")
    result = hub("database", "passwords", "--keys", keys, database_url=url)
    assert (result.code, result.err) == (0, "")
    assert hub("journal", "verify", "--keys", keys, database_url=url).code == 0


def test_keys_are_made_for_a_new_installation_and_never_in_place_of_lost_ones(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert hub("keys", "init", "--keys", folder).code == 0
    assert {path.name for path in folder.iterdir()} == set(NAMES)
    made = tree(folder)
    for name in role_keys("people_query", "journal_writer"):
        (folder / name).unlink()
    assert "role-people_query" in hub("keys", "init", "--keys", folder).out
    assert tree(folder) == made
    (folder / "nir").unlink()
    assert "nir" in hub("keys", "init", "--keys", folder).check_refused("KEYS_MISSING")
    assert not (folder / "nir").exists()
    assert {*RANDOM} < {*NAMES}


async def passwords(database: Database) -> dict[str, str]:
    """What the server keeps of each role's password."""
    connection = await database.connect()
    try:
        return {row[0]: row[1] for row in await connection.fetch("SELECT rolname, rolpassword FROM pg_authid")}
    finally:
        await connection.close()
