"""`GET /metrics`: names, types and values of the counts, in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

from prometheus_client.core import CounterMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from hub.http.metrics import HubMetrics, exposition
from hub.policy.enforce.enumeration_limit import EnumerationLimit, MissLimit
from hub.request_limit import RequestCount, RequestLimit


def samples(remote: list[Any], *counters: CounterMetricFamily) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by name and label values, read back from the exposition, without those of caches."""
    limit = EnumerationLimit(MissLimit())
    limit.missed, limit.refused, limit.found_total, limit.found_refused = 1, 2, 3, 4
    requests = RequestCount(RequestLimit())
    requests.refused["organisation"] = 6
    response = exposition(HubMetrics(limit, requests, remote, 1_000, counters))
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(bytes(response.body).decode()))
    assert all(family.documentation for family in families)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.startswith("spie_cache_")
    }


def test_the_limits_counts_and_those_of_tracing_are_told() -> None:
    assert samples([], CounterMetricFamily("spie_spans_dropped_total", "Dropped.", 5)) == {
        ("spie_people_missed_total", ()): 1,
        ("spie_misses_refused_total", ()): 2,
        ("spie_people_found_total", ()): 3,
        ("spie_found_refused_total", ()): 4,
        ("spie_requests_refused_total", ("actor",)): 0,
        ("spie_requests_refused_total", ("organisation",)): 6,
        ("spie_requests_refused_total", ("application",)): 0,
        ("spie_spans_dropped_total", ()): 5,
    }


def test_key_sets_are_told_by_issuer_and_outcome_whatever_the_issuers_name() -> None:
    name = 'https://"idp\\".example'
    read = SimpleNamespace(issuer=SimpleNamespace(name=name), read_at=990, outcomes=Counter(READ=2, KEY_SET_TIMEOUT=1))
    unread = SimpleNamespace(issuer=SimpleNamespace(name="other"), read_at=None, outcomes=Counter())
    values = samples([read, unread])
    assert {key: value for key, value in values.items() if "issuer" in key[0]} == {
        ("spie_issuer_keys_age_seconds", (name,)): 10,
        ("spie_issuer_keys_read_total", (name, "READ")): 2,
        ("spie_issuer_keys_read_total", (name, "KEY_SET_TIMEOUT")): 1,
    }


def test_each_cache_tells_its_memory_within_its_limit() -> None:
    response = exposition(HubMetrics(EnumerationLimit(MissLimit()), RequestCount(RequestLimit()), [], 1_000, ()))
    families = text_string_to_metric_families(bytes(response.body).decode())
    caches = {
        family.name: {sample.labels["cache"]: sample.value for sample in family.samples}
        for family in families
        if family.name.startswith("spie_cache_")
    }
    limits = caches["spie_cache_limit_bytes"]
    assert "buckets" in limits
    assert caches["spie_cache_bytes"].keys() == caches["spie_cache_entries"].keys() == limits.keys()
    assert all(caches["spie_cache_bytes"][cache] <= limit for cache, limit in limits.items())
