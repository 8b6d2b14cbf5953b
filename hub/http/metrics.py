"""`GET /metrics`: counts of this process in the text format of Prometheus (0.0.4). No label names a person or a field.

The counts are read when they are asked for, from the parts that keep them: counting costs a request nothing, and
nothing of the library's global registry is served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from hub.identity.remote_keys import RemoteKeys
from hub.policy.enforce.enumeration_limit import EnumerationLimit
from hub.request_limit import RequestCount
from schema.lru import cache_sizes


class HubMetrics(Collector):
    """The metrics of a hub at one moment, `now` (Unix seconds); `remote` are the key sets read over the network."""

    def __init__(
        self,
        limit: EnumerationLimit,
        requests: RequestCount,
        remote: Iterable[RemoteKeys],
        now: int,
        counters: Sequence[Metric] = (),
    ) -> None:
        self._requests = requests
        self._limit, self._remote, self._now, self._counters = limit, list(remote), now, counters

    def collect(self) -> Iterator[Metric]:
        """Each metric with its samples."""
        limit = self._limit
        yield CounterMetricFamily(
            "spie_people_missed_total", "People asked for or searched for who were not there.", limit.missed
        )
        yield CounterMetricFamily(
            "spie_misses_refused_total", "Requests refused for too many such misses.", limit.refused
        )
        yield CounterMetricFamily(
            "spie_people_found_total", "People found by searches of the whole country.", limit.found_total
        )
        yield CounterMetricFamily(
            "spie_found_refused_total", "Requests refused for too many people so found.", limit.found_refused
        )
        refused = CounterMetricFamily(
            "spie_requests_refused_total", "Requests refused for too many of them, by whose they are.", labels=["of"]
        )
        for name, count in self._requests.refused.items():
            refused.add_metric([name], count)
        yield refused
        yield from self._counters
        yield from _caches()
        if self._remote:
            yield from self._key_sets()

    def _key_sets(self) -> Iterator[Metric]:
        age = GaugeMetricFamily("spie_issuer_keys_age_seconds", "Age of an issuer's key set.", labels=["issuer"])
        readings = CounterMetricFamily("spie_issuer_keys_read_total", "Readings of it.", labels=["issuer", "outcome"])
        for keys in self._remote:
            if keys.read_at is not None:
                age.add_metric([keys.issuer.name], self._now - keys.read_at)
            for outcome, count in sorted(keys.outcomes.items()):
                readings.add_metric([keys.issuer.name, outcome], count)
        yield age
        yield readings


def _caches() -> Iterator[Metric]:
    """The size of each cache of the process, and its bound."""
    used = GaugeMetricFamily("spie_cache_bytes", "Memory that a cache takes, estimated.", labels=["cache"])
    limit = GaugeMetricFamily("spie_cache_limit_bytes", "Most memory that it may take.", labels=["cache"])
    entries = GaugeMetricFamily("spie_cache_entries", "Entries that it holds.", labels=["cache"])
    for name, size in cache_sizes().items():
        used.add_metric([name], size.bytes)
        limit.add_metric([name], size.limit)
        entries.add_metric([name], size.entries)
    yield from (used, limit, entries)


def exposition(metrics: Collector) -> Response:
    """The response with these metrics."""
    return Response(generate_latest(metrics), media_type=CONTENT_TYPE_PLAIN_0_0_4)
