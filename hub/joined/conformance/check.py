"""A check of one numbered sentence of docs/contrat-sous-graphe.md, and its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hub.joined.conformance.caller import Caller

Trials = Callable[[Caller], Iterator[tuple[str, bool]]]
"""What was tried (French, without a value), and whether the subgraph did as the sentence says; none where the seeds
have nothing to try it on."""


class Result(StrEnum):
    """The outcome of a check."""

    PASSED = "tenue"
    FAILED = "NON TENUE"
    UNTRIED = "non éprouvée"


@dataclass(frozen=True, slots=True)
class Check:
    """The trials of one sentence, by its number."""

    sentence: str
    trials: Trials


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a sentence, how many trials it had, and those that failed."""

    sentence: str
    result: Result
    trials: int
    failures: tuple[str, ...]


def run(checks: tuple[Check, ...], caller: Caller) -> Iterator[Outcome]:
    """Run checks one after the other; raises StartRefused if the subgraph does not answer."""
    for check in checks:
        trials = list(check.trials(caller))
        failures = tuple(name for name, passed in trials if not passed)
        result = Result.FAILED if failures else Result.PASSED if trials else Result.UNTRIED
        yield Outcome(check.sentence, result, len(trials), failures)
