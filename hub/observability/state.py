"""What a process holds at the moment when its metrics are read: caches, pools, journal, limits, key sets, circuits.

Nothing here is counted while a request is answered: the parts keep these numbers for themselves, and tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hub.fair_worker import FairWorker
from hub.federation.client.http1 import HttpTransport
from hub.identity.remote_keys import RemoteKeys
from hub.journal.write.group_commit import Journal
from hub.journal.write.outside_copies import OutsideCopies
from hub.live_queries import LiveQueries
from hub.observability.meters import Meters
from hub.pipeline import Pipeline
from hub.policy.enforce.enumeration_limit import EnumerationLimit
from hub.request_limit import RequestCount
from hub.version import commit, release
from schema.lru import cache_sizes
from schema.shared_state import SharedState
from subgraphs.kit.transactions import Database

if TYPE_CHECKING:
    from hub.observability.exporter import Exporter


def tell_subgraph(
    meters: Meters, policy: str, databases: Mapping[str, Database], state: SharedState | None = None
) -> None:
    """Add to the meters of a process what it holds: version and policy, pools, caches, and how it reaches the shared
    state, if there is one."""
    meters.tell(partial(build_metrics, meters.role, policy))
    meters.tell(partial(pool_metrics, databases))
    meters.tell(cache_metrics)
    if state is not None and state.figures is not None:
        meters.tell(partial(shared_state_metrics, state))


def tell_hub(
    meters: Meters,
    pipeline: Pipeline,
    journal: Journal,
    copies: OutsideCopies,
    databases: Mapping[str, Database],
    remote: Mapping[str, HttpTransport],
    state: SharedState,
) -> None:
    """Add to the meters of a hub what it holds, and its limits, key sets, journal and calls."""
    tell_subgraph(meters, pipeline.table.digest, databases, state)
    meters.tell(partial(limit_metrics, pipeline.enumeration_limit, pipeline.request_count))
    meters.tell(partial(key_set_metrics, pipeline.authenticator.remote.values(), pipeline.clock))
    meters.tell(partial(journal_metrics, journal, copies))
    meters.tell(partial(transport_metrics, remote))


def build_metrics(role: str, policy: str | None) -> Iterator[Metric]:
    """Which version runs as which role, under which policy (digest)."""
    build = GaugeMetricFamily("spie_build_info", "1, for what runs.", labels=["version", "commit", "role", "policy"])
    build.add_metric([release(), commit() or "", role, policy or ""], 1)
    yield build


def cache_metrics() -> Iterator[Metric]:
    """The size of each cache of the process, and its bound."""
    used = GaugeMetricFamily("spie_cache_bytes", "Memory that a cache takes, estimated.", labels=["cache"])
    limit = GaugeMetricFamily("spie_cache_limit_bytes", "Most memory that it may take.", labels=["cache"])
    entries = GaugeMetricFamily("spie_cache_entries", "Entries that it holds.", labels=["cache"])
    for name, size in cache_sizes().items():
        used.add_metric([name], size.bytes)
        limit.add_metric([name], size.limit)
        entries.add_metric([name], size.entries)
    yield from (used, limit, entries)


def shared_state_metrics(state: SharedState) -> Iterator[Metric]:
    """Whether the shared state is reached, what was asked of it, and how often it went."""
    figures = state.figures
    if figures is None:
        return
    yield GaugeMetricFamily("spie_shared_state_up", "1 while the shared state is reached, else 0.", int(state.is_open))
    yield GaugeMetricFamily(
        "spie_shared_state_current", "1 while it is known who is revoked, else 0.", int(state.is_current)
    )
    yield CounterMetricFamily("spie_shared_state_trips_total", "Round trips to it.", figures.trips)
    yield CounterMetricFamily("spie_shared_state_commands_total", "Commands in them.", figures.commands)
    losses = CounterMetricFamily("spie_shared_state_losses_total", "How often it went.", labels=["failure"])
    for failure, count in sorted(figures.losses.items()):
        losses.add_metric([failure], count)
    yield losses


def limit_metrics(limit: EnumerationLimit, requests: RequestCount) -> Iterator[Metric]:
    """What the limits counted and refused."""
    yield CounterMetricFamily(
        "spie_people_missed_total", "People asked for or searched for who were not there.", limit.missed
    )
    yield CounterMetricFamily("spie_misses_refused_total", "Requests refused for too many such misses.", limit.refused)
    yield CounterMetricFamily(
        "spie_people_found_total", "People found by searches of the whole country.", limit.found_total
    )
    yield CounterMetricFamily(
        "spie_found_refused_total", "Requests refused for too many people so found.", limit.found_refused
    )
    yield request_limit_metric(requests)


def request_limit_metric(requests: RequestCount) -> Metric:
    """The requests that were too many."""
    refused = CounterMetricFamily(
        "spie_requests_refused_total", "Requests refused for too many of them, by whose they are.", labels=["of"]
    )
    for name, count in requests.refused.items():
        refused.add_metric([name], count)
    return refused


def key_set_metrics(remote: Iterable[RemoteKeys], clock: Callable[[], int]) -> Iterator[Metric]:
    """Of each key set that is read over the network its age and how readings ended."""
    age = GaugeMetricFamily("spie_issuer_keys_age_seconds", "Age of an issuer's key set.", labels=["issuer"])
    readings = CounterMetricFamily("spie_issuer_keys_read_total", "Readings of it.", labels=["issuer", "outcome"])
    for keys in remote:
        if keys.read_at is not None:
            age.add_metric([keys.issuer.name], clock() - keys.read_at)
        for outcome, count in sorted(keys.outcomes.items()):
            readings.add_metric([keys.issuer.name, outcome], count)
    yield from (age, readings)


def pool_metrics(databases: Mapping[str, Database]) -> Iterator[Metric]:
    """The connections and statements of each database role."""
    used = GaugeMetricFamily("spie_pool_connections", "Connections of a role.", labels=["role", "state"])
    limit = GaugeMetricFamily("spie_pool_limit", "Most connections of a role.", labels=["role"])
    waiting = GaugeMetricFamily("spie_pool_waiting", "Requests that wait for a connection.", labels=["role"])
    statements = CounterMetricFamily("spie_statements_total", "Data statements of a role.", labels=["role"])
    for role, database in sorted(databases.items()):
        use = database.connections.use
        used.add_metric([role, "in_use"], use.in_use)
        used.add_metric([role, "idle"], use.idle)
        limit.add_metric([role], use.limit)
        waiting.add_metric([role], use.waiting)
        statements.add_metric([role], database.statements)
    yield from (used, limit, waiting, statements)


def transport_metrics(remote: Mapping[str, HttpTransport]) -> Iterator[Metric]:
    """The circuit and the connections of each subgraph elsewhere."""
    circuit = GaugeMetricFamily(
        "spie_subgraph_circuit_open", "1 while a subgraph is left alone after failures, else 0.", labels=["subgraph"]
    )
    waiting = GaugeMetricFamily("spie_subgraph_calls_waiting", "Calls that wait for a connection.", labels=["subgraph"])
    idle = GaugeMetricFamily("spie_subgraph_connections_idle", "Connections kept.", labels=["subgraph"])
    for name, transport in sorted(remote.items()):
        load = transport.load
        circuit.add_metric([name], int(load.is_left_alone))
        waiting.add_metric([name], load.waiting)
        idle.add_metric([name], load.idle)
    yield from (circuit, waiting, idle)


def journal_metrics(journal: Journal, copies: OutsideCopies) -> Iterator[Metric]:
    """What the journal has before it."""
    backlog = journal.backlog
    yield GaugeMetricFamily("spie_journal_up", "1 if the last entries were written, else 0.", int(journal.writing))
    yield GaugeMetricFamily("spie_journal_waiting", "Entries that no commit has yet.", backlog.waiting)
    yield GaugeMetricFamily("spie_journal_lag_seconds", "Since when the oldest of them waits.", backlog.lag)
    yield GaugeMetricFamily(
        "spie_journal_unsigned_entries", "Committed entries that no checkpoint covers.", backlog.unsigned
    )
    yield GaugeMetricFamily(
        "spie_checkpoint_copies_waiting", "Checkpoints that wait to be sent out of the database.", copies.waiting
    )


def work_metrics(worker: FairWorker, live: LiveQueries) -> Iterator[Metric]:
    """What waits for its preparation, and the queries that stay open."""
    yield GaugeMetricFamily("spie_preparations_waiting", "Documents that wait for their turn.", worker.waiting)
    yield GaugeMetricFamily("spie_streams_open", "Live queries that are open.", live.open)


def span_metrics(exporter: Exporter) -> Iterator[Metric]:
    """The spans that were delivered and lost."""
    yield CounterMetricFamily("spie_spans_delivered_total", "Spans that the collector took.", exporter.delivered)
    yield CounterMetricFamily(
        "spie_spans_dropped_total", "Spans that it did not, or that found the queue full.", exporter.lost()
    )
