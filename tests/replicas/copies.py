"""The two systems that keep a copy of what one actor reads: by the Python client, and by the TypeScript one on Node."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from clients.examples.cd_si import TABLES
from hub.client_code.published_typescript import PACKAGE
from hub.journal.write.keyring import pseudonym
from spie_hub_client import read_notification
from tests.conftest import ROOT
from tests.replicas.deployment import OFFICER, REFERENT, Deployment

DELIVERED = """
CREATE TABLE IF NOT EXISTS hub.delivered (person_id text);
CREATE OR REPLACE FUNCTION hub.deliver() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO hub.delivered VALUES (NEW.id); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER deliver AFTER INSERT ON hub.person FOR EACH ROW EXECUTE FUNCTION hub.deliver();
"""
"""Notes each person whom the hub delivered."""
CATCH_UP_SECONDS = 60.0
"""Seconds in which a change comes to a copy that follows, however busy the machine is."""
PURPOSES = {OFFICER: "orientation", REFERENT: "suivi"}
LISTED = """id civility firstName lastName birthDate birthYear
    contact { email phones address { postalCode city cityCode } } rsa { status rightsAndDutiesSince }
    orientations { id pathway startsOn endsOn }"""
"""What the Python client's own operation reads of a person."""
WHOLE = f"""{LISTED}
    appointments(first: 30) {{ nodes {{ id startsAt mode status durationMinutes }} }}
    contracts {{ id kind startsOn endsOn signedOn }} constraints {{ id theme state impact }}
    jobApplications(first: 30) {{ nodes {{ id state }} }} immersions(first: 30) {{ nodes {{ id }} }}
    referrals(first: 30) {{ nodes {{ id status sentOn }} }} trainingPlacements(first: 30) {{ nodes {{ id status }} }}
    referent {{ since }} followUpGroup {{ id since }}"""
PEOPLE = """query People($after: String) {{ persons(after: $after) {{
    nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
CHANGES = """query Delta($since: String, $first: Int) {{ changes(since: $since, first: $first) {{
    nodes {{ {} }} withdrawn {{ id kind into }} pageInfo {{ hasNextPage endCursor }} }} }}"""
ENTRIES = """
SELECT DISTINCT entry.request, encode(subject, 'hex') AS subject
FROM journal.disclosure JOIN journal.entry USING (stream, seq, at), unnest(subjects) subject
WHERE entry.actor = $1 AND entry.purpose = $2
"""


def differences(copy: Any, expected: Any, place: str = "") -> list[str]:
    """Where two values differ, and by what."""
    if isinstance(copy, list | tuple) and isinstance(expected, list | tuple):
        copy, expected = dict(enumerate(copy)), dict(enumerate(expected))
    if isinstance(copy, dict) and isinstance(expected, dict):
        return [
            line
            for key in sorted({*copy, *expected})
            for line in differences(copy.get(key), expected.get(key), f"{place}/{key}")
        ]
    return [] if copy == expected else [f"{place}: {copy}, not {expected}"]


@dataclass
class Copy:
    """One system that keeps a copy: it runs, is killed, and runs again."""

    hub: Deployment
    actor: str
    shown: str
    process: Process | None = field(default=None, init=False)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """Held while it runs to an end: a copy has one writer."""

    @property
    def purpose(self) -> str:
        """The purpose that it declares."""
        return PURPOSES[self.actor]

    @property
    def follows(self) -> bool:
        """Whether something tells it of each change."""
        return True

    async def start(self, *, once: bool = False) -> Process:
        """Begin to bring the copy up to date, and to keep it so unless it is asked to `once`."""
        raise NotImplementedError

    async def resume(self) -> None:
        """Go on where it was killed, unless something else wakes it."""
        await self.start()

    async def content(self) -> Any:
        """What the copy holds."""
        raise NotImplementedError

    async def expected(self) -> Any:
        """What the copy should hold, of what its actor reads now."""
        raise NotImplementedError

    async def delivered(self) -> Iterable[str]:
        """The people whom the hub delivered, each as often."""
        raise NotImplementedError

    async def check(self) -> None:
        """Compare the copy with what the actor reads now, field by field, and what was delivered with the journal; one
        that follows comes to that by itself."""
        expected, follows = await self.expected(), self.follows
        ends = time.monotonic() + CATCH_UP_SECONDS
        while follows and time.monotonic() < ends and await self.content() != expected:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        ended, followed = self.process and self.process.returncode, await self.content()
        await self.catch_up()
        assert differences(await self.content(), expected) == [], f"{self.actor}: changes do not tell it"
        assert not follows or differences(followed, expected) == [], f"{self.actor} was not told; its process: {ended}"
        await self.check_journal(Counter(await self.delivered()))

    async def catch_up(self) -> None:
        """Read to the end, from where it was."""
        await self.kill()
        async with self.turn:
            process = await self.start(once=True)
            output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()

    async def started(self, *command: str, **environment: str) -> Process:
        """Start its process."""
        self.process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=os.environ | environment, stdout=PIPE, stderr=asyncio.subprocess.STDOUT
        )
        return self.process

    async def kill(self) -> None:
        """End it where it is."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def perimeter(self) -> dict[str, Any]:
        """What its actor reads now by the plain list, by id."""
        token = await asyncio.to_thread(self.hub.provider.token, self.actor)
        people: dict[str, Any] = {}
        after, more = None, True
        while more:
            query = PEOPLE.format(self.shown)
            answer = await self.hub.ask(self.actor, self.purpose, query, {"after": after}, token)
            assert "errors" not in answer, answer["errors"]
            page = answer["data"]["persons"]
            people |= {person["id"]: person for person in page["nodes"]}
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return people

    async def check_journal(self, delivered: Counter[str]) -> None:
        """Check that whoever was delivered so many times has so many entries of this actor."""
        connection = await self.hub.database.connect()
        try:
            rows = await connection.fetch("SELECT person, key FROM journal_keys.person")
            keys = {row["person"]: row["key"] for row in rows}
            actor = f"{self.hub.provider.url}#{self.actor}"
            entries = Counter(row["subject"] for row in await connection.fetch(ENTRIES, actor, self.purpose))
        finally:
            await connection.close()
        assert delivered
        lacking = {
            person: count
            for person, count in delivered.items()
            if person not in keys or entries[pseudonym(person, keys[person])] < count
        }
        assert lacking == {}


@dataclass
class PythonCopy(Copy):
    """`clients/examples/cd_si.py` over a PostgreSQL database of its own."""

    database: asyncpg.Connection[asyncpg.Record]
    address: str

    @property
    def follows(self) -> bool:
        return self.hub.separate

    async def resume(self) -> None:
        if not self.follows:
            await self.start()

    async def prepare(self) -> None:
        """Make its tables."""
        await self.database.execute(TABLES + DELIVERED)

    async def start(self, *, once: bool = True) -> Process:
        return await self.started(
            sys.executable, "clients/examples/cd_si.py",
            HUB_URL=self.hub.url, HUB_TOKEN_URL=f"{self.hub.provider.url}/token", HUB_CLIENT_ID=self.actor,
            HUB_CLIENT_SECRET="secret", HUB_PAGE="15", DATABASE_URL=self.address,
            PYTHONPATH=str(ROOT / "clients" / "python"),
        )  # fmt: skip

    async def expected(self) -> Any:
        people, orientations = {}, {}
        for person in (await self.perimeter()).values():
            people[person["id"]] = {
                "last_name": person["lastName"], "first_name": person["firstName"], "birth_date": person["birthDate"],
                "rsa_status": (person["rsa"] or {}).get("status"),
            }  # fmt: skip
            for item in person["orientations"] or ():
                orientations[item["id"]] = {
                    "person_id": person["id"], "pathway": item["pathway"],
                    "starts_on": item["startsOn"], "ends_on": item["endsOn"],
                }  # fmt: skip
        return people, orientations

    async def content(self) -> Any:
        return await self.rows("person", "copy"), await self.rows("orientation")

    async def delivered(self) -> Iterable[str]:
        return [row["person_id"] for row in await self.database.fetch("SELECT person_id FROM hub.delivered")]

    async def rows(self, table: str, *unlike: str) -> dict[str, dict[str, Any]]:
        """The rows of one of its tables by id, as GraphQL writes their values."""
        records = await self.database.fetch(f"SELECT * FROM hub.{table}")
        return {
            record["id"]: {
                name: value if value is None else str(value)
                for name, value in record.items()
                if name not in ("id", *unlike)
            }
            for record in records
        }


@dataclass
class NodeCopy(Copy):
    """`replica.mjs`, which follows a stream and keeps people and cursor in a file."""

    folder: Path
    node: str

    @property
    def file(self) -> Path:
        """The copy."""
        return self.folder / f"{self.actor}.json"

    async def start(self, *, once: bool = False) -> Process:
        options = {
            "client": str(PACKAGE / "dist" / "index.js"), "url": self.hub.url,
            "tokenUrl": f"{self.hub.provider.url}/token", "id": self.actor, "secret": "secret",
            "purpose": self.purpose, "query": CHANGES.format(self.shown),
            "first": 20, "file": str(self.file), "log": str(self.file.with_suffix(".log")), "once": once,
        }  # fmt: skip
        return await self.started(self.node, "tests/replicas/replica.mjs", json.dumps(options))

    async def expected(self) -> Any:
        return await self.perimeter()

    async def content(self) -> Any:
        if not self.file.exists():
            return None
        return {key: entry["person"] for key, entry in orjson.loads(self.file.read_bytes())["people"].items()}

    async def delivered(self) -> Iterable[str]:
        lines = self.file.with_suffix(".log").read_text(encoding="utf-8").splitlines()
        return [person for line in lines for person in orjson.loads(line)]


@dataclass
class Bell:
    """An address to which the hub posts that something changed; each message that is proven wakes the Python client."""

    copy: PythonCopy
    secret: str = ""
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Bring the copy up to date as often as it is told to, whoever kills it meanwhile."""
        while True:
            await self.rung.wait()
            self.rung.clear()
            async with self.copy.turn:
                process = await self.copy.start()
                await process.communicate()
            if process.returncode != 0:
                self.rung.set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one message."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head.splitlines()[1:]}
        body = await reader.readexactly(int(headers["content-length"]))
        read_notification(self.secret, headers, body)
        self.rung.set()
        writer.write(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def notifying(copy: PythonCopy, hub: Deployment) -> AsyncIterator[None]:
    """Have the hub wake the Python client during the block."""
    bell = Bell(copy)
    async with await asyncio.start_server(bell.answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        query = CHANGES.format(LISTED)
        bell.secret = await asyncio.to_thread(hub.subscribe, copy.actor, copy.purpose, query, url)
        following = asyncio.create_task(bell.follow())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
