"""Errors of the federation engine: stable codes and English messages; whoever serves them finds words by code.

    FederationError               anything that the engine refuses or can't do
    ├── RuleViolation             hub.federation.compose: one rule that the subgraphs violate
    ├── CompositionFailed         hub.federation.compose: the violations for which there is no supergraph
    ├── SupergraphRefused         hub.federation.supergraph_reader: a text that is no supported supergraph
    ├── ConfigurationRefused      TLS files and shares of override labels that can't be used
    ├── OperationRefused          an operation without a normal form or a plan, or that costs too much
    └── FieldFailure              hub.federation.execution: one path of an answer is null, and why

`code` is part of the public interface: it never changes meaning. `message` is for developers and logs; `parameters` are
the values in it, for whoever writes a message of their own. None holds a value of a client or of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

Path = tuple[str | int, ...]


class FederationError(Exception):
    """Root of the tree. `path` is a response path of the client, None for what concerns no field of an answer."""

    def __init__(
        self,
        code: str,
        message: str,
        parameters: Mapping[str, Any] = MappingProxyType({}),
        *,
        path: Path | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.parameters = parameters
        self.path = path


class RuleViolation(FederationError):
    """A composition rule that subgraphs violate at one coordinate. `problem` and `remedy` have no full stop."""

    def __init__(self, code: str, coordinate: str, subgraphs: Iterable[str], problem: str, remedy: str) -> None:
        names = tuple(sorted(set(subgraphs)))
        super().__init__(
            code,
            f"{coordinate} ({', '.join(names)}): {problem}. {remedy}.",
            {"coordinate": coordinate, "subgraphs": names, "problem": problem, "remedy": remedy},
        )
        self.coordinate = coordinate
        self.subgraphs = names
        self.problem = problem
        self.remedy = remedy


class CompositionFailed(FederationError):
    """The subgraphs do not make one graph; `failures` are all the violations of the first stage that found any."""

    def __init__(self, failures: Sequence[RuleViolation]) -> None:
        super().__init__("COMPOSITION_FAILED", "\n".join(map(str, failures)))
        self.failures = tuple(failures)


class SupergraphRefused(FederationError):
    """A supergraph that the engine does not serve."""


class ConfigurationRefused(FederationError):
    """Settings that the engine can't be started with."""


class OperationRefused(FederationError):
    """An operation that is not planned; where a code has several causes, `parameters["reason"]` is one of them."""


class FieldFailure(FederationError):
    """One path of an answer is null; the rest stands. `parameters` may name the subgraph, and an argument (`input`)
    with the code of the form that it lacks (`expected`)."""
