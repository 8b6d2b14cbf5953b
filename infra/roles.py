"""Roles of the database: per schema an owner, a role that reads and one that ingests; none bypasses row security.

    <schema>_owner    owns the schema and can't log in; migrations run as it (SET ROLE)
    <schema>_query    reads, under row security
    <schema>_ingest   writes, under row security with check; reads and writes the links of `access`
    <schema>_write    reads as <schema>_query, and makes and changes the items that mutations write, under row security
    ingest            is every subgraph's ingest role, for a source whose records belong to several schemas
    journal_writer    inserts into the access journal, and can't read it
    journal_reader    reads the access journal
    journal_keeper    reads, adds and erases the keys of the journal's pseudonyms
    runs_writer       keeps the runs of the sources (`hub.runs`)
    runs_reader       reads them
    people_review     reads pairs of people who may be one, and adds decisions, under row security
    outgoing_sender   reads which items mutations wrote for another system, and settles what became of them
    changes_reader    reads links and what changed of whom, under row security, and no value of a person
    subscriptions_keeper  reads subscriptions, whose terms are sealed, and notes how far each has come
    subscriptions_writer  reads, adds and removes them, and stops and resumes them
    subscriber        adds and removes those of the application that asks, and reads none of their terms
    quarantine_keeper reads, notes and erases refused records, which are encrypted
    quarantine_writer adds and replaces them, and can't read them

The password of a role is derived from the key `database`, which only an administrator's commands need. A process holds
the derived passwords of its own roles, each in a key file (`infra.keys.role_keys`), and can make no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import asyncpg

from infra.errors import SetupRefused
from infra.keys import Keys, derived
from infra.postgresql.binaries import OLDEST
from infra.role_names import (
    ACCESS,
    CHANGES_READER,
    INGEST,
    INGESTS,
    JOURNAL,
    JOURNAL_KEYS,
    LOGINS,
    OUTGOING_SENDER,
    OWNERS,
    QUARANTINE,
    QUARANTINE_KEEPER,
    QUARANTINE_WRITER,
    QUERIES,
    REVIEWER,
    RUNS,
    RUNS_READER,
    RUNS_WRITER,
    SCHEMAS,
    SUBSCRIBER,
    SUBSCRIPTIONS_KEEPER,
    SUBSCRIPTIONS_WRITER,
    WRITERS,
)
from infra.scram import verifier
from schema.days import PARIS
from schema.subgraphs import SUBGRAPHS

EXTENSIONS: tuple[str, ...] = ()
"""The extensions that a server must offer."""

CHANGES = (CHANGES_READER, SUBSCRIPTIONS_KEEPER, SUBSCRIPTIONS_WRITER, SUBSCRIBER)
"""The roles of changes and of those who are notified of them."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

Dsn = Callable[[str], str]
"""A function from a role to its address of the database."""


def password(role: str, keys: Keys) -> str:
    """Return the password of any role, from the key `database` that the administrator holds."""
    return derived(keys.database, role).hex()


def dsn(url: str, role: str, keys: Keys) -> str:
    """Return the address of the database of `url` for one of these roles, whose key was loaded."""
    if role not in LOGINS:
        raise ValueError(f"not a role that logs in: {role!r}")
    return address(url, role, keys.role(role).hex())


def address(url: str, role: str, secret: str) -> str:
    """Return the address of the database of `url` for a role and its password, whoever `url` names."""
    parts = urlsplit(without_user(url))
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{secret}@{parts.netloc}"))


def without_user(url: str) -> str:
    """Return the address of the database of `url`, which names nobody."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def require_no_user(url: str) -> None:
    """Raise SetupRefused (DATABASE_USER) if the address names a user or a password: whoever takes over a process that
    serves would enter as that user, often an administrator. An address that is none is left to who connects."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if "@" in parts.netloc or {"user", "password"} & parse_qs(parts.query).keys():
        raise SetupRefused(
            "DATABASE_USER",
            "Un processus qui sert n'entre dans la base que par les clés de ses rôles : donnez-lui DATABASE_URL sans "
            "utilisateur ni mot de passe (postgresql://hôte:port/base).",
            "DATABASE_URL names a user",
        )


async def missing_extensions(connection: Connection, needed: tuple[str, ...] = EXTENSIONS) -> list[str]:
    """Return the needed extensions that this server can't install."""
    offered = {row[0] for row in await connection.fetch("SELECT name FROM pg_available_extensions")}
    return [name for name in needed if name not in offered]


async def require_server(connection: Connection) -> None:
    """Refuse a server that is too old, isn't in UTF-8 or lacks an extension (SERVER_UNFIT)."""
    version = connection.get_server_version()
    encoding = connection.get_settings().server_encoding
    if version.major < OLDEST:
        raise _unfit(f"il faut PostgreSQL {OLDEST} ou plus récent (celui-ci : {version.major})")
    if encoding != "UTF8":
        raise _unfit(f"la base doit être en UTF-8 (celle-ci : {encoding})")
    if missing := await missing_extensions(connection):
        raise _unfit(f"il lui manque les extensions {', '.join(missing)} : installez-les (paquet postgresql-contrib)")


def _unfit(why: str) -> SetupRefused:
    return SetupRefused("SERVER_UNFIT", f"Ce serveur PostgreSQL ne convient pas : {why}.", why)


async def prepare_roles(connection: Connection, keys: Keys) -> None:
    """Make or correct roles, schemas and privileges of the connected database, in the caller's transaction.

    The caller is an administrator that may create roles. Safe to repeat; objects, rows and passwords that are there
    stay.
    """
    existing = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    for role in (*OWNERS, *LOGINS):
        if role not in existing:
            await connection.execute(f"CREATE ROLE {role}")
            if role in LOGINS:
                await _set_password(connection, role, keys)
    for role in OWNERS:
        await connection.execute(f"ALTER ROLE {role} NOLOGIN")
    for role in LOGINS:
        await connection.execute(f"ALTER ROLE {role} LOGIN INHERIT")
        await connection.execute(f"ALTER ROLE {role} SET timezone = '{PARIS.key}'")
        await connection.execute(f"ALTER ROLE {role} SET search_path = ''")
    for schema in SUBGRAPHS:
        await connection.execute(f"GRANT {schema}_ingest TO {INGEST}")
    for role in WRITERS:
        await connection.execute(f"GRANT {role.removesuffix('_write')}_query TO {role}")
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        for role in OWNERS:
            await connection.execute(f"GRANT {role} TO CURRENT_USER")
    await close_database(connection)
    for statement in _privileges():
        await connection.execute(statement)


async def set_passwords(connection: Connection, keys: Keys) -> None:
    """Give each role that is there and logs in the password of these keys, as an administrator."""
    for (role,) in await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", LOGINS):
        await _set_password(connection, role, keys)


async def _set_password(connection: Connection, role: str, keys: Keys) -> None:
    await connection.execute(f"ALTER ROLE {role} PASSWORD '{verifier(password(role, keys))}'")


async def close_database(connection: Connection) -> None:
    """Let only these roles connect to the database, without temporary tables; a copy of the database loses this."""
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {', '.join(LOGINS)}")


def _privileges() -> list[str]:
    """Return the statements that grant schemas, and tables as their owner makes them (default privileges)."""
    statements = [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"CREATE SCHEMA IF NOT EXISTS {JOURNAL} AUTHORIZATION journal_owner",
        f"CREATE SCHEMA IF NOT EXISTS {JOURNAL_KEYS} AUTHORIZATION journal_owner",
        f"GRANT USAGE ON SCHEMA {JOURNAL} TO journal_writer, journal_reader",
        f"GRANT USAGE ON SCHEMA {JOURNAL_KEYS} TO journal_keeper",
        f"CREATE SCHEMA IF NOT EXISTS {RUNS} AUTHORIZATION runs_owner",
        f"CREATE SCHEMA IF NOT EXISTS {QUARANTINE} AUTHORIZATION runs_owner",
        f"GRANT USAGE ON SCHEMA {QUARANTINE}, {RUNS} TO {QUARANTINE_KEEPER}, {QUARANTINE_WRITER}",
        f"GRANT USAGE ON SCHEMA {RUNS} TO {RUNS_WRITER}, {RUNS_READER}",
        *_as_made("journal_owner", JOURNAL, "INSERT", "journal_writer"),
        *_as_made("journal_owner", JOURNAL, "SELECT", "journal_reader"),
        *_as_made("journal_owner", JOURNAL_KEYS, "SELECT, INSERT, DELETE", "journal_keeper"),
        *_as_made("runs_owner", RUNS, "SELECT, INSERT, UPDATE, DELETE", RUNS_WRITER),
        *_as_made("runs_owner", RUNS, "SELECT", RUNS_READER),
        *_as_made("runs_owner", QUARANTINE, "SELECT, UPDATE, DELETE", QUARANTINE_KEEPER),
        *_as_made("runs_owner", QUARANTINE, "INSERT, DELETE", QUARANTINE_WRITER),
    ]
    for schema in SCHEMAS:
        owner, query, ingest = f"{schema}_owner", f"{schema}_query", f"{schema}_ingest"
        statements += [
            f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
            f"GRANT USAGE ON SCHEMA {schema} TO {query}, {ingest}",
        ]
        if schema != ACCESS:
            statements += [
                *_as_made(owner, schema, "SELECT", query),
                *_as_made(owner, schema, "SELECT, INSERT, UPDATE, DELETE", ingest),
            ]
    statements += [
        f"GRANT USAGE ON SCHEMA {ACCESS} TO {', '.join((*OWNERS, *QUERIES, *INGESTS, REVIEWER, *CHANGES))}",
        f"GRANT USAGE ON SCHEMA {ACCESS}, offers, trainings TO {OUTGOING_SENDER}",
        f"GRANT USAGE ON SCHEMA offers, trainings TO {RUNS_READER}",
        f"GRANT USAGE ON SCHEMA people TO {REVIEWER}",
    ]
    return statements


def _as_made(owner: str, schema: str, privileges: str, role: str) -> list[str]:
    """Return the statement that grants privileges on each table that the owner will make in the schema."""
    default_privileges = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}"
    return [f"{default_privileges} GRANT {privileges} ON TABLES TO {role}"]
