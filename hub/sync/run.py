"""One reading of an API: its documents are given to the source in turn, and the cursor follows what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx2

from hub.database_refusals import database_refusals
from hub.errors import HubError, NotServed
from hub.ingest import Reader, find_source, read_inputs, read_organisations, source_keys, tally
from hub.intake.spool import Spool
from hub.refused_records import keep_given
from hub.runs.kept_runs import Run, kept_run
from hub.runs.quarantine import Seal, quarantine
from hub.sync.apis import find_api, lists_read, read_credentials
from hub.sync.client import ApiCalls, public_error
from hub.sync.link_settings import SyncLink
from hub.sync.refusals import MESSAGES, PASSING
from hub.sync.sync_state import SyncState
from infra.connecting import connect
from infra.keys import Keys
from infra.role_names import QUARANTINE_WRITER, RUNS_WRITER
from subgraphs.kit.ingest.api import Api, ApiRefused, Document, Reading
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.progress import Progress
from subgraphs.kit.ingest.sender_scope import SenderScope
from subgraphs.kit.ingest.unit_of_work import Options

STOPPED = "SYNC_STOPPED"
TOGETHER = 40
LARGEST = 8 * 1024 * 1024
"""Documents, and their bytes, that are given to the source at once."""


@dataclass(slots=True, repr=False)
class SyncRun:
    """A reading that ended well: the sum of the reports, and the requests that were made."""

    report: Report
    requests: int


def sync_keys(link: SyncLink) -> tuple[str, ...]:
    """The keys that reading this account takes, beside its secrets; raises StartRefused."""
    find_api(link.source)
    return tuple(name for name in source_keys(link.source) if not name.startswith("webhook-"))


async def sync(
    link: SyncLink,
    keys: Keys,
    dsn: Callable[[str], str],
    progress: Callable[[Progress], None] | None = None,
    *,
    remove: bool = False,
    stop: asyncio.Event | None = None,
) -> SyncRun:
    """Read the API of an account to its end, in a run that is kept; `remove` lets many items vanish at once, `stop`
    ends it between two documents (SYNC_STOPPED).

    Raises StartRefused for its settings and secrets, NotServed (SYNC_…, SOURCE_BUSY, DATABASE_…): what was committed
    until then stays, and the next reading goes on from there.
    """
    stop = stop or asyncio.Event()
    api = find_api(link.source)
    credentials, lists = read_credentials(keys.directory, link, api), lists_read(link, api)
    reader = find_source(link.source, keys)
    options = Options(
        as_of=datetime.now(UTC).replace(microsecond=0),
        department=link.department,
        organisations=read_organisations(link.organisations),
        scope=SenderScope(department=link.department),
    )
    with database_refusals():
        state = SyncState(dsn(RUNS_WRITER), link)
        cursor = await state.begin()  # a source at rest is no run: it would hide the failures that sent it there
        async with kept_run(dsn(RUNS_WRITER), link.source, [f"sync {link.account}"]) as run:
            await state.reading()
            delivery = _Delivery(reader, options, dsn, state, run, Seal(keys.quarantine), link.account, progress)
            try:
                async with _calls(link, api, credentials, dsn(reader.source.role)) as calls, delivery.opened():
                    documents = api.read(calls, _reading(link, lists, cursor, remove, options))
                    await _read_all(_until(stop, documents), delivery)
            except HubError as error:
                if error.code in MESSAGES and error.code != STOPPED:
                    if error.code not in PASSING:
                        await state.reached(None)  # nothing was broken off: it is all read again, from the start
                    await state.ended(error.code)
                raise
            if cursor is None:
                await delivery.supersede()
            await state.reached(None)
            await state.ended(None)
            run.tally = replace(tally(delivery.report), digests=())
            return SyncRun(delivery.report, calls.requests)


def _reading(link: SyncLink, lists: tuple[str, ...], cursor: str | None, remove: bool, options: Options) -> Reading:
    assert options.as_of is not None
    renew = timedelta(seconds=link.renew)
    return Reading(link.department, cursor, remove, lists, link.people, renew, options.as_of)


async def _until(stop: asyncio.Event, documents: AsyncIterator[Document]) -> AsyncIterator[Document]:
    """The documents until `stop` is set, which breaks off the request under way; raises ApiRefused (SYNC_STOPPED)."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            following = asyncio.ensure_future(anext(documents, None))
            await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                break
            document = following.result()
            if document is None:
                return
            yield document
        raise ApiRefused(STOPPED, "asked to stop")
    finally:
        stopped.cancel()


async def _read_all(documents: AsyncIterator[Document], delivery: _Delivery) -> None:
    """Give the source all documents, and those read before the API failed too; raises NotServed."""
    failure: NotServed | None = None
    try:
        async for document in documents:
            await delivery.take(document)
    except ApiRefused as refused:
        failure = public_error(refused)
    await delivery.settle()
    if failure is not None:
        raise failure


class _Delivery:
    """The documents that wait for the source, and the sum of the reports so far."""

    def __init__(
        self,
        reader: Reader,
        options: Options,
        dsn: Callable[[str], str],
        state: SyncState,
        run: Run,
        seal: Seal,
        account: str,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._reader, self._options, self._dsn, self._state, self._run = reader, options, dsn, state, run
        self._seal, self._account, self._progress = seal, account, progress
        self._refused: set[str] = set()
        self._waiting: list[Document] = []
        self.report = Report(reader.source.name)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Have a folder for documents."""
        with Spool() as self._spool:
            yield

    async def take(self, document: Document) -> None:
        """Add a document, and give the source what waits if that is enough."""
        self._waiting.append(document)
        if len(self._waiting) >= TOGETHER or sum(len(waiting.content) for waiting in self._waiting) >= LARGEST:
            await self.settle()

    async def settle(self) -> None:
        """Give the source what waits; once that is committed and what was refused is kept, keep the cursor of its last
        document."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._spool.files([(document.name, document.content) for document in waiting]) as paths:
            report = await read_inputs(self._reader, paths, self._options, self._dsn, self._follow)
            address = self._dsn(QUARANTINE_WRITER)
            self._refused |= await keep_given(
                self._reader.source, self._options, report, address, self._seal, self._account
            )
        self.report.add(report)
        self._run.read, self._run.cursor = self.report.read, waiting[-1].cursor
        if waiting[-1].cursor is not None:
            await self._state.reached(waiting[-1].cursor)

    async def supersede(self) -> None:
        """Forget what earlier readings of the account refused and this one, which was whole, took or no longer met."""
        if len(self.report.refusals) == self.report.codes.total():  # else some that are refused are only counted
            async with quarantine(self._dsn(QUARANTINE_WRITER)) as store:
                await store.supersede(self._reader.source.name, self._account, self._refused)

    def _follow(self, at: Progress) -> None:
        if self._progress is not None:
            self._progress(Progress(self.report.read + at.read, at.rate))


@asynccontextmanager
async def _calls(link: SyncLink, api: Api, credentials: object, dsn: str) -> AsyncIterator[ApiCalls]:
    url, login_url = link.url or api.address, link.login_url or api.login_address or link.url or api.address
    connection = await connect(dsn)
    try:
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=link.timeout) as http:
            calls = ApiCalls(link, url, login_url, http, connection)
            calls.authenticate = lambda: api.headers(calls, credentials)
            calls.parameters = api.parameters(credentials)
            yield calls
    finally:
        await connection.close()
