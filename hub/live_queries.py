"""Live queries: a query of `changes` that stays open and is answered again whenever there is something to tell.

Each answer is an ordinary one of the pipeline, from the cursor of the one before it: the token, the rights and the
limits are looked at again, and the journal has it before its bytes leave (decision 0121).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson

from hub.changes.change_list import ChangeList
from hub.changes.wake import Wakes
from hub.document.exchange import LiveEvent, Reply, Request
from hub.errors import RequestRefused
from hub.federation.operations.operation import Field, Operation
from hub.identity.actor import Actor
from hub.pipeline import Pipeline
from hub.stream_limit import StreamLimit

ROOT = "changes"
HEARTBEAT = 15.0
"""Most seconds of silence; the token is looked at again then."""
AT_ONCE = 8
"""Live queries that are answered at a time, so that a change of many wakes nobody who asks otherwise."""
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class _Shape:
    """The variable of `since`, and the keys of the answer under which the end of a page is."""

    since: str
    page: tuple[str, str]
    cursor: str
    more: str

    def end_of(self, reply: Reply) -> tuple[str | None, bool]:
        """The cursor after an answer, None if it failed, and whether another page follows."""
        value: Any = orjson.loads(reply.body)
        try:
            page = value["data"]
            for key in self.page:
                page = page[key]
            return page[self.cursor], page[self.more]
        except (KeyError, TypeError):
            return None, False


class LiveQueries:
    """The live queries of a hub, at most as many as `limit` says."""

    def __init__(self, pipeline: Pipeline, changes: ChangeList, wakes: Wakes, limit: StreamLimit) -> None:
        self._pipeline, self._changes, self._wakes, self._limit = pipeline, changes, wakes, limit
        self._open: Counter[tuple[str, str]] = Counter()
        self._turns, self._draining = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    @property
    def open(self) -> int:
        """How many are open."""
        return self._open["process", ""]

    def drain(self) -> None:
        """End all of them, for the process stops: their clients go on elsewhere, from their last cursor."""
        self._draining.set()

    async def events(self, request: Request) -> AsyncIterator[LiveEvent | None]:
        """The answers; None where there was nothing to tell for a while. A query of something else has one answer.
        Raises HubError, at first or once the rights of the actor end."""
        caller = await self._pipeline.charge(request.headers)
        shape = _shape((await self._pipeline.authorise(request, caller)).prepared.operation)
        if shape is None:
            yield LiveEvent(await self._pipeline.answer(request, charged=True), None)
            return
        last = request.headers.get("last-event-id")
        if last is not None:
            request = _since(request, shape, last)
        with self._slot(caller.actor):
            async for event in self._answers(request, shape, caller.actor.expires):
                yield event

    async def _answers(self, request: Request, shape: _Shape, expires: int) -> AsyncIterator[LiveEvent | None]:
        woken, pending, charged = self._wakes.next, True, True
        while not self._draining.is_set():
            if pending:
                async with self._turns:
                    reply = await self._pipeline.answer(request, charged=charged)
                await self._pipeline.identify(request.headers)  # the token may have ended while it was answered
                charged = False
                cursor, more = shape.end_of(reply)
                yield LiveEvent(reply, cursor)
                if cursor is None:
                    return
                request = _since(request, shape, cursor)
                if more:
                    continue
            if not await self._woken(woken, expires):
                yield None
            waited, woken = woken, self._wakes.next  # before it is looked, or what changes meanwhile wakes nobody
            async with self._turns:
                request, pending = await self._looked(request, shape, woken=waited.is_set())

    async def _woken(self, woken: asyncio.Event, expires: int) -> bool:
        """Whether something may have changed, before silence, the end of the token or of the process."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (woken, self._draining)]
        seconds = min(HEARTBEAT, max(0.0, expires - self._pipeline.clock()))
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        return woken.is_set()

    async def _looked(self, request: Request, shape: _Shape, *, woken: bool) -> tuple[Request, bool]:
        """The request from where it goes on, and whether it has something to tell; raises HubError if its actor may
        ask no more."""
        caller = await self._pipeline.identify(request.headers)
        if not woken:
            return request, False
        authorised = await self._pipeline.authorise(request, caller)
        context, since = self._pipeline.context(caller, authorised), request.variables[shape.since]
        try:
            page = await self._changes.page(context, since, 1)
        except Exception:  # whatever it is, the pipeline says it as it does to any other request
            return request, True
        if page["nodes"] or page["withdrawn"]:
            return request, True
        return _since(request, shape, page["pageInfo"]["endCursor"]), False

    @contextmanager
    def _slot(self, actor: Actor) -> Iterator[None]:
        """One of the places of the actor, its organisations, its application and the process."""
        bodies = {siret for siret in (actor.organisation, actor.partner) if siret is not None}
        keys = [("actor", actor.id), ("application", actor.application), ("process", "")]
        keys += [("organisation", siret) for siret in bodies]
        for name, key in keys:
            if self._open[name, key] >= getattr(self._limit, name):
                raise _too_many(name)
        self._open.update(keys)
        try:
            yield
        finally:
            self._open.subtract(keys)
            self._open += Counter()  # without those that have none


def _since(request: Request, shape: _Shape, cursor: str) -> Request:
    return replace(request, variables={**request.variables, shape.since: cursor})


def _shape(operation: Operation) -> _Shape | None:
    """The shape of a query that can stay open; None for an operation without `changes`. Raises RequestRefused
    (LIVE_QUERY)."""
    roots = operation.root.fields
    if operation.kind != "query" or ROOT not in [root.name for root in roots]:
        return None
    since = dict(roots[0].arguments).get("since")
    declared = {variable.name for variable in operation.variables if not variable.lifted}
    info = _below(roots[0]).get("pageInfo")
    ends = {} if info is None else _below(info)
    if len(roots) != 1 or since not in declared or info is None or not {"endCursor", "hasNextPage"} <= ends.keys():
        raise RequestRefused(
            "LIVE_QUERY",
            "Une requête ouverte (text/event-stream) n'a que « changes » pour champ racine, prend son curseur d'une "
            "variable (« changes(since: $since) ») et lit « pageInfo { endCursor hasNextPage } ».",
            "a live query without a cursor to go on from",
        )
    assert since is not None
    return _Shape(since, (roots[0].key, info.key), ends["endCursor"].key, ends["hasNextPage"].key)


def _below(item: Field) -> Mapping[str, Field]:
    return {below.name: below for selections in item.selections for below in selections.fields}


def _too_many(name: str) -> RequestRefused:
    return RequestRefused(
        "TOO_MANY_STREAMS",
        "Trop de requêtes ouvertes à la fois : fermez-en une, ou réessayez plus tard.",
        f"too many live queries of one {name}",
        http_status=429,
        extensions={"retryAfter": RETRY_SECONDS},
    )
