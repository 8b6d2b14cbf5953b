"""The counts and times of one process, in a registry of its own (prometheus-client; decision 0123).

Every label takes its values from a closed list: kinds of actors, purposes, subgraphs, stages and codes of this program.
No label names a person, an agent or an organisation of actors, and none holds text of a client.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from time import perf_counter
from types import TracebackType
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from hub.observability.attributes import UNKNOWN_WORD, Name, Stage, is_code
from hub.observability.request_facts import NONE, RequestFacts
from hub.observability.spans import ActiveSpan, Step

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes of times."""
GROUPS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of the classes of group sizes."""
MOST_CODES = 300
"""Codes of errors that a process tells apart; all others count as one."""
STAGES: tuple[Name | Stage, ...] = (
    *Stage,
    Name.PREPARE,
    Name.AUTHORISE,
    Name.PLAN,
    Name.STATEMENT,
    Name.JOURNAL,
)
"""The stages that are timed, beside the calls of subgraphs."""

Read: TypeAlias = Callable[[], Iterable[Metric]]
ReadLater: TypeAlias = Callable[[], Awaitable[Iterable[Metric]]]


class Meters:
    """The meters of the process that has this `role`; `words` are the kinds of actors, purposes and subgraphs of the
    contract. `tell` and `tell_later` add what is read, not counted, when somebody asks."""

    def __init__(self, role: str, words: Collection[str]) -> None:
        self.role, self._words, self._codes = role, frozenset(words) | {NONE, "query", "mutation"}, set[str]()
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._state = _State()
        self.registry.register(self._state)
        registry = self.registry
        self._requests = Counter(
            "spie_requests", "GraphQL requests.", ["actor_kind", "purpose", "operation", "outcome"], registry=registry
        )
        self._request_seconds = Histogram(
            "spie_request_seconds",
            "Time of a GraphQL request.",
            ["operation", "outcome"],
            buckets=SECONDS,
            registry=registry,
        )
        self._errors = Counter("spie_request_errors", "Errors of answers, by code.", ["code"], registry=registry)
        self._http = Histogram(
            "spie_http_seconds", "Time of an HTTP request.", ["route", "status"], buckets=SECONDS, registry=registry
        )
        self._open = Gauge("spie_http_open", "HTTP requests under way.", registry=registry)
        self._stages = Histogram(
            "spie_stage_seconds", "Time of a stage.", ["stage"], buckets=SECONDS, registry=registry
        )
        self._calls = Histogram(
            "spie_subgraph_call_seconds", "Time of a subgraph call.", ["subgraph"], buckets=SECONDS, registry=registry
        )
        self._call_errors = Counter(
            "spie_subgraph_errors", "Calls of subgraphs with errors.", ["subgraph", "code"], registry=registry
        )
        self._groups = Histogram(
            "spie_journal_group_size",
            "Entries that one commit of the journal takes.",
            buckets=GROUPS,
            registry=registry,
        )
        self._commits = Histogram(
            "spie_journal_commit_seconds", "Time of a commit of the journal.", buckets=SECONDS, registry=registry
        )
        self._lost = Counter("spie_journal_failures", "Commits of the journal that failed.", registry=registry)
        self._stage_seconds = {name: self._stages.labels(name.value) for name in STAGES}

    def tell(self, read: Read) -> None:
        """Add metrics that are read at each collection."""
        self._state.reads.append(read)

    def tell_later(self, read: ReadLater) -> None:
        """Add metrics that are read by `refresh`, before a collection."""
        self._state.later.append(read)

    async def refresh(self) -> None:
        """Read what takes waiting."""
        self._state.latest = [metric for read in self._state.later for metric in await read()]

    def answered(self, facts: RequestFacts, outcome: str, codes: Sequence[str], seconds: float) -> None:
        """Count one GraphQL request."""
        kind, purpose, operation = map(self._word, (facts.kind, facts.purpose, facts.operation))
        self._requests.labels(kind, purpose, operation, outcome).inc()
        self._request_seconds.labels(operation, outcome).observe(seconds)
        for code in codes:
            self._errors.labels(self._code(code)).inc()

    def served(self, route: str, status: int, seconds: float) -> None:
        """Count one HTTP request; `route` is one of the program's own."""
        self._http.labels(route, str(status)).observe(seconds)

    @property
    def open_requests(self) -> Gauge:
        """The gauge of HTTP requests under way."""
        return self._open

    def stage(self, name: Name | Stage) -> Histogram:
        """The times of a stage, one of `STAGES`."""
        return self._stage_seconds[name]

    def called(self, subgraph: str, codes: Collection[str], seconds: float) -> None:
        """Count one call of a subgraph, with the codes of its errors."""
        name = self._word(subgraph)
        self._calls.labels(name).observe(seconds)
        for code in codes:
            self._call_errors.labels(name, self._code(code)).inc()

    def committed(self, entries: int, seconds: float) -> None:
        """Count one commit of the journal."""
        self._groups.observe(entries)
        self._commits.observe(seconds)

    def not_committed(self) -> None:
        """Count one commit of the journal that failed."""
        self._lost.inc()

    def _word(self, value: str) -> str:
        return value if value in self._words else UNKNOWN_WORD

    def _code(self, code: str) -> str:
        if code in self._codes:
            return code
        if len(self._codes) >= MOST_CODES or not is_code(code):
            return UNKNOWN_WORD
        self._codes.add(code)
        return code


class Timed:
    """A context whose time is observed, around that of a span."""

    __slots__ = ("_began", "_inner", "_times")

    def __init__(self, times: Histogram, inner: Step) -> None:
        self._times, self._inner = times, inner

    def __enter__(self) -> ActiveSpan | None:
        self._began = perf_counter()
        return self._inner.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._inner.__exit__(kind, error, at)
        self._times.observe(perf_counter() - self._began)


class _State(Collector):
    """The metrics that are read when somebody asks."""

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.later: list[ReadLater] = []
        self.latest: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """Each metric with its samples."""
        for read in self.reads:
            yield from read()
        yield from self.latest
