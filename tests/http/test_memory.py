"""A refused request leaves no cycle for the garbage collector, which runs seldom."""

from __future__ import annotations

import gc
from types import FrameType
from typing import Any

import pytest

from hub.document.exchange import Reply, Request
from hub.errors import DocumentRefused
from hub.http.endpoint import GraphQLEndpoint


async def refuse(request: Request) -> Reply:
    try:
        raise ValueError("inner")
    except ValueError as error:
        raise DocumentRefused("DOCUMENT_INVALID", "Non.", "no") from error


async def fail(request: Request) -> Reply:
    raise RuntimeError("unforeseen")


async def ask(endpoint: GraphQLEndpoint) -> int:
    sent: list[dict[str, Any]] = []
    body = iter([{"type": "http.request", "body": b'{"query":"{ a }"}'}])

    async def receive() -> dict[str, Any]:
        return next(body, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await endpoint({"method": "POST", "headers": [(b"content-type", b"application/json")]}, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(("answer", "status"), [(refuse, 400), (fail, 500)])
async def test_no_frame_of_a_refused_request_waits_for_the_collector(answer: Any, status: int) -> None:
    endpoint = GraphQLEndpoint(answer)
    await ask(endpoint)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert await ask(endpoint) == status
        gc.collect()
        assert [leaked.f_code.co_qualname for leaked in gc.garbage if isinstance(leaked, FrameType)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
