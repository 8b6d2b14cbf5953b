"""Notifications over HTTP: a real process, which holds no key that reads, proves each before it parses it, and answers
once it is committed."""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx2
import orjson
import pytest

from demo.cast import CD_08, CD_2A
from demo.rdvi_files import signed
from demo.token_issuer import Issuer
from hub.errors import RequestRefused
from hub.http.webhooks import READING
from hub.intake.sender_settings import SenderSettings
from hub.intake.senders import Senders, intake_keys, intake_roles
from hub.intake.spool import LOCK as IN_USE
from hub.intake.spool import MEMORY, PREFIX
from infra.keys import Keys
from subgraphs.kit.ingest.batch import LOCK
from tests.cli.commands import hub
from tests.conftest import Database
from tests.e2e.site import METRICS, PATIENCE, Process, serve
from tests.sources.ingestion import rows, values, versions

CD08, CD2A = "rdv-insertion/cd08", "rdv-insertion/cd2a"
IMMERSION = "immersion-facile/mission-locale-08"
BIRTH = "1987-12-20"
WRITERS = {"ingest", "people_ingest", "runs_writer", "quarantine_writer"}


@dataclass
class Receiver:
    """A process that takes notifications."""

    url: str
    database: Database
    process: Process
    client: httpx2.Client

    def secret(self, address: str) -> bytes:
        """The line of text that both sides hold."""
        return self.database.keys.directory.joinpath(f"webhook-{address.replace('/', '.')}").read_bytes().strip()

    def send(self, address: str, body: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Post a body, signed as RDV-Insertion does unless headers are given."""
        own = headers if headers is not None else signed(body, self.secret(CD08))
        return self.client.post(f"{self.url}/webhooks/{address}", content=body, headers=own)


def sender_settings_file(folder: Path) -> Path:
    """Write the settings of a process that three senders may send to."""
    path = Issuer(folder / "demo").write_settings({})
    for name, number, siret, demonstrated in (
        ("08", 4, "99900030800011", CD_08),
        ("2A", 5, "99900032000011", CD_2A),
    ):
        (path.parent / f"organisations-{name}.toml").write_text(
            f'[{number}]\nsiret = "{siret}"\ntype = "conseil_departemental"\n'
            f'[{demonstrated.number}]\nsiret = "{demonstrated.siret}"\ntype = "conseil_departemental"\n'
        )
    with path.open("a") as file:
        file.write(
            '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd08"\n'
            'department = "08"\norganisations = "organisations-08.toml"\n'
            '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd2a"\nwaiting = 2\n'
            'department = "2A"\norganisations = "organisations-2A.toml"\n'
            '[[webhooks]]\nsource = "immersion-facile"\norganisation = "mission-locale-08"\n'
            'department = "08"\norganisations = "organisations-08.toml"\n' + METRICS
        )
    return path


def sender_row(source: str, name: str, organisations: Path = Path("unread.toml")) -> SenderSettings:
    """A row of a sender of the Ardennes."""
    return SenderSettings(source, name, organisations, "08", 3600, 1)


def own_keys(database: Database, folder: Path) -> Keys:
    """A folder with the keys of this process alone, and a secret for each sender."""
    directory = folder / "keys"
    directory.mkdir(mode=0o700)
    addresses = (address.split("/") for address in (CD08, CD2A, IMMERSION))
    senders = [sender_row(source, name) for source, name in addresses]
    for name in intake_keys(senders):
        if "." in name:
            assert Keys.add(directory, name)
        else:
            shutil.copy(database.keys.directory / name, directory / name)
    return Keys.load(directory, intake_keys(senders))


@contextmanager
def receiving(database: Database, folder: Path) -> Iterator[Receiver]:
    """A process over this database."""
    database = replace(database, keys=own_keys(database, folder))
    with (
        serve("webhooks", database, folder, sender_settings_file(folder)) as process,
        httpx2.Client(timeout=PATIENCE) as client,
    ):
        yield Receiver(process.url, database, process, client)


@pytest.fixture
def receiver(fresh_database: Database, tmp_path: Path) -> Iterator[Receiver]:
    """A process over an empty database."""
    with receiving(fresh_database, tmp_path) as running:
        yield running


OF_08 = {"id": 4, "name": "CD des Ardennes", "department_number": "08"}
OF_2A = {"id": 5, "name": "Collectivité de Corse", "department_number": "2A"}


def rdv(
    number: int,
    *,
    status: str = "unknown",
    sent: datetime | None = None,
    event: str = "created",
    organisation: dict[str, Any] = OF_08,
) -> bytes:
    """The notification of a rendez-vous of one person of its own."""
    user = {
        "id": number,
        "first_name": f"Prénom{number}",
        "last_name": f"NOMUNIQUE{number}",
        "birth_date": BIRTH,
        "address": "1 rue du Moulin 08300 Rethel",
        "department_internal_id": f"interne-{number}",
    }
    data = {
        "id": number,
        "starts_at": "2026-11-14T09:00:00.000+01:00",
        "duration_in_min": 25,
        "status": status,
        "users": [user],
        "organisation": organisation,
        "motif": {"location_type": "public_office", "collectif": False},
    }
    moment = (sent or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M:%S +0000")
    return orjson.dumps({"data": data, "meta": {"model": "Rdv", "event": event, "timestamp": moment}})


def code(response: httpx2.Response) -> Any:
    """The stable code of a refusal."""
    return response.json()["errors"][0]["extensions"]["code"]


def statuses(receiver: Receiver) -> list[Any]:
    """The statuses of all rendez-vous."""
    return asyncio.run(values(receiver.database, "SELECT status FROM appointments.appointment ORDER BY rdv_source_id"))


def test_a_signed_notification_is_committed_before_it_is_answered(receiver: Receiver) -> None:
    assert receiver.client.get(f"{receiver.url}/readyz").json() == {"status": "ready", "missing": []}
    response = receiver.send(CD08, rdv(1))
    assert (response.status_code, response.json()) == (200, {"status": "taken"})
    stored = asyncio.run(rows(receiver.database, "SELECT status, organisation_siret FROM appointments.appointment"))
    assert stored == [{"status": "INCONNU", "organisation_siret": "99900030800011"}]
    later = rdv(1, status="seen", sent=datetime.now(UTC) + timedelta(seconds=2), event="updated")
    assert receiver.send(CD08, later).status_code == 200
    assert statuses(receiver) == ["VU"]


def test_two_processes_that_are_sent_the_same_notifications_at_once_write_each_one_once(
    receiver: Receiver, tmp_path: Path
) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    with serve("webhooks", receiver.database, folder, sender_settings_file(folder)) as process:
        receivers = [receiver, replace(receiver, url=process.url, process=process)]
        bodies = [rdv(number % 30) for number in range(120)]
        with ThreadPoolExecutor(16) as pool:
            answers = [pool.submit(taker.send, CD08, body) for body in bodies for taker in receivers]
        assert {answer.result().status_code for answer in answers} == {200}
    assert statuses(receiver) == ["INCONNU"] * 30
    assert asyncio.run(values(receiver.database, "SELECT count(*) FROM people.person")) == [30]


def test_the_same_notification_again_is_taken_and_writes_nothing(receiver: Receiver) -> None:
    body = rdv(1)
    assert receiver.send(CD08, body).status_code == 200
    before = asyncio.run(versions(receiver.database))
    assert receiver.send(CD08, body).status_code == 200
    assert asyncio.run(versions(receiver.database)) == before


def test_a_refused_notification_does_not_refuse_its_neighbours(receiver: Receiver) -> None:
    broken = json.loads(rdv(0))
    broken["data"]["status"] = "parti"
    bodies = [orjson.dumps(broken) if number % 5 == 0 else rdv(number) for number in range(40)]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda body: receiver.send(CD08, body).status_code, bodies))
    assert answers == [422 if number % 5 == 0 else 200 for number in range(40)]
    assert len(statuses(receiver)) == 32


def test_a_killed_process_loses_nothing_that_it_answered_and_leaves_no_document(
    fresh_database: Database, tmp_path: Path
) -> None:
    database = replace(fresh_database, keys=own_keys(fresh_database, tmp_path))
    settings = sender_settings_file(tmp_path)
    accepted: list[int] = []
    with serve("webhooks", database, tmp_path, settings) as process, httpx2.Client(timeout=PATIENCE) as client:
        receiver = Receiver(process.url, database, process, client)

        def send(number: int) -> None:
            try:
                response = receiver.send(CD08, rdv(number))
            except httpx2.HTTPError:
                return
            if response.status_code == 200:
                accepted.append(number)
            if len(accepted) == 10:
                process.popen.send_signal(signal.SIGKILL)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(200)))
        process.popen.wait(PATIENCE)
    stored = asyncio.run(values(database, "SELECT rdv_source_id FROM appointments.appointment"))
    assert len(accepted) >= 10
    assert {f"rdv:{number}" for number in accepted} <= set(stored)
    assert len(stored) == len(set(stored))
    with serve("webhooks", database, tmp_path, settings) as process:
        folders = [folder for folder in MEMORY.glob(f"{PREFIX}*") if _is_abandoned(folder) and _holds_documents(folder)]
        assert folders == []
        assert process.popen.poll() is None


def _is_abandoned(folder: Path) -> bool:
    """Whether no process uses a folder any more; those of other tests are in use."""
    try:
        with (folder / IN_USE).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError, NotADirectoryError):
        return False
    return True


def _holds_documents(folder: Path) -> bool:
    return any(path.suffix == ".json" for path in folder.rglob("*"))


def test_while_the_database_refuses_notifications_wait_outside_and_are_taken_again(receiver: Receiver) -> None:
    async def admit_connections(allowed: bool) -> None:
        connection = await asyncpg.connect(receiver.database.cluster.admin_dsn())
        await connection.execute(f"ALTER DATABASE {receiver.database.name} ALLOW_CONNECTIONS {str(allowed).lower()}")
        await connection.close()

    asyncio.run(admit_connections(False))
    try:
        response = receiver.send(CD08, rdv(1))
    finally:
        asyncio.run(admit_connections(True))
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert code(response).startswith("DATABASE_")
    assert receiver.send(CD08, rdv(1)).status_code == 200
    assert statuses(receiver) == ["INCONNU"]


@contextmanager
def ingestion_held(database: Database) -> Iterator[None]:
    """A block in which nothing is ingested into this database."""

    async def hold() -> asyncpg.Connection[asyncpg.Record]:
        connection = await database.connect()
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        return connection

    with asyncio.Runner() as runner:
        connection = runner.run(hold())
        try:
            yield
        finally:
            runner.run(connection.close())


def _wait_until_read(receiver: Receiver) -> None:
    query = (
        "SELECT true FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    while not asyncio.run(values(receiver.database, query)):
        assert receiver.process.popen.poll() is None


def _wait_until_waiting(receiver: Receiver, count: int) -> None:
    sample = f'spie_webhooks_waiting{{organisation="cd2a",source="rdv-insertion"}} {count}.0'
    while sample not in receiver.client.get(receiver.process.metrics_url).text:
        assert receiver.process.popen.poll() is None


def test_a_burst_waits_within_its_bound_and_is_taken_whole_even_by_a_process_that_is_told_to_stop(
    receiver: Receiver,
) -> None:
    def send(number: int) -> httpx2.Response:
        body = rdv(number, organisation=OF_2A)
        return receiver.send(CD2A, body, signed(body, receiver.secret(CD2A)))

    with ThreadPoolExecutor(8) as pool:
        with ingestion_held(receiver.database):
            accepted = [pool.submit(send, 1)]
            _wait_until_read(receiver)
            accepted += [pool.submit(send, number) for number in (2, 3)]
            _wait_until_waiting(receiver, 2)
            full = send(4)
            assert (full.status_code, code(full), full.headers["retry-after"]) == (503, "WEBHOOK_BUSY", "30")
            fifth = pool.submit(receiver.send, CD08, rdv(5))
            receiver.process.popen.terminate()
        assert [future.result().status_code for future in accepted] == [200, 200, 200]
        assert fifth.exception() is not None or fifth.result().status_code == 200
    assert receiver.process.popen.wait(PATIENCE) is not None
    stored = asyncio.run(values(receiver.database, "SELECT rdv_source_id FROM appointments.appointment"))
    assert {"rdv:1", "rdv:2", "rdv:3"} <= set(stored) <= {"rdv:1", "rdv:2", "rdv:3", "rdv:5"}


def test_the_process_holds_keys_that_write_and_none_that_reads_for_others() -> None:
    senders = [sender_row("rdv-insertion", "cd08")]
    own = {"nir", "quarantine", "webhook-rdv-insertion.cd08"}
    assert set(intake_keys(senders)) == own | {f"role-{role}" for role in WRITERS}
    assert set(intake_roles(senders)) == WRITERS


def test_a_secret_is_changed_without_a_cut_and_the_old_one_ends(database: Database, tmp_path: Path) -> None:
    def run(*arguments: str) -> int:
        return hub("keys", *arguments, "--keys", tmp_path / "keys").code

    def proven(secret: bytes) -> bool:
        rows = [sender_row("rdv-insertion", "cd08", organisations)]
        senders = Senders(rows, Keys.load(tmp_path / "keys", intake_keys(rows)))
        try:
            senders.prove("rdv-insertion", "cd08", body, signed(body, secret), datetime.now(UTC))
        except RequestRefused:
            return False
        return True

    body, organisations = rdv(1), tmp_path / "organisations.toml"
    organisations.touch()
    shutil.copytree(database.keys.directory, tmp_path / "keys", copy_function=shutil.copy)
    file, arguments = tmp_path / "keys" / "webhook-rdv-insertion.cd08", ("sender", "rdv-insertion", "cd08")
    assert (run(*arguments), run(*arguments)) == (0, 1), "a secret that is there is not replaced"
    old = file.read_bytes().strip()
    rotate = ("rotate", file.name)
    assert (run(*rotate), run(*rotate)) == (0, 1), "a second change waits for the end of the first"
    new = file.read_bytes().strip()
    assert new != old
    assert proven(old)
    assert proven(new)
    assert run("end", file.name) == 0
    assert not proven(old)
    assert proven(new)


def test_a_secret_is_made_only_for_a_source_that_sends_and_what_lacks_one_says_how_it_is_made(
    database: Database, tmp_path: Path
) -> None:
    def run(*arguments: str) -> str:
        result = hub("keys", *arguments, "--keys", tmp_path / "keys")
        assert result.code != 0
        return result.err

    shutil.copytree(database.keys.directory, tmp_path / "keys", copy_function=shutil.copy)
    before = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert "SOURCE_UNKNOWN" in run("sender", "rdv-insertio", "cd08")
    assert "WEBHOOKS_UNSUPPORTED" in run("sender", "data-inclusion", "cd08")
    assert "hub keys sender" in run("rotate", "webhook-rdv-insertion.cd08")
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == before


def test_nothing_of_a_person_or_a_secret_is_logged_nor_counted(receiver: Receiver) -> None:
    message = json.loads(rdv(7))
    message["data"]["users"][0]["title"] = "DOCTEURUNIQUE"
    for body in (rdv(7), orjson.dumps(message), b"{"):
        receiver.send(CD08, body)
    receiver.send("rdv-insertion/Dupont-Maelle", rdv(7), {})
    metrics = receiver.client.get(receiver.process.metrics_url).text
    assert 'outcome="taken"' in metrics
    assert 'code="WEBHOOK_REFUSED"' in metrics
    receiver.process.stop()
    output = metrics + receiver.process.log.read_text()
    for value in ("NOMUNIQUE7", "Prénom7", "interne-7", "DOCTEURUNIQUE", "Dupont", receiver.secret(CD08).decode()):
        assert value not in output


def test_34_strangers_who_send_slowly_keep_no_true_sender_out(receiver: Receiver) -> None:
    place = urlsplit(receiver.url)
    fields = f"host: {place.netloc}\r\ncontent-length: 1000\r\nexpect: 100-continue"
    head = f"POST /webhooks/{CD08} HTTP/1.1\r\n{fields}\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(READING):
            stranger = stack.enter_context(socket.create_connection((place.hostname, place.port), PATIENCE))
            stranger.sendall(head)
            assert stranger.recv(100).startswith(b"HTTP/1.1 100"), "its body is awaited"
        assert receiver.send(CD08, rdv(1)).status_code == 200
