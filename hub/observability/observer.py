"""What watches the steps of a process: meters count all of them, spans tell those of the requests that are traced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from hub.observability.attributes import Name, Stage
from hub.observability.meters import STAGES, Meters, Timed
from hub.observability.request_facts import RequestFacts, current_facts
from hub.observability.spans import UNWATCHED, Side, Spans, Step


class Observer:
    """The meters of a process, its spans, or both."""

    def __init__(self, meters: Meters | None, spans: Spans | None) -> None:
        self.meters, self.spans = meters, spans

    def request(self, trace: str) -> Step:
        """The span of a client's request."""
        return UNWATCHED if self.spans is None else self.spans.request(trace)

    def continued(self, sent: bytes) -> Step:
        """The span of a hub's call in the subgraph's process, by its header."""
        return UNWATCHED if self.spans is None else self.spans.continued(sent)

    def within(self, name: Name, side: Side = Side.INTERNAL) -> Step:
        """The step of this name: its span, if the request is traced, and its time."""
        span = UNWATCHED if self.spans is None else self.spans.within(name, side)
        return span if self.meters is None or name not in STAGES else Timed(self.meters.stage(name), span)

    def stage(self, stage: Stage) -> Step:
        """The time of a stage of the current request."""
        return UNWATCHED if self.meters is None else Timed(self.meters.stage(stage), UNWATCHED)

    def identified(self, kind: str, purpose: str) -> None:
        """Note kind of actor and purpose in the span of the current request."""
        if self.spans is not None:
            self.spans.identified(kind, purpose)

    def prepared(self, digest: str, kind: str) -> None:
        """Note the hash of the current request's operation, as in the journal, and its kind."""
        if (facts := current_facts.get()) is not None:
            facts.operation = kind
        if self.spans is not None:
            self.spans.prepared(digest, kind)


class Counted:
    """A GraphQL request, counted when `answered` has told what became of it; one that is cancelled is not."""

    __slots__ = ("_began", "_facts", "_meters")

    def __init__(self, meters: Meters) -> None:
        self._meters, self._facts, self._began = meters, current_facts.get() or RequestFacts(), perf_counter()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Let the stages note what they find out."""
        before = current_facts.set(self._facts)
        try:
            yield
        finally:
            current_facts.reset(before)

    def answered(self, status: int, codes: Sequence[str], *, executed: bool) -> None:
        """Count the request."""
        outcome = _outcome(status, codes, executed=executed)
        self._meters.answered(self._facts, outcome, codes, perf_counter() - self._began)


def _outcome(status: int, codes: Sequence[str], *, executed: bool) -> str:
    """What became of a request: all of it or a part was answered, it was refused, limited, abandoned, or failed."""
    if executed:
        return "partial" if codes else "answered"
    if "CLIENT_GONE" in codes:
        return "abandoned"
    if status >= 500:
        return "failed"
    return "limited" if status == 429 else "refused"
