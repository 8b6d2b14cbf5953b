"""PostgreSQL or the journal fails: 503, not a byte of personal data, and all is well again without a new hub.

The cluster is one of our own, stopped as an operator or a crash would stop it; its keeper is held meanwhile, so that
"down" lasts as long as the test wants.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx2
import pytest

from hub.journal.signing import Signer, Trust
from infra.database import NAME
from infra.keys import Keys
from infra.migrate import migrate
from infra.postgresql import Cluster, cluster
from infra.postgresql.cluster_home import cluster_files
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import password
from tests.conftest import ROOT, Database
from tests.e2e.faults import Farm, farm
from tests.e2e.site import PATIENCE, Site, new_trace
from tests.e2e.test_failures_subgraphs import JOURNEY, ask_raw
from tests.journal.sample_journal import checked

PERSONAL = ("MAËLLE", "TITOUAN", "0639980001", "0639980002", "rsa_", "VU", "Ardoise")
DEPLOYMENTS = pytest.mark.parametrize("separate", [False, True], ids=["in one process", "in processes apart"])


def ask(site: Site, trace: str = "", slug: str = "maelle") -> httpx2.Response:
    traceparent = f"00-{trace}-{trace[:16]}-01" if trace else ""
    body = {"query": JOURNEY, "variables": {"id": site.persons[slug]}}
    return site.post("referent-a", body, traceparent=traceparent)


def serves(site: Site) -> bool:
    """Whether the hub is ready and answers; it is asked only when ready, so as not to spend its limit of requests."""
    return site.client.get(f"{site.url}/readyz").status_code == 200 and ask(site).status_code == 200


def check_nothing_left(site: Site, response: httpx2.Response, slug: str = "maelle") -> None:
    """503, a code, a French message, and no data at all."""
    assert response.status_code == 503, response.text
    assert set(response.json()) == {"errors"}
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] in ("JOURNAL_UNAVAILABLE", "DATABASE_UNAVAILABLE")
    assert "Réessayez" in error["message"]
    assert not [value for value in (*PERSONAL, site.persons[slug]) if value in response.text]


async def disclosed(database: Database, trace: str) -> int:
    connection = await database.connect("journal_reader")
    try:
        query = "SELECT count(*) FROM journal.entry WHERE trace = $1 AND kind = 'DISCLOSURE'"
        return int(await connection.fetchval(query, trace))
    finally:
        await connection.close()


WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE NOT granted AND datname = current_database()
"""


async def waiting(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Return once a statement waits for a lock of this connection; other databases of the cluster have waits too."""
    while not await connection.fetchval(WAITING):
        pass


# the journal


@pytest.fixture(scope="module")
def tests_farm(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with farm(database, tmp_path_factory.mktemp("journal")) as running:
        yield running


@pytest.fixture(scope="module", params=[False, True], ids=["in one process", "in processes apart"])
def tests_hub(request: pytest.FixtureRequest, tests_farm: Farm) -> Iterator[Site]:
    """A hub that has asked for nobody yet."""
    with tests_farm.hub(separate=request.param) as site:
        yield site


@pytest.mark.parametrize(
    ("privilege", "role", "slug"),
    [
        ("INSERT ON journal.entry", "journal_writer", "maelle"),
        ("INSERT ON journal.disclosure", "journal_writer", "maelle"),
        ("SELECT ON journal_keys.person", "journal_keeper", "titouan"),
    ],
)
async def test_a_journal_that_cannot_be_written_stops_every_answer_until_it_can(
    tests_hub: Site, privilege: str, role: str, slug: str
) -> None:
    """The keys of the pseudonyms are asked for at the first entry about a person."""
    administrator = await tests_hub.database.connect()
    try:
        await administrator.execute(f"REVOKE {privilege} FROM {role}")
        try:
            check_nothing_left(tests_hub, ask(tests_hub, slug=slug), slug)
        finally:
            await administrator.execute(f"GRANT {privilege} TO {role}")
        assert ask(tests_hub, slug=slug).status_code == 200
    finally:
        await administrator.close()


@DEPLOYMENTS
async def test_no_byte_leaves_while_its_entry_waits_and_none_ever_if_the_hub_is_killed_then(
    tests_farm: Farm, separate: bool
) -> None:
    trace = new_trace()
    administrator = await tests_farm.database.connect()
    try:
        with tests_farm.hub(separate=separate) as site:
            assert ask(site).status_code == 200
            async with administrator.transaction():
                await administrator.execute("LOCK TABLE journal.disclosure IN EXCLUSIVE MODE")
                with ask_raw(site, trace) as connection:
                    await waiting(administrator)
                    site.processes["hub"].popen.kill()
                    assert await asyncio.to_thread(read_all, connection) == b""
    finally:
        await administrator.close()
    assert await disclosed(tests_farm.database, trace) == 0


def read_all(connection: socket.socket) -> bytes:
    """All that comes until the other side is gone."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


@DEPLOYMENTS
async def test_whatever_was_disclosed_before_a_kill_is_in_the_journal(tests_farm: Farm, separate: bool) -> None:
    answered: list[str] = []
    enough = threading.Event()

    def go_on_asking(site: Site) -> None:
        with httpx2.Client(timeout=PATIENCE) as client:
            mine = Site(site.url, site.issuer, site.actors, site.persons, site.database, {}, client)
            while True:
                trace = new_trace()
                try:
                    response = ask(mine, trace)
                except httpx2.TransportError:
                    return
                if response.status_code == 200:
                    answered.append(trace)
                if len(answered) > 40:
                    enough.set()

    with tests_farm.hub(separate=separate) as site, ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(go_on_asking, site) for _ in range(6)]
        await asyncio.to_thread(enough.wait, 60)
        site.processes["hub"].popen.kill()
        for client_thread in asking:
            client_thread.result()
    assert len(answered) > 40
    assert [trace for trace in answered if await disclosed(tests_farm.database, trace) != 1] == []


# PostgreSQL


@dataclass(frozen=True)
class Own:
    """A hub whose PostgreSQL is nobody else's."""

    cluster: Cluster
    database: Database
    site: Site


@pytest.fixture(params=[False, True], ids=["in one process", "in processes apart"])
def own(request: pytest.FixtureRequest, keys: Keys, tmp_path: Path) -> Iterator[Own]:
    """A deployment on a cluster of these tests alone, of which nothing stays."""
    name = f"stop-{os.getpid()}"
    try:
        with cluster(name, ROOT, password(ADMINISTRATOR, keys), durable=False) as running:
            asyncio.run(migrate(running.admin_dsn(NAME), keys))
            database = Database(running, keys, NAME)
            with (
                farm(database, tmp_path, separate=request.param) as own_farm,
                own_farm.hub(separate=request.param) as site,
            ):
                yield Own(running, database, site)
    finally:
        shutil.rmtree(cluster_files(ROOT, name).base)


@contextmanager
def down(running: Cluster, how: signal.Signals) -> Iterator[None]:
    """PostgreSQL ended by this signal, and its keeper held until the end of the block."""
    server = running.pid
    keeper = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    with os.fdopen(os.pidfd_open(server), "rb", buffering=0) as process:
        os.kill(keeper, signal.SIGSTOP)
        try:
            os.kill(server, how)
            select.select([process], [], [])
            yield
        finally:
            os.kill(keeper, signal.SIGCONT)


@asynccontextmanager
async def down_amid_a_request(own: Own, table: str, how: signal.Signals) -> AsyncIterator[None]:
    """PostgreSQL ends while a request waits for this table, which then is answered 503."""
    administrator = await own.database.connect()
    await administrator.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    asking = asyncio.create_task(asyncio.to_thread(ask, own.site))
    await waiting(administrator)
    with down(own.cluster, how):
        administrator.terminate()
        check_nothing_left(own.site, await asking)
        yield


async def test_postgresql_that_ends_amid_a_request_leaves_not_a_byte_and_its_return_is_enough(own: Own) -> None:
    whole = ask(own.site)
    assert whole.status_code == 200
    assert "0639980001" in whole.text

    async with down_amid_a_request(own, "people.person", signal.SIGKILL):
        check_nothing_left(own.site, ask(own.site))
        assert own.site.client.get(f"{own.site.url}/healthz").status_code == 200
        assert own.site.client.get(f"{own.site.url}/readyz").status_code == 503

    with cluster(own.cluster.files.base.name, ROOT, own.cluster.password):  # which waits until the server is back
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(serves, own.site):
                pass
        assert ask(own.site).json() == whole.json()

        signer = Signer(own.database.keys.journal)
        trust = Trust({signer.id: signer.public})
        async with asyncio.timeout(PATIENCE):  # a checkpoint covers all that was written before and since
            while (verification := await checked(own.database, trust)).unsigned:
                pass
        assert verification.findings == []
        assert verification.entries > 0

        async with down_amid_a_request(own, "journal.disclosure", signal.SIGINT):
            check_nothing_left(own.site, ask(own.site))
