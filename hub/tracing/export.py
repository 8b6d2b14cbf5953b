"""Spans on their way to the collector: OTLP over HTTP, in batches, by a thread of its own.

Nobody who is answered waits for it: the queue is bounded, what finds it full or can't be delivered is dropped and
counted. Nothing of the environment (`OTEL_*`, proxies) is read: who may have the spans is what the settings say. Only
this module needs the extra `otel`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from importlib.metadata import version
from threading import Event, Lock, Thread
from uuid import uuid4

import httpx2
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from hub.federation.tls import client_tls
from hub.tracing.settings import Traces
from hub.tracing.spans import Spans

log = logging.getLogger(__name__)
QUEUE = 8_192
"""Spans that may wait; some 3 KB of memory each."""
BATCH = 512
"""Most spans of one request to the collector."""
DELAY = 1.0
"""Longest that a span waits for others, in seconds."""
PATIENCE = 3.0
"""Seconds for each part of a request to the collector."""
STOP = 5.0
"""Seconds that the stop of the process waits for the last spans."""
LIMITS = SpanLimits(
    max_attributes=32,
    max_span_attributes=32,
    max_events=1,
    max_links=1,
    max_event_attributes=1,
    max_link_attributes=1,
    max_attribute_length=256,
    max_span_attribute_length=256,
)
"""More than any span has; all are said, as what is not is looked for in the environment."""


class Export(SpanProcessor):
    """Takes ended spans, from any thread; `delivered` and `dropped` count them."""

    def __init__(self, traces: Traces, *, queue: int = QUEUE) -> None:
        self.delivered = self.dropped = 0
        self._endpoint, self._queue = traces.endpoint, queue
        self._client = httpx2.Client(
            verify=traces.tls or client_tls(),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
            headers={"content-type": "application/x-protobuf", "user-agent": "spie-hub"},
        )
        self._waiting: deque[ReadableSpan] = deque()
        self._lock, self._wake, self._stopping = Lock(), Event(), False
        self._thread = Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span, or drop it."""
        with self._lock:
            if len(self._waiting) >= self._queue or self._stopping:
                self.dropped += 1
                return
            self._waiting.append(span)
            if len(self._waiting) < BATCH:
                return
        self._wake.set()

    async def close(self) -> None:
        """Deliver what waits, for at most `STOP` seconds, and take nothing more."""
        with self._lock:
            self._stopping = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join, STOP)
        with self._lock:
            self.dropped += len(self._waiting)
            self._waiting.clear()
        if self.dropped:
            log.warning("%d spans were dropped", self.dropped)

    def _run(self) -> None:
        while True:
            self._wake.wait(DELAY)
            self._wake.clear()
            while batch := self._batch():
                told = self._deliver(batch)
                with self._lock:
                    self.delivered += told
                    self.dropped += len(batch) - told
            if self._stopping:
                self._client.close()
                return

    def _batch(self) -> list[ReadableSpan]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _deliver(self, batch: list[ReadableSpan]) -> int:
        """How many were delivered. What the collector answers is not read: its status tells enough."""
        try:
            body = encode_spans(batch).SerializeToString()
            with self._client.stream("POST", self._endpoint, content=body) as answer:
                if answer.status_code == httpx2.codes.OK:
                    return len(batch)
                log.warning("spans not delivered: status %d", answer.status_code)
        except Exception as error:  # whatever it is, the next spans are taken
            log.warning("spans not delivered: %s", type(error).__name__)
        return 0


class Ids(RandomIdGenerator):
    """Trace ids are those that errors and journal tell."""

    trace = 0

    def generate_trace_id(self) -> int:
        """That of the request whose span begins."""
        return self.trace

    def is_trace_id_random(self) -> bool:
        """A client may have chosen it."""
        return False


def spans(export: Export, service: str, words: frozenset[str], ratio: float) -> Spans:
    """The spans of this process, which is `service`, through this exporter."""
    ids = Ids()
    about = {"service.name": service, "service.version": version("spie-hub"), "service.instance.id": str(uuid4())}
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource(about),
        shutdown_on_exit=False,
        id_generator=ids,
        span_limits=LIMITS,
        meter_provider=NoOpMeterProvider(),
    )
    provider.add_span_processor(export)
    return Spans(provider.get_tracer("spie-hub"), ids, words, ratio)
