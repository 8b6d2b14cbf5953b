"""The version before serves beside the next one on a database that the latter migrated, and goes on after it.

The suite looks at the migrations alone; `make upgrade` runs both versions.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from pathlib import Path

import httpx2
import pytest

from infra.database import NAME
from infra.keys import Keys
from infra.postgresql import cluster
from infra.postgresql.cluster_home import home
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import password
from infra.schema_versions import HISTORIES, History
from tests.cli.commands import Demo, demo, hub, hub_process
from tests.cli.test_demo import free_port
from tests.conftest import ROOT, Database
from tests.e2e.site import serve

UNTAGGED = "0614c4d2157df889e11f1d6e68b0d910757f80f0"
"""The version before where no tag tells it: the first that serves a database which later migrations expanded."""
LOCK = "requirements/base.txt"
WRITE = """mutation ($person: ID!, $key: String!) { recordAppointment(input: {
person: $person, startsAt: "2027-01-15T09:00:00Z", mode: VISIO, idempotencyKey: $key }) { id } }"""
READ = """query ($person: ID!) { person(id: $person) { lastName appointments(first: 50) { nodes { id } }
immersions(first: 50) { nodes { id status } } } }"""
keys_of_writes = count()


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)


@pytest.fixture(scope="module")
def before() -> str:
    """The last version that is tagged before this commit."""
    tagged = git("describe", "--tags", "--abbrev=0", "--match=v[0-9]*", "HEAD^")
    version = tagged.stdout.decode().strip() or UNTAGGED
    if git("cat-file", "-e", f"{version}^{{tree}}").returncode:
        pytest.skip(f"the history of this clone does not hold the version before, {version}")
    return version


@pytest.fixture(scope="module")
def old(before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of the version before, with its own database, files and keys."""
    if git("show", f"{before}:{LOCK}").stdout != (ROOT / LOCK).read_bytes():
        pytest.skip(f"the packages of the version before, {before}, are not those that are installed")
    root = tmp_path_factory.mktemp("before") / "hub"
    with tarfile.open(fileobj=BytesIO(git("archive", before).stdout)) as archive:
        archive.extractall(root, filter="data")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (root, root / "clients" / "python"))))
            running = demo(root, free_port())
            started = running.__enter__()
        try:
            yield started
        finally:
            running.__exit__(None, None, None)
    finally:
        shutil.rmtree(home(root), ignore_errors=True)


@pytest.fixture(scope="module")
def shared(old: Demo) -> Iterator[Database]:
    """The database of the version before, as this one finds it."""
    keys = Keys.load(old.root / ".data" / "keys")
    with cluster("demo", old.root, password(ADMINISTRATOR, keys)) as running:
        yield Database(running, keys, NAME)


def ask(url: str, old: Demo, document: str, **variables: str) -> dict[str, object]:
    """What a hub at `url` answers to the référente of the demo, without an error."""
    (token,) = (actor["token"] for actor in old.description["actors"] if actor["name"] == "referent-a")
    variables = {"person": old.description["persons"][0]["id"], **variables}
    headers = {"authorization": f"Bearer {token}", "purpose": "suivi"}
    reply = httpx2.post(
        f"{url}/graphql", json={"query": document, "variables": variables}, headers=headers, timeout=120
    )
    answer: dict[str, object] = reply.json()
    assert (reply.status_code, answer.get("errors")) == (200, None), answer
    data = answer["data"]
    assert isinstance(data, dict)
    return data


def check_both_serve(old: Demo, *urls: str) -> None:
    """Each hub writes an appointment, and all then read the same of the person."""
    written = set()
    for url in urls:
        recorded = ask(url, old, WRITE, key=f"mise-a-jour-{next(keys_of_writes)}")["recordAppointment"]
        assert isinstance(recorded, dict)
        written.add(recorded["id"])
    first, *others = (ask(url, old, READ) for url in urls)
    person = first["person"]
    assert isinstance(person, dict)
    assert written <= {node["id"] for node in person["appointments"]["nodes"]}
    assert [other == first for other in others] == [True] * len(others)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.schema)
def test_no_migration_since_the_version_before_takes_anything_from_it(before: str, history: History) -> None:
    listed = git("ls-tree", "--name-only", f"{before}:{history.location.relative_to(ROOT)}").stdout.decode()
    last = max(line[:4] for line in listed.splitlines() if line[:4].isdigit())
    assert history.serves_from <= last, (
        f"migration {history.serves_from} of {history.schema} came after {before}: say « expands = True » if that "
        "version serves with it, else let a later version take away what it reads"
    )


@pytest.mark.skipif("UPGRADE" not in os.environ, reason="run at will: make upgrade")
def test_the_version_before_reads_and_writes_beside_the_next_one_and_after_it(
    old: Demo, shared: Database, tmp_path: Path
) -> None:
    url = old.description["url"]
    keys, settings = shared.keys.directory, old.root / ".data" / "demo" / "settings.toml"
    check_both_serve(old, url)
    assert hub("keys", "init", "--keys", keys).code == 0
    migrated = hub("database", "migrate", "--keys", keys, database_url=shared.admin_dsn)
    assert migrated.code == 0, migrated.err
    with serve("all", shared, tmp_path, settings) as new:
        check_both_serve(old, url, new.url)
        check_both_serve(old, new.url, url)
    check_both_serve(old, url)
    with serve("all", shared, tmp_path, settings, root=old.root) as again:
        check_both_serve(old, url, again.url)
    for root in (ROOT, old.root):
        verified = hub_process("journal", "verify", "--keys", keys, database_url=shared.admin_dsn, cwd=root)
        assert verified.code == 0, (root, verified.out, verified.err)
