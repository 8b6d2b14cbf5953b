"""A collector of spans: an HTTP server that keeps every byte that it is sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from hub.observability.trace_settings import TraceSettings

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclass(frozen=True, slots=True)
class ExportedSpan:
    """One span as it came: ids in hexadecimal digits, `rest` all that ours leave empty."""

    service: str
    trace: str
    id: str
    parent: str
    name: str
    kind: str
    failed: bool
    attributes: Mapping[str, Any]
    rest: tuple[Any, ...]

    def get(self, key: str) -> Any:
        """An attribute's value, or None."""
        return self.attributes.get(key)


@dataclass
class Collector:
    """A collector that keeps the `bodies` of its requests and answers with `status`."""

    scheme: str = "http"
    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    status: int = 200

    @property
    def url(self) -> str:
        """The URL of the collector."""
        return f"{self.scheme}://localhost:{self.port}/v1/traces"

    @property
    def traces(self) -> TraceSettings:
        """Trace settings with this collector."""
        return TraceSettings(self.url, ratio=1.0)

    def spans(self) -> list[ExportedSpan]:
        """Every span, in the order of its end."""
        return [span for body in self.bodies for span in _spans(body)]

    def received(self) -> bytes:
        """All bytes received."""
        return b"\n".join(part for path, headers in self.sent for part in (path.encode(), headers)) + b"".join(
            self.bodies
        )


def _spans(body: bytes) -> Iterator[ExportedSpan]:
    request = ExportTraceServiceRequest.FromString(body)
    for resource in request.resource_spans:
        about = {attribute.key: _value(attribute.value) for attribute in resource.resource.attributes}
        assert about.keys() == {"service.name", "service.version", "service.instance.id"}
        for scope in resource.scope_spans:
            assert (scope.scope.name, len(scope.scope.attributes)) == ("spie-hub", 0)
            for span in scope.spans:
                yield ExportedSpan(
                    about["service.name"],
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.name,
                    KINDS[span.kind],
                    span.status.code == 2,
                    {attribute.key: _value(attribute.value) for attribute in span.attributes},
                    (span.trace_state, span.status.message, *span.events, *span.links),
                )


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(member) for member in value.array_value.values]
    return getattr(value, which) if which is not None else None


@contextmanager
def collecting(tls: ssl.SSLContext | None = None) -> Iterator[Collector]:
    """A collector, listening; with `tls`, over HTTPS."""
    collector = Collector(scheme="http" if tls is None else "https")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.sent.append((self.path, bytes(self.headers)))
            collector.bodies.append(body)
            self.send_response(collector.status)
            self.end_headers()

        def handle(self) -> None:
            with suppress(ssl.SSLError, ConnectionError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.port = server.server_port
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
