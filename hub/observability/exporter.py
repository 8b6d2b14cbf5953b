"""Sends spans to the collector by the SDK of OpenTelemetry: OTLP over HTTP, in batches, from a thread of its own.

No request waits for it: spans beyond a bound, or that can't be delivered, are dropped and counted. The environment
(`OTEL_*`, proxies, `.netrc`) is not heard: only the settings say who may have the spans. What is not on the closed list
is taken out in front of the batches. Only this module needs the extra `otel`.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from hub.federation.client.tls import client_tls
from hub.observability.attributes import BY_KEY, OWN_WORDS, Name, Value, admitted
from hub.observability.spans import ActiveSpan, Side
from hub.observability.trace_settings import TraceSettings
from hub.version import release
from hub.wording.engine import call_engine

QUEUE = 8_192
"""Most spans that wait."""
BATCH = 512
"""Most spans of one request to the collector."""
DELAY = 1.0
"""Longest time that a span waits for a batch, in seconds."""
PATIENCE = 3.0
"""Time for a request to the collector, repetitions included, in seconds."""
STOP = 5.0
"""Longest time that the end of the process waits for the last spans, in seconds."""
_KINDS = {Side.INTERNAL: SpanKind.INTERNAL, Side.SERVER: SpanKind.SERVER, Side.CLIENT: SpanKind.CLIENT}


class Exporter:
    """Takes the ended spans of the process `service` from any thread; `delivered` and `dropped` count them; `words` are
    those of the contract, `ratio` is the share of requests that the settings want traced."""

    def __init__(self, traces: TraceSettings, service: str, words: frozenset[str], *, queue: int = QUEUE) -> None:
        self.ratio, self._queue = traces.ratio, queue
        self._taken = self.dropped = 0
        about = {"service.name": service, "service.version": release(), "service.instance.id": str(uuid4())}
        with _unheard_environment():
            self._delivery = _Delivery(_otlp(traces))
            self._batches = BatchSpanProcessor(
                self._delivery,
                max_queue_size=2 * queue,
                schedule_delay_millis=DELAY * 1000,
                max_export_batch_size=min(BATCH, queue),
            )
            self._ids = _Ids()
            provider = TracerProvider(
                ALWAYS_ON, Resource(about), shutdown_on_exit=False, id_generator=self._ids
            )  # which requests are traced is drawn before
            provider.add_span_processor(ClosedList(self._batches, words | OWN_WORDS))
            self._tracer = provider.get_tracer("spie-hub")
        self._lock, self._stopping = Lock(), False

    @property
    def delivered(self) -> int:
        """The spans that the collector took."""
        return self._delivery.delivered

    def take(self, span: ActiveSpan) -> None:
        """Pass a span on to the SDK, or drop it."""
        with self._lock:
            waiting = self._taken - self._delivery.delivered - self._delivery.failed
            if self._stopping or waiting >= self._queue:
                self.dropped += 1
                return
            self._taken += 1
            self._ids.span = span
            sent = self._tracer.start_span(
                span.name.value,
                _above(span),
                _KINDS[span.side],
                {attribute.key: value for attribute, value in span.attributes.items()},
                start_time=span.start,
            )
        if span.failed:
            sent.set_status(Status(StatusCode.ERROR))
        sent.end(span.end)

    def lost(self) -> int:
        """The spans that the collector did not take, or that found too many waiting."""
        return self.dropped + self._delivery.failed

    async def close(self) -> None:
        """Take no more spans, and deliver those that wait within `STOP` seconds."""
        with self._lock:
            self._stopping = True
        ending = Thread(target=self._batches.shutdown, name="last spans", daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, STOP)
        with self._lock:
            self.dropped += self._taken - self._delivery.delivered - self._delivery.failed
            self._taken = self._delivery.delivered + self._delivery.failed


class ClosedList(SpanProcessor):
    """Lets of each span only what is on the list through to the next processor: no event, link, status text or trace
    state, and no attribute of another name or kind."""

    def __init__(self, following: SpanProcessor, words: frozenset[str]) -> None:
        self._following, self._words = following, words

    def on_end(self, span: ReadableSpan) -> None:
        """Pass what may be told of a span on."""
        if span.name not in list(Name):
            return
        self._following.on_end(
            ReadableSpan(
                span.name,
                context=span.context,
                parent=span.parent,
                resource=span.resource,
                attributes=self._admitted(span.attributes or {}),
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def _admitted(self, attributes: Mapping[str, object]) -> dict[str, Value]:
        return {
            key: admitted(BY_KEY[key], value, self._words)  # type: ignore[arg-type]
            for key, value in attributes.items()
            if key in BY_KEY
        }


class _Delivery(SpanExporter):
    """Counts what the collector took, and what it did not."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self.delivered = self.failed = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._inner.export(spans)
        finally:
            if result is SpanExportResult.SUCCESS:
                self.delivered += len(spans)
            else:
                self.failed += len(spans)
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()


class _Ids(IdGenerator):
    """The ids that a span has already, since those below it named it while it was open."""

    span: ActiveSpan

    def generate_span_id(self) -> int:
        return int.from_bytes(self.span.id, "big")

    def generate_trace_id(self) -> int:
        return int.from_bytes(self.span.trace, "big")


class _Straight(requests.Session):
    """A session that goes where it is told, and nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["user-agent"] = "spie-hub"

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request; an answer that points elsewhere is an error."""
        response = super().send(request, **{**options, "allow_redirects": False})
        if 300 <= response.status_code < 400:
            response.close()
            raise requests.TooManyRedirects(response=response)
        return response


def _otlp(traces: TraceSettings) -> OTLPSpanExporter:
    """The exporter to this collector; raises StartRefused (TLS_INVALID)."""
    authorities = None
    if traces.endpoint.startswith("https:"):
        call_engine(client_tls, traces.authorities, traces.certificate, traces.key)
        places = ssl.get_default_verify_paths()
        authorities = traces.authorities or places.cafile or places.capath
    return OTLPSpanExporter(
        traces.endpoint,
        certificate_file=None if authorities is None else str(authorities),
        client_key_file=None if traces.key is None else str(traces.key),
        client_certificate_file=None if traces.certificate is None else str(traces.certificate),
        timeout=PATIENCE,
        compression=Compression.NoCompression,
        session=_Straight(),
    )


def _above(span: ActiveSpan) -> Context:
    """The context of a span: the one above it, or nothing."""
    if not span.parent:
        return Context()
    trace, parent = int.from_bytes(span.trace, "big"), int.from_bytes(span.parent, "big")
    above = SpanContext(trace, parent, is_remote=span.top is span, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(above), Context())


@contextmanager
def _unheard_environment() -> Iterator[None]:
    """Hide the variables `OTEL_*`, which the SDK reads when its parts are made."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("OTEL_")}
    try:
        yield
    finally:
        os.environ.update(hidden)
