"""The migrations of each schema that this code has, and whether a database is as far as they go.

A migration that says `expands = True` takes nothing from code that lacks it: the database says from which migration on
code may serve it, so that the version before goes on while the next one is put in place (docs/sauvegarde.md).

Codes: DATABASE_OLDER (a migration of this code has not been run), DATABASE_NEWER (the database has one that this code
lacks).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import asyncpg

from infra.errors import SetupRefused
from infra.role_names import (
    ACCESS,
    CHANGES_READER,
    INGEST,
    INGESTS,
    JOURNAL,
    QUARANTINE_KEEPER,
    QUARANTINE_WRITER,
    QUERIES,
    RUNS,
    RUNS_READER,
    RUNS_WRITER,
    SUBSCRIBER,
    SUBSCRIPTIONS_KEEPER,
    SUBSCRIPTIONS_WRITER,
)
from schema.subgraphs import SUBGRAPHS

ROOT = Path(__file__).resolve().parent.parent
SERVES = " serves code from "
EXPANDS = re.compile(r"^expands = True$", re.MULTILINE)
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class History:
    """The migrations of one schema, each in a file that begins with its number."""

    schema: str
    location: Path

    @property
    def owner(self) -> str:
        """The role that runs the migrations and owns what they make."""
        return f"{self.schema}_owner"

    @property
    def revisions(self) -> list[str]:
        """The numbers of the migrations, in order."""
        return sorted(file.name[:4] for file in self.location.glob("[0-9]*.py"))

    @property
    def serves_from(self) -> str:
        """The migration from which on code may serve the newest state: all that came later only expand it."""
        files = sorted(self.location.glob("[0-9]*.py"), reverse=True)
        contracting = (file for file in files if not EXPANDS.search(file.read_text(encoding="utf-8")))
        return next(contracting, files[-1]).name[:4]

    @property
    def readers(self) -> tuple[str, ...]:
        """The roles that may read how far the schema has come."""
        if self.schema == ACCESS:
            return (*QUERIES, *INGESTS, CHANGES_READER, SUBSCRIPTIONS_KEEPER, SUBSCRIPTIONS_WRITER, SUBSCRIBER)
        if self.schema == JOURNAL:
            return ("journal_writer", "journal_reader")
        if self.schema == RUNS:
            return (RUNS_WRITER, RUNS_READER, QUARANTINE_KEEPER, QUARANTINE_WRITER)
        return (f"{self.schema}_query", f"{self.schema}_ingest")


HISTORIES = (
    History(ACCESS, ROOT / "infra" / "access" / "migrations" / "versions"),
    *(History(schema, ROOT / "subgraphs" / schema / "migrations" / "versions") for schema in SUBGRAPHS),
    History(JOURNAL, ROOT / "hub" / "journal" / "migrations" / "versions"),
    History(RUNS, ROOT / "hub" / "runs" / "migrations" / "versions"),
)
"""Every chain, in order: `access` first, which the row security of the subgraphs reads."""


def histories_of(role: str) -> list[History]:
    """The chains whose state this role may read; `ingest` is every ingest role."""
    roles = INGESTS if role == INGEST else (role,)
    return [history for history in HISTORIES if set(roles) & set(history.readers)]


async def check_versions(connection: Connection, histories: Collection[History]) -> None:
    """Raise SetupRefused unless each schema is as far as this code's migrations go, or further by such as only expand
    it."""
    for history in histories:
        version = await _version(connection, history)
        if version is not None and version not in history.revisions:
            serves_from = await _serves_from(connection, history, version)
            if serves_from is not None and serves_from in history.revisions:
                continue
            raise newer(history.schema, f"{history.schema} is at {version}")
        if version != history.revisions[-1]:
            raise SetupRefused(
                "DATABASE_OLDER",
                f"La base n'a pas, dans le schéma {history.schema}, toutes les migrations de ce code : lancez « hub "
                "database migrate » avec l'administrateur de la base, puis recommencez.",
                f"{history.schema} is at {version}",
            )


async def refuse_newer(connection: Connection, histories: Collection[History]) -> None:
    """Raise SetupRefused (DATABASE_NEWER) if other code has taken a schema further; as an administrator."""
    for history in histories:
        version = await _version(connection, history)
        if version not in (None, *history.revisions):
            raise newer(history.schema, f"{history.schema} is at {version}")


def newer(schema: str, detail: str) -> SetupRefused:
    """The refusal of a database that knows a migration unknown to this code."""
    return SetupRefused(
        "DATABASE_NEWER",
        f"La base porte, dans le schéma {schema}, une migration que ce code n'a pas (autre branche, ou version plus "
        "récente) : revenez au code qui l'a faite. Si la base n'est que celle de la démonstration, « make clean » puis "
        "« make demo » la refont.",
        detail,
    )


async def note_serves_from(connection: Connection, history: History) -> None:
    """Let the database say from which migration on code may serve it; as the owner of the schema."""
    note = f"{history.revisions[-1]}{SERVES}{history.serves_from}"
    await connection.execute(f"COMMENT ON TABLE {history.schema}.alembic_version IS '{note}'")


async def _serves_from(connection: Connection, history: History, version: str) -> str | None:
    """What the database says of that; None if it says nothing, or of another version than it is at."""
    table = f"{history.schema}.alembic_version"
    comment = await connection.fetchval("SELECT obj_description(to_regclass($1), 'pg_class')", table)
    noted, _, serves_from = str(comment).partition(SERVES)
    return serves_from if noted == version else None


async def _version(connection: Connection, history: History) -> str | None:
    """How far the schema has come; None if nothing was run, or by code that let nobody read it."""
    try:
        version = await connection.fetchval(f"SELECT version_num FROM {history.schema}.alembic_version")  # noqa: S608 - names of our own
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
        return None
    return None if version is None else str(version)
