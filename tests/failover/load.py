"""People at work while things fail: each answer and each write that was acknowledged is remembered."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2

from tests.e2e.site import new_trace
from tests.failover.installation import HUBS, Installation

READ = "{ persons(first: 5) { nodes { id firstName lastName } } }"
RECORD = "mutation R($input: RecordAppointmentInput!) { recordAppointment(input: $input) { id } }"
ACTOR, PURPOSE = "referent-a", "suivi"
PATIENCE = 10.0
PAUSE = 0.02


@dataclass
class Load:
    """Readers and writers, who ask the hubs in turn; a writer repeats a write until it is acknowledged."""

    installation: Installation
    person: str
    answered: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)
    read_at: list[float] = field(default_factory=list)
    wrote_at: list[float] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, readers: int = 3, writers: int = 2) -> None:
        """Begin to ask."""
        for work, number in ((self._read, readers), (self._write, writers)):
            for _ in range(number):
                self._threads.append(threading.Thread(target=work, daemon=True))
                self._threads[-1].start()

    def end(self) -> None:
        """Let each finish what it is about, and wait for it."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def back_after(self, moment: float, kind: str) -> float | None:
        """Seconds from a moment on after which reads, or writes, succeed without a gap of a second; None if they don't
        yet."""
        times = [at for at in (self.read_at if kind == "reads" else self.wrote_at) if at > moment]
        now = time.monotonic()
        for place in range(len(times), 0, -1):
            later = times[place] if place < len(times) else now
            if later - times[place - 1] > 1:
                return times[place] - moment if place < len(times) and now - times[place] > 2 else None
        return times[0] - moment if times and now - times[0] > 2 else None

    def _read(self) -> None:
        with self.installation.client(PATIENCE) as client:
            for number in count():
                if self._ended.is_set():
                    return
                trace = new_trace()
                answer = self._ask(client, HUBS[number % 2], {"query": READ}, trace)
                if answer is not None and (answer.get("data") or {}).get("persons"):
                    self.read_at.append(time.monotonic())
                    self.answered.add(trace)
                    if "errors" not in answer and len(answer["data"]["persons"]["nodes"]) != 5:
                        self.wrong.append("a page without its people")
                time.sleep(PAUSE)

    def _write(self) -> None:
        with self.installation.client(PATIENCE) as client:
            while not self._ended.is_set():
                key = f"bascule-{uuid4().hex[:12]}"
                starts = (datetime.now(UTC) - timedelta(days=1)).isoformat()
                written = {"idempotencyKey": key, "person": self.person, "startsAt": starts, "mode": "VISIO"}
                for number in count():
                    body = {"query": RECORD, "variables": {"input": written}}
                    answer = self._ask(client, HUBS[number % 2], body, new_trace())
                    item = ((answer or {}).get("data") or {}).get("recordAppointment")
                    if item:
                        self.written[key] = item["id"]
                        self.wrote_at.append(time.monotonic())
                        break
                    if self._ended.is_set():
                        return
                    time.sleep(PAUSE)
                time.sleep(PAUSE)

    def _ask(self, client: httpx2.Client, hub: str, body: Any, trace: str) -> Any:
        """The answer, or None; what was refused is counted by code."""
        filled = self.installation.filled
        headers = {
            "authorization": f"Bearer {filled.issuer.token(filled.actors[ACTOR])}",
            "purpose": PURPOSE,
            "traceparent": f"00-{trace}-{trace[:16]}-01",
        }
        try:
            answer = client.post(f"{self.installation.url(hub)}/graphql", json=body, headers=headers).json()
        except (httpx2.HTTPError, ValueError) as error:
            self._count(type(error).__name__)
            return None
        for code in _codes(answer.get("errors", ())):
            self._count(code)
        return answer

    def _count(self, code: str) -> None:
        self.refusals[code] = self.refusals.get(code, 0) + 1


def _codes(errors: Sequence[Any]) -> set[str]:
    return {error.get("extensions", {}).get("code", "?") for error in errors}
