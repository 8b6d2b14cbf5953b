"""Code serves a database that later migrations only expanded, and refuses one from which they took something."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.errors import SetupRefused
from infra.migrate import upgrade
from infra.schema_versions import HISTORIES, History, check_versions, note_serves_from
from tests.conftest import Database
from tests.e2e.site import serve

PEOPLE = next(history for history in HISTORIES if history.schema == "people")
NEXT = """\"\"\"A column of the next version.\"\"\"

from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"
branch_labels = None
depends_on = None
expands = {expands}


def upgrade() -> None:
    \"\"\"One column more.\"\"\"
    op.execute("ALTER TABLE people.person ADD COLUMN next_{number} text")
"""


def next_version(folder: Path, *expand: bool) -> History:
    """The migrations of a version that has one more for each of these."""
    shutil.copytree(PEOPLE.location, folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = int(PEOPLE.revisions[-1])
    for number, expands in enumerate(expand, start=last + 1):
        text = NEXT.format(number=number, before=number - 1, expands=expands)
        (folder / f"{number:04}_next.py").write_text(text, encoding="utf-8")
    return History("people", folder)


async def migrated(database: Database, history: History) -> None:
    await upgrade(database.admin_dsn, history, database.keys)
    connection = await database.connect()
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE people_owner")
            await note_serves_from(connection, history)
    finally:
        await connection.close()


async def checked(database: Database, history: History) -> None:
    connection = await database.connect("people_query")
    try:
        await check_versions(connection, [history])
    finally:
        await connection.close()


async def test_the_version_before_starts_and_serves_while_the_next_one_only_expands(
    fresh_database: Database, tmp_path: Path
) -> None:
    further = next_version(tmp_path / "versions", True, True)
    await migrated(fresh_database, further)
    await checked(fresh_database, further)
    await checked(fresh_database, PEOPLE)
    with serve("people", fresh_database, tmp_path) as process:
        assert process.url


@pytest.mark.parametrize("expand", [(False,), (False, True), (True, False)])
async def test_the_version_before_is_refused_once_a_migration_took_something_from_it(
    fresh_database: Database, tmp_path: Path, expand: tuple[bool, ...]
) -> None:
    further = next_version(tmp_path / "versions", *expand)
    await migrated(fresh_database, further)
    await checked(fresh_database, further)
    with pytest.raises(SetupRefused, match="DATABASE_NEWER"):
        await checked(fresh_database, PEOPLE)
