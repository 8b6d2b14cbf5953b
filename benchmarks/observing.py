"""`python -m benchmarks.observing`: what watching costs a request of a journey's shape, in µs of CPU.

The request has four calls of subgraphs, four statements and one commit of the journal to wait for, which do nothing
here: what is measured is the watching alone, turn by turn, the median of `--rounds`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging import makeLogRecord
from statistics import median
from time import process_time

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from hub.observability.attributes import Attribute, Name
from hub.observability.exporter import Exporter
from hub.observability.logs import JsonLines
from hub.observability.meters import Meters
from hub.observability.observer import Counted, Observer
from hub.observability.spans import Side, Spans
from hub.observability.trace_settings import TraceSettings
from schema.subgraphs import SUBGRAPHS

REQUESTS = 2_000
TRACE = "0af7651916cd43dd8448eb211c80319c"
WORDS = frozenset([*SUBGRAPHS, "referent_cd", "suivi"])


FACTS = {"method": "POST", "route": "/graphql", "status": 200, "bytes": 3_700, "ms": 2.4, "trace": TRACE}
RECORD = makeLogRecord({"name": "hub.access", "msg": "request", "levelname": "INFO", "facts": FACTS})
FORMATTER = JsonLines("hub")


def observers() -> Iterator[tuple[str, Observer]]:
    """Each way to watch."""
    yield "metrics", Observer(Meters("hub", WORDS), None)
    for share in (0.0, 1.0):
        yield f"traces of {share:.0%}", Observer(None, Spans(lambda span: None, share))
    exporter = Exporter(TraceSettings("http://localhost/v1/traces"), "spie-hub", WORDS, queue=10_000_000)
    exporter._delivery._inner = _Encoding()
    yield "the same, exported", Observer(None, Spans(exporter.take, 1.0))
    yield "metrics, traces of 1%", Observer(Meters("hub", WORDS), Spans(lambda span: None, 0.01))


class _Encoding(SpanExporter):
    """Encodes spans and sends them nowhere."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializePartialToString()
        return SpanExportResult.SUCCESS


def request(observer: Observer) -> None:
    """One request, watched."""
    with _counted(observer), observer.request(TRACE):
        observer.identified("referent_cd", "suivi")
        observer.prepared("0" * 64, "query")
        for subgraph in SUBGRAPHS:
            with observer.within(Name.CALL, Side.CLIENT) as span:
                if span is not None:
                    span.tell({Attribute.SUBGRAPH: subgraph})
                with observer.within(Name.STATEMENT, Side.CLIENT):
                    pass
            if observer.meters is not None:
                observer.meters.called(subgraph, (), 0.001)
        with observer.within(Name.JOURNAL):
            pass
    if observer.meters is not None:
        observer.meters.served("/graphql", 200, 0.003)


@contextmanager
def _counted(observer: Observer) -> Iterator[None]:
    if observer.meters is None:
        yield
        return
    counted = Counted(observer.meters)
    with counted.under_way():
        yield
    counted.answered(200, (), executed=True)


def line() -> None:
    """The line of one request, made and thrown away."""
    FORMATTER.format(RECORD)


def microseconds(watched: Callable[[], None]) -> float:
    """The CPU of one request, in µs."""
    began = process_time()
    for _ in range(REQUESTS):
        watched()
    return (process_time() - began) / REQUESTS * 1e6


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.observing")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    ways = dict(observers())
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, observer in ways.items():
            times[way].append(microseconds(lambda observer=observer: request(observer)))  # type: ignore[misc]
    times["access line, as JSON"] = [microseconds(line) for _ in range(rounds)]
    for way, durations in times.items():
        print(f"{way:24} {median(durations):6.1f} µs per request")


if __name__ == "__main__":
    main()
