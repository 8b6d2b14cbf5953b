"""Spans are sent only to the collector of the settings, and never delay a request."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import StartRefused
from hub.federation.client.tls import client_tls, server_tls
from hub.observability import exporter as export
from hub.observability.attributes import Name
from hub.observability.exporter import Exporter
from hub.observability.instrumentation import Instrumentation, NotedPurposes, instrumentation
from hub.observability.spans import Spans, header
from hub.observability.trace_settings import TraceSettings
from tests.federation.authority import Authority
from tests.observability.collector import Collector, collecting
from tests.pinned_graph import graph

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


def spans_of(exporter: Exporter, ratio: float = 1.0) -> Spans:
    return Spans(exporter.take, ratio)


def requests(spans: Spans, count: int) -> None:
    for _ in range(count):
        with spans.request(TRACE):
            pass


def test_a_machine_on_which_tls_can_not_be_set_up_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "absent" / "keys"))
    client_tls.cache_clear()
    with pytest.raises(StartRefused) as caught:
        Exporter(TraceSettings("https://127.0.0.1/v1/traces"), "spie-hub", frozenset())
    assert caught.value.code == "TLS_INVALID"


async def test_every_span_is_delivered_by_the_end(collector: Collector) -> None:
    exporter = Exporter(collector.traces, "spie-hub", frozenset())
    requests(spans_of(exporter), 1_000)
    await exporter.close()
    assert [span.trace for span in collector.spans()] == [TRACE] * 1_000
    assert (exporter.delivered, exporter.lost()) == (1_000, 0)


async def test_what_finds_the_queue_full_is_dropped_and_counted(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "DELAY", 60.0)
    exporter = Exporter(collector.traces, "spie-hub", frozenset(), queue=10)
    requests(spans_of(exporter), 25)
    assert exporter.lost() == 15
    await exporter.close()
    assert (len(collector.spans()), exporter.delivered, exporter.lost()) == (10, 10, 15)


@pytest.mark.parametrize("status", [302, 400, 503])
async def test_what_the_collector_refuses_is_dropped_and_counted(collector: Collector, status: int) -> None:
    collector.status = status
    exporter = Exporter(collector.traces, "spie-hub", frozenset())
    requests(spans_of(exporter), 3)
    await exporter.close()
    assert (exporter.delivered, exporter.lost()) == (0, 3)
    assert len({*collector.bodies}) == 1, "the same again, if at all"


async def test_a_collector_that_is_down_or_says_nothing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "STOP", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        down = socket.create_server(("127.0.0.1", 0))
        ports = [silent.getsockname()[1], down.getsockname()[1]]
        down.close()
        for port in ports:
            exporter = Exporter(TraceSettings(f"http://127.0.0.1:{port}/v1/traces"), "spie-hub", frozenset())
            requests(spans_of(exporter), export.BATCH + 5)
            await exporter.close()
            assert exporter.delivered == 0
            assert exporter.lost() >= 5
            requests(spans_of(exporter), 1)
            assert exporter.lost() >= 6


async def test_the_environment_neither_sends_the_spans_elsewhere_nor_adds_to_them(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        elsewhere = f"http://127.0.0.1:{trap.getsockname()[1]}"
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "HTTP_PROXY", "http_proxy",
                     "ALL_PROXY"):  # fmt: skip
            monkeypatch.setenv(name, elsewhere)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "who=canari")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "who=canari")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "who=canari")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "canari")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
        monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0")
        exporter = Exporter(collector.traces, "spie-hub", frozenset())
        requests(spans_of(exporter), 1)
        await exporter.close()
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert [span.service for span in collector.spans()] == ["spie-hub"]
    assert b"canari" not in collector.received()


async def test_a_collector_whose_certificate_is_of_other_authorities_gets_nothing(tmp_path: Path) -> None:
    ours, foreign = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    ours.issue("collector")
    tls = server_tls(tmp_path / "collector.pem", tmp_path / "collector.key")
    with collecting(tls) as collector:
        for authority, delivered in ((foreign, 0), (ours, 1)):
            exporter = Exporter(TraceSettings(collector.url, authority.path), "spie-hub", frozenset())
            requests(spans_of(exporter), 1)
            await exporter.close()
            assert (exporter.delivered, exporter.lost()) == (delivered, 1 - delivered)
    assert len(collector.spans()) == 1


async def test_a_request_that_is_not_watched_makes_no_span_below_it_either(collector: Collector) -> None:
    exporter = Exporter(collector.traces, "spie-hub", frozenset())
    spans = spans_of(exporter, ratio=1e-12)
    with spans.request(TRACE) as watch, spans.within(Name.CALL) as below:
        spans.identified("referent_cd", "suivi")
        assert (watch, below, header()) == (None, None, None)
    await exporter.close()
    assert collector.bodies == []


async def test_only_a_whole_header_of_the_hub_is_continued(collector: Collector) -> None:
    exporter = Exporter(collector.traces, "spie-hub", frozenset())
    spans = spans_of(exporter)
    for sent in (
        b"",
        f"00-{TRACE}-b7ad6b7169203331-00".encode(),
        f"00-{'0' * 32}-b7ad6b7169203331-01".encode(),
        f"00-{TRACE}-{'0' * 16}-01".encode(),
        f"01-{TRACE}-b7ad6b7169203331-01".encode(),
        f"00-{TRACE}-b7ad6b7169203331-01-who".encode(),
    ):
        with spans.continued(sent) as watch:
            assert watch is None
    with spans.continued(f"00-{TRACE}-b7ad6b7169203331-01".encode()) as watch:
        assert watch is not None
        watch.exported = True
    await exporter.close()
    assert [(span.trace, span.parent) for span in collector.spans()] == [(TRACE, "b7ad6b7169203331")]


def test_without_traces_nothing_is_watched() -> None:
    assert type(instrumentation(None, "spie-hub", graph())) is Instrumentation
    assert type(Instrumentation().purposes({}, {})) is NotedPurposes


def test_without_the_extra_traces_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hub.observability.exporter", None)
    with pytest.raises(StartRefused) as caught:
        instrumentation(TraceSettings("http://127.0.0.1:1/"), "spie-hub", graph())
    assert caught.value.code == "TRACES_EXTRA_MISSING"
    assert "pip install 'spie-hub[otel]'" in caught.value.message
