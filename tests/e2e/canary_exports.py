"""Exports of a hub on a socket: in each form, stopped or killed half-way, resumed by whoever began or by another."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import orjson
import pyarrow.parquet  # type: ignore[import-untyped]

from hub.errors import ExportRefused
from hub.export.formats import Format, writer_of
from hub.export.list_query import ListQuery, read_list_query
from hub.export.pages_file import PagesFile, StoredPage
from hub.export.run import Export
from hub.export.run import export as run_export
from hub.serving import Server
from spie_hub_client.runtime.exchange import Retries
from spie_hub_client.runtime.hub import Hub
from spie_hub_client.runtime.tokens import BearerTokens
from tests.conftest import ROOT
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_left import Judge, Left
from tests.e2e.canary_turmoil import Turmoil
from tests.e2e.site import CASE, NUMBERED, PATIENCE

PEOPLE = """query People($first: Int, $after: String) { persons(first: $first, after: $after) {
    nodes { %s } pageInfo { hasNextPage endCursor } } }"""
PLACES = re.compile(rb"'\w+_(?:offset|size|length)': \d+")
"""Where a file of Parquet has its columns: numbers that may be those of years."""
STOPPED, BY_ANOTHER, KILLED = 0.5, 0.4, 0.02
"""How often an export is stopped half-way, resumed by another, and killed as a process of its own."""


class Stopped(Exception):
    """The export ends here, as it does at Ctrl-C."""


@dataclass
class Job:
    """An export of an actor that may have been stopped: the state in which it began, that of its cursor, and whom its
    pages withdrew."""

    export: Export
    actor: str
    purpose: str
    first: int
    since: int
    withdrawn: frozenset[str] = frozenset()

    @property
    def part(self) -> Path:
        """The pages so far."""
        return self.export.output.with_name(f"{self.export.output.name}.part")

    def has_pages(self, count: int) -> bool:
        """Whether so many pages are written at least."""
        return self.part.exists() and self.part.read_bytes().count(b"\n") > count

    @property
    def has_cursor(self) -> bool:
        """Whether a whole page so far has a cursor, which is sealed for whom it was read."""
        lines = self.part.read_bytes().splitlines(keepends=True)[1:] if self.part.exists() else []
        return any(orjson.loads(line)["cursor"] for line in lines if line.endswith(b"\n"))

    def files(self) -> bytes:
        """What is written so far; of one that is compressed its values and what it says of them, since its bytes hold
        parts of values one after the other."""
        output = self.export.output
        paths = [self.export.access_file, self.part]
        data = []
        if output.suffix == ".parquet" and output.exists():
            data.append(repr(pyarrow.parquet.read_table(output).to_pylist()).encode())
            data.append(PLACES.sub(b"", repr(pyarrow.parquet.read_metadata(output).to_dict()).encode()))
        else:
            paths.append(output)
        return b"\n".join([*data, *(path.read_bytes() for path in paths if path.exists())])

    def erase(self) -> None:
        """Leave no file."""
        for path in (self.export.output, self.export.access_file, self.part):
            path.unlink(missing_ok=True)


@dataclass(repr=False)
class Exports:
    """Makes exports, one at a time; `ended` counts how they ended, `stopped` is one that was stopped half-way,
    `wrongs` says who was given the pages of another."""

    hub: Inside
    judge: Judge
    turmoil: Turmoil
    folder: Path
    url: str = ""
    ended: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    stopped: Job | None = None
    _current: Job | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request of an export on to the hub, and take what leaves."""
        first, request_body, left = self.judge.states.last, bytearray(), bytearray()
        lines = bytearray()

        async def received() -> Any:
            message = await receive()
            request_body.extend(message.get("body", b""))
            return message

        async def sent(message: Any) -> None:
            left.extend(message.get("body", b""))
            for name, value in message.get("headers", ()):
                if name != b"content-length":
                    lines.extend(name + b": " + value + b"\n")
            await send(message)

        await self.hub.app(scope, received, sent)
        if b"content-encoding: gzip" in lines:
            left = bytearray(gzip.decompress(bytes(left)))
        job, body = self._current, orjson.loads(bytes(request_body))
        assert job is not None
        since = self.judge.cursor_of(body["variables"].get("since"))
        last = self.judge.states.last + self.turmoil.under_way
        job.withdrawn |= self.judge.answer(
            "export", (job.actor, job.purpose), bytes(left), (first, last),
            begun=since, document=job.export.query.operation.text, lines=bytes(lines),
        )  # fmt: skip

    async def begin(self, actor: str, purpose: str, shown: str, draw: Random, delta: str) -> None:
        """Begin an export, instead of one that was stopped: of a list, or of the changes since a cursor that the actor
        has."""
        if self.stopped is not None:
            self.stopped.erase()
            self.stopped = None
        own = [
            cursor
            for cursor in self.judge.cursors
            if (cursor.actor, cursor.purpose, cursor.until) == (actor, purpose, None)
            and cursor.document == delta % shown
        ]
        cursor = draw.choice(own) if own and draw.random() < 0.5 else None
        is_killed = draw.random() < KILLED or not self.ended["KILLED"]
        text = delta % shown if cursor is not None else PEOPLE % shown
        form = draw.choice(list(Format))
        output = self.folder / f"people.{form}"
        reference = CASE["purpose-reference"] if purpose in NUMBERED else None
        variables = {"first": 1 if is_killed else draw.choice((2, 5))}
        since = None if cursor is None else cursor.text
        query = list_query(text, self.folder)
        job = Job(
            Export(query, variables, self.url, purpose, reference, since, output, writer_of(form)),
            actor, purpose, self.judge.states.last, 0 if cursor is None or cursor.since is None else cursor.since,
        )  # fmt: skip
        if is_killed:
            await self._kill(job, text, form)
        else:
            is_stopped = draw.random() < STOPPED or not self.ended["STOPPED"]
            await self._run(job, job, draw.choice((1, 2)) if is_stopped else None)

    async def resume(self, actor: str) -> None:
        """Run the export that was stopped again, as this actor."""
        job, self.stopped = self.stopped, None
        assert job is not None
        await self._run(job if actor == job.actor else replace(job, actor=actor), job, None)

    async def _run(self, job: Job, begun: Job, pages: int | None) -> None:
        """Run an export in a thread, to its end or until it has so many pages; `begun` is whose the pages so far are,
        which nobody else is to get."""
        self._current = job
        had_cursor = job.has_cursor
        token = self.hub.issuer.token(self.hub.actors[job.actor])
        add, count = PagesFile.add, 0

        def stopping(stored: PagesFile, page: StoredPage) -> None:
            nonlocal count
            add(stored, page)
            count += 1
            if count == pages:
                raise Stopped

        def client() -> Hub:
            return Hub(job.export.url, BearerTokens(lambda: token), retries=Retries(attempts=1), timeout=PATIENCE)

        owner = begun
        with patch.object(PagesFile, "add", stopping):
            try:
                await asyncio.to_thread(run_export, job.export, client, self.hub.app.pipeline.clock())
            except Stopped:
                self.ended["STOPPED"] += 1
                self.stopped = job
            except ExportRefused as refused:
                self.ended[refused.code if job is begun else f"{refused.code} by another"] += 1
                self.judge.waiting.append(self._left(job, "export refusal", str(refused.message).encode()))
            else:
                self.ended["written" if job is begun else "written by another"] += 1
                if job is not begun and had_cursor:
                    self.wrongs.append(f"{job.actor} was given the pages of {begun.actor}")
                owner = job
        self.judge.waiting.append(self._left(owner, "export file", job.files()))
        if self.stopped is None:
            job.erase()

    async def _kill(self, job: Job, text: str, form: Format) -> None:
        """Run an export in a process of its own, and kill it once it has two pages."""
        self._current = job
        path, export = self.folder / "query.graphql", job.export
        path.write_text(text)
        options = ["--query", str(path), "--format", form, "--output", str(export.output), "--url", export.url]
        options += ["--purpose", job.purpose, "--variables", orjson.dumps(dict(export.variables)).decode()]
        options += [] if export.reference is None else ["--reference", export.reference]
        options += [] if export.since is None else ["--since", export.since]
        token = self.hub.issuer.token(self.hub.actors[job.actor])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli", "export", *options,
            cwd=ROOT, env={**os.environ, "HUB_TOKEN": token}, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        while process.returncode is None and not job.has_pages(2):  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(0.01)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        output, errors = await process.communicate()
        self.ended["KILLED" if process.returncode == -signal.SIGKILL else "ended before it was killed"] += 1
        self.judge.waiting.append(self._left(job, "export file", job.files()))
        self.judge.waiting.append(self._left(job, "export refusal", output + errors))
        if job.part.exists():
            self.stopped = job
        else:
            job.erase()

    def _left(self, job: Job, way: str, data: bytes) -> Left:
        last = self.judge.states.last + self.turmoil.under_way
        return Left(way, job.actor, job.purpose, data, job.first, last, job.withdrawn, job.since)


@cache
def list_query(text: str, folder: Path) -> ListQuery:
    """The query of an export."""
    path = folder / "list.graphql"
    path.write_text(text, encoding="utf-8")
    return read_list_query(path)


@asynccontextmanager
async def exports(hub: Inside, judge: Judge, turmoil: Turmoil, folder: Path) -> AsyncIterator[Exports]:
    """Exports of this hub, which meanwhile listens on a socket."""
    application, ready = Exports(hub, judge, turmoil, folder), asyncio.Event()

    def listening(url: str) -> None:
        application.url = f"{url}/graphql"
        ready.set()

    server = Server(application, "127.0.0.1", 0, listening)
    server.config.lifespan = "off"
    with patch.object(server, "capture_signals", nullcontext):
        serving = asyncio.create_task(server.serve())
        await ready.wait()
        try:
            yield application
        finally:
            server.should_exit = True
            await serving
