"""A system to which the hub sends requests, as docs/evenements.md#requests says: signed, and made once per key."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

SECRET = "convenu-avec-le-systeme-qui-tient-les-elements"
SIGNATURE = "x-spie-signature"


class RecordSystem(Simulator):
    """The system over the items that it made, by the key of their request. `full` are the services that take nobody
    more; `bodies` are all that came; `codes` refuses the next requests; `lost` answers are made and never arrive;
    `answers` replaces what is said of an item; `after_request` runs once an item is there, before its answer leaves;
    `closed` refuses whoever asks."""

    def __init__(self, full: Collection[str] = ()) -> None:
        super().__init__()
        self.full = full
        self.items: dict[str, dict[str, Any]] = {}
        self.bodies: list[bytes] = []
        self.codes: list[str] = []
        self.lost = 0
        self.answers: list[Any] = []
        self.after_request: Callable[[str], None] = lambda key: None
        self.closed = False

    async def answer(self, request: Request) -> Response:
        """Make the item of a request, or say again what became of it."""
        body = await request.body()
        self.bodies.append(body)
        signature = f"sha256={hmac.digest(SECRET.encode(), body, 'sha256').hex()}"
        if self.closed or not hmac.compare_digest(request.headers.get(SIGNATURE, ""), signature):
            return error(401, message="unauthenticated")
        event = orjson.loads(body)
        if event["data"].get("service") in self.full:
            return JSONResponse({"state": "REJECTED", "code": "SERVICE_FULL"}, status_code=422)
        if self.codes:
            return JSONResponse({"state": "REJECTED", "code": self.codes.pop(0)}, status_code=422)
        if self.answers:
            return JSONResponse(self.answers.pop(0))
        self.items.setdefault(event["id"], event)
        self.after_request(self.key(event["id"]))
        if self.lost:
            self.lost -= 1
            while (await request.receive())["type"] != "http.disconnect":
                pass
        return JSONResponse({"state": "ACCEPTED", "id": self.key(event["id"])}, status_code=201)

    def key(self, request: str) -> str:
        """The system's own key of the item that a request made."""
        return str(uuid5(NAMESPACE_URL, f"élément de {request}"))
