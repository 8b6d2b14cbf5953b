"""The metrics of a process: what they tell, where they are told, and to whom."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from hub.errors import StartRefused
from hub.http.metrics import MetricsApplication, MetricsListener
from hub.http.observed import Observed, route
from hub.observability.attributes import UNKNOWN_WORD
from hub.observability.meters import MOST_CODES, Meters
from hub.observability.observer import Counted
from hub.observability.request_facts import RequestFacts
from hub.observability.state import cache_metrics, key_set_metrics, limit_metrics
from hub.policy.enforce.enumeration_limit import EnumerationLimit, MissLimit
from hub.request_limit import RequestCount, RequestLimit
from schema.local_state import LocalState

TOKEN = "m" * 32


def samples(meters: Meters, prefix: str = "spie_") -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by name and label values, read back from the exposition."""
    families = list(text_string_to_metric_families(generate_latest(meters.registry).decode()))
    assert all(family.documentation for family in families)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith(prefix) and not sample.name.endswith(("_created", "_bucket"))
    }


def values_by_name(metrics: Iterable[Metric]) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by name and label values."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for metric in metrics for sample in metric.samples
    }


def test_the_counts_of_the_limits_are_told() -> None:
    limit, requests = EnumerationLimit(MissLimit(), LocalState()), RequestCount(RequestLimit(), LocalState())
    limit.missed, limit.refused, limit.found_total, limit.found_refused = 1, 2, 3, 4
    requests.refused["organisation"] = 6
    assert values_by_name(limit_metrics(limit, requests)) == {
        ("spie_people_missed_total", ()): 1,
        ("spie_misses_refused_total", ()): 2,
        ("spie_people_found_total", ()): 3,
        ("spie_found_refused_total", ()): 4,
        ("spie_requests_refused_total", ("actor",)): 0,
        ("spie_requests_refused_total", ("organisation",)): 6,
        ("spie_requests_refused_total", ("application",)): 0,
    }


def test_key_sets_are_told_by_issuer_and_outcome_whatever_the_issuers_name() -> None:
    name = 'https://"idp\\".example'
    read: Any = SimpleNamespace(
        issuer=SimpleNamespace(name=name), read_at=990, outcomes=Counter(READ=2, KEY_SET_TIMEOUT=1)
    )
    unread: Any = SimpleNamespace(issuer=SimpleNamespace(name="other"), read_at=None, outcomes=Counter())
    meters = Meters("hub", ())
    meters.tell(lambda: key_set_metrics([read, unread], lambda: 1_000))
    assert samples(meters, "spie_issuer") == {
        ("spie_issuer_keys_age_seconds", (name,)): 10,
        ("spie_issuer_keys_read_total", (name, "READ")): 2,
        ("spie_issuer_keys_read_total", (name, "KEY_SET_TIMEOUT")): 1,
    }


def test_each_cache_tells_its_memory_within_its_limit() -> None:
    EnumerationLimit(MissLimit(), LocalState())
    caches = {
        metric.name: {sample.labels["cache"]: sample.value for sample in metric.samples} for metric in cache_metrics()
    }
    limits = caches["spie_cache_limit_bytes"]
    assert caches["spie_cache_bytes"].keys() == caches["spie_cache_entries"].keys() == limits.keys()
    assert all(caches["spie_cache_bytes"][cache] <= limit for cache, limit in limits.items())


@pytest.mark.parametrize(
    ("status", "codes", "executed", "outcome"),
    [
        (200, (), True, "answered"),
        (200, ("SUBGRAPH_TIMEOUT",), True, "partial"),
        (200, ("DOCUMENT_INVALID",), False, "refused"),
        (401, ("TOKEN_MISSING",), False, "refused"),
        (429, ("TOO_MANY_REQUESTS",), False, "limited"),
        (503, ("JOURNAL_UNAVAILABLE",), False, "failed"),
        (503, ("CLIENT_GONE",), False, "abandoned"),
    ],
)
def test_a_request_is_counted_once_by_what_became_of_it(
    status: int, codes: tuple[str, ...], executed: bool, outcome: str
) -> None:
    meters = Meters("hub", ("dpo", "droits"))
    request = Counted(meters)
    with request.under_way():
        pass
    request.answered(status, codes, executed=executed)
    assert samples(meters, "spie_requests_total") == {("spie_requests_total", ("none", "none", outcome, "none")): 1}
    assert samples(meters, "spie_request_errors") == {("spie_request_errors_total", (code,)): 1 for code in codes}


def test_a_label_holds_no_word_but_those_of_the_contract_and_no_more_codes_than_its_bound() -> None:
    meters, facts = Meters("hub", ("dpo",)), RequestFacts()
    facts.kind, facts.purpose, facts.operation = "dpo", "MAËLLE", "query Maelle"
    meters.answered(facts, "answered", ["né le 3", *(f"CODE_{number}" for number in range(2 * MOST_CODES))], 0.1)
    meters.called("2881308105001", ["2881308105001"], 0.1)
    values = samples(meters)
    assert ("spie_requests_total", ("dpo", UNKNOWN_WORD, "answered", UNKNOWN_WORD)) in values
    assert ("spie_subgraph_errors_total", (UNKNOWN_WORD, UNKNOWN_WORD)) in values
    assert sum(name == "spie_request_errors_total" for name, _ in values) == MOST_CODES + 1


@pytest.mark.parametrize("path", ["/dossiers/MAËLLE", "/graphqlx", "//", "/sourcesMAËLLE/3"])
def test_a_path_that_is_none_of_ours_is_told_as_another(path: str) -> None:
    assert route(path) in ("other", "/")


def test_a_notification_is_told_without_who_sends_it() -> None:
    assert route("/webhooks/rdv-insertion/cd08") == "/webhooks"


async def test_an_http_request_is_counted_by_route_and_status_also_if_nobody_waits_for_it() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/readyz":
            await send({"type": "http.response.start", "status": 503, "headers": []})

    meters = Meters("hub", ())
    for path in ("/readyz", "/policy"):
        await Observed(application, meters)({"type": "http", "path": path}, None, _unheard)
    counts = {key: value for key, value in samples(meters, "spie_http").items() if not key[0].endswith("sum")}
    assert counts == {
        ("spie_http_seconds_count", ("/readyz", "503")): 1,
        ("spie_http_seconds_count", ("/policy", "499")): 1,
        ("spie_http_open", ()): 0,
    }


async def _unheard(message: Any) -> None:
    """Take a message and tell nobody."""


async def test_only_whoever_shows_the_token_reads_and_nothing_else_is_served() -> None:
    transport = httpx2.ASGITransport(MetricsApplication(Meters("hub", ()), TOKEN))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        good = {"authorization": f"Bearer {TOKEN}"}
        read = await client.get("/metrics", headers=good)
        assert (read.status_code, "process_resident_memory_bytes" in read.text) == (200, True)
        for headers in ({}, {"authorization": TOKEN}, {"authorization": f"Bearer {TOKEN}m"}):
            refused = await client.get("/metrics", headers=headers)
            assert (refused.status_code, refused.content) == (401, b"")
        assert (await client.post("/metrics", headers=good)).status_code == 405
        assert (await client.get("/", headers=good)).status_code == 404


def test_an_address_that_is_taken_stops_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(StartRefused) as caught:
        MetricsListener(Meters("hub", ()), "127.0.0.1", listener.getsockname()[1])
    assert caught.value.code == "METRICS_ADDRESS"
