"""Sends spans to the collector: OTLP over HTTP, in batches, from a thread of its own.

No request waits for it: the queue is bounded, and spans that find it full or can't be delivered are dropped and
counted. The environment (`OTEL_*`, proxies) is not read: only the settings say who may have the spans. Only this module
needs the extra `otel`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import lru_cache
from importlib.metadata import version
from threading import Event, Lock, Thread
from uuid import uuid4

import httpx2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from hub.federation.client.tls import client_tls
from hub.observability.attributes import Value
from hub.observability.spans import ActiveSpan, Side
from hub.observability.trace_settings import TraceSettings
from hub.wording.engine import call_engine

log = logging.getLogger(__name__)
QUEUE = 8_192
"""Most spans in the queue; each takes about 1 KB of memory."""
BATCH = 512
"""Most spans of one request to the collector."""
DELAY = 1.0
"""Longest time that a span waits for a batch, in seconds."""
PATIENCE = 3.0
"""Timeout of each part of a request to the collector, in seconds."""
STOP = 5.0
"""Longest time that the end of the process waits for the last spans, in seconds."""


class Exporter:
    """Takes the ended spans of the process `service` from any thread; `delivered` and `dropped` count them;
    `ratio` is the share of requests that the settings want traced."""

    def __init__(self, traces: TraceSettings, service: str, *, queue: int = QUEUE) -> None:
        about = {"service.name": service, "service.version": version("spie-hub"), "service.instance.id": str(uuid4())}
        self._about = Resource(attributes=[_pair(key, value) for key, value in about.items()])
        self.ratio, self.delivered, self.dropped = traces.ratio, 0, 0
        self._endpoint, self._queue = traces.endpoint, queue
        self._client = httpx2.Client(
            verify=traces.tls or call_engine(client_tls),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
            headers={"content-type": "application/x-protobuf", "user-agent": "spie-hub"},
        )
        self._waiting: deque[ActiveSpan] = deque()
        self._lock, self._wake, self._stopping = Lock(), Event(), False
        self._thread = Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def take(self, span: ActiveSpan) -> None:
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
        """Take no more spans, and deliver those in the queue within `STOP` seconds."""
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
                delivered = self._deliver(batch)
                with self._lock:
                    self.delivered += delivered
                    self.dropped += len(batch) - delivered
            if self._stopping:
                self._client.close()
                return

    def _batch(self) -> list[ActiveSpan]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _deliver(self, batch: list[ActiveSpan]) -> int:
        """Send a batch and return how many spans were delivered; of the answer only the status is read."""
        try:
            body = _encoded(self._about, batch)
            with self._client.stream("POST", self._endpoint, content=body) as answer:
                if answer.status_code == httpx2.codes.OK:
                    return len(batch)
                log.warning("spans not delivered: status %d", answer.status_code)
        except Exception as error:  # whatever it is, the next spans are taken
            log.warning("spans not delivered: %s", type(error).__name__)
        return 0


def _encoded(about: Resource, batch: list[ActiveSpan]) -> bytes:
    scope = ScopeSpans(scope=InstrumentationScope(name="spie-hub"), spans=map(_span, batch))
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=about, scope_spans=[scope])])
    body: bytes = request.SerializeToString()
    return body


def _span(watch: ActiveSpan) -> Span:
    return Span(
        trace_id=watch.trace,
        span_id=watch.id,
        parent_span_id=watch.parent,
        name=watch.name.value,
        kind=_KINDS[watch.side],
        start_time_unix_nano=watch.start,
        end_time_unix_nano=watch.end,
        attributes=[_pair(attribute.key, value) for attribute, value in watch.attributes.items()],
        status=_FAILED if watch.failed else None,
    )


_KINDS = {
    Side.INTERNAL: Span.SPAN_KIND_INTERNAL,
    Side.SERVER: Span.SPAN_KIND_SERVER,
    Side.CLIENT: Span.SPAN_KIND_CLIENT,
}
_FAILED = Status(code=Status.STATUS_CODE_ERROR)


@lru_cache(maxsize=4096)
def _pair(key: str, value: Value) -> KeyValue:
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    if isinstance(value, str):
        return KeyValue(key=key, value=AnyValue(string_value=value))
    values = ArrayValue(values=[AnyValue(string_value=part) for part in value])
    return KeyValue(key=key, value=AnyValue(array_value=values))
