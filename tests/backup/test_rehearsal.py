"""A backup made under load is restored on another server: nothing that was withdrawn since comes back, all goes on."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from infra.database import NAME
from infra.keys import Keys
from infra.postgresql import cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.postgresql.erase import erase
from infra.roles import password
from schema.facts import Fact
from tests.changes.conftest import ACTORS, Copy, someone
from tests.cli.commands import Result, hub
from tests.conftest import Database
from tests.e2e.canary_inside import inside
from tests.kit.conftest import Rows, person_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNTOUCHED, LIMITED, GONE, FORGOTTEN, LATE = range(1, 6)
PERSON_TABLES = ("access.link", "access.person", "people.person")


def run(database: Database, *arguments: object) -> Result:
    return hub(*arguments, "--keys", database.keys.directory, database_url=database.admin_dsn)


@dataclass(frozen=True)
class Rehearsal:
    """The folder of the backup, the register of protections after what came since, and the client's copy."""

    folder: Path
    register: Path
    copy: Copy


@pytest.fixture(scope="module")
def elsewhere(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A server that has nothing yet."""
    root = tmp_path_factory.mktemp("elsewhere")
    with cluster("restored", root, password(ADMINISTRATOR, keys), durable=False) as running:
        yield Database(running, keys, NAME)
    erase(root)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rehearsal(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rehearsal]:
    """Four people, a backup while others are written and read, then a limitation, a departure and an erasure."""
    root = tmp_path_factory.mktemp("rehearsal")
    connection = await database.connect()
    world = Rows(connection)
    for number in (UNTOUCHED, LIMITED, GONE, FORGOTTEN):
        await someone(world, number)
    async with inside(database, ACTORS, root / "first") as running:
        copy = await Copy(running).read()
        folder, register = root / "backup", root / "protections.json"
        backup = asyncio.create_task(asyncio.to_thread(run, database, "backup", "create", folder))
        written = 0
        while not backup.done():
            await someone(world, 100 + written)
            await copy.read()
            written += 1
        assert (await backup).code == 0, (await backup).err
        assert written > 1, "the backup was made while people were written and read"
        await someone(world, LATE)
        await connection.execute(
            "UPDATE access.person SET own_restrictions = $2, restrictions = $2 WHERE person_id = $1",
            person_id(LIMITED),
            int(Fact.LIMITATION),
        )
        for table in PERSON_TABLES:
            column = "id" if table == "people.person" else "person_id"
            await connection.execute(f"DELETE FROM {table} WHERE {column} = $1", person_id(GONE))
        assert run(database, "journal", "forget", person_id(FORGOTTEN), "--yes").code == 0
        await copy.read()
        assert {person_id(LIMITED), person_id(GONE)}.isdisjoint(copy.people)
        assert run(database, "backup", "protections", register).code == 0
        await connection.close()
        yield Rehearsal(folder, register, copy)


async def test_a_backup_is_read_by_its_owner_alone_and_refused_if_it_is_not_whole(
    rehearsal: Rehearsal, elsewhere: Database, tmp_path: Path
) -> None:
    folder, register = rehearsal.folder, rehearsal.register
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (*folder.iterdir(), register):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert "Nom1" not in register.read_text()
    run(elsewhere, "backup", "restore", folder).check_refused("PROTECTIONS_MISSING")
    run(elsewhere, "backup", "restore", tmp_path, "--without-protections").check_refused("BACKUP_MALFORMED")
    run(elsewhere, "backup", "restore", folder, "--protections", folder / "manifest.json").check_refused(
        "PROTECTIONS_MALFORMED"
    )
    older = tmp_path / "older.json"
    older.write_text('{"made_at": "2020-01-01T00:00:00Z"}')
    run(elsewhere, "backup", "restore", folder, "--protections", older).check_refused("PROTECTIONS_OLDER")
    Keys.create(tmp_path / "others")
    hub(
        *("backup", "restore", folder, "--protections", register, "--keys", tmp_path / "others"),
        database_url=elsewhere.admin_dsn,
    ).check_refused("BACKUP_KEYS")
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    with (damaged / "database.dump").open("ab") as dump:
        dump.write(b"more")
    run(elsewhere, "backup", "restore", damaged, "--protections", register).check_refused("BACKUP_MALFORMED")
    administrator = await Database(elsewhere.cluster, elsewhere.keys, "postgres").connect()
    names = {row[0] for row in await administrator.fetch("SELECT datname FROM pg_database")}
    await administrator.close()
    assert names == {"postgres", "template0", "template1"}, "a refused restoration leaves no database"


async def test_what_was_limited_erased_or_forgotten_after_a_backup_does_not_come_back(
    rehearsal: Rehearsal, elsewhere: Database, tmp_path: Path
) -> None:
    result = run(elsewhere, "backup", "restore", rehearsal.folder, "--protections", rehearsal.register)
    assert result.code == 0, result.err
    async with inside(elsewhere, ACTORS, tmp_path / "second") as restored:
        copy = Copy(restored, people=rehearsal.copy.people, cursor=rehearsal.copy.cursor)
        assert await copy.code() == "CHANGES_RESTART", "a cursor of what is lost leaves no gap unsaid"
        people = await copy.perimeter()
        assert person_id(UNTOUCHED) in people
        assert {person_id(LIMITED), person_id(GONE), person_id(LATE)}.isdisjoint(people)
        again = await Copy(restored).read()
        assert again.people.keys() == people.keys()
        keeper = await elsewhere.connect("journal_keeper")
        key_owners = {row["person"] for row in await keeper.fetch("SELECT person FROM journal_keys.person")}
        await keeper.close()
        assert person_id(UNTOUCHED) in key_owners, "the keys of pseudonyms are restored with the journal"
    verified = run(elsewhere, "journal", "verify")
    assert verified.code == 0, verified.out
    anchor = result.out.rpartition(" : ")[2].strip()
    assert run(elsewhere, "journal", "verify", "--anchor", anchor).code == 0
    assert "journal_forget" in run(elsewhere, "journal", "search", "--from", "2020-01-01").out
    over = run(elsewhere, "backup", "restore", rehearsal.folder, "--protections", rehearsal.register)
    over.check_refused("RESTORE_OVER")
