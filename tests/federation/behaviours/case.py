"""A behaviour of the engine: small subgraphs, a query, the answer and the plan (`tests/plans/NAME.txt`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.federation.harness import HEAD, Find, Part


@dataclass(frozen=True, slots=True)
class Case:
    """`calls`: the subgraphs that are asked, once per request, in the order of the graph; `failed`: paths of errors."""

    name: str
    parts: Sequence[Part]
    query: str
    data: Any
    calls: Sequence[str]
    variables: Mapping[str, Any] = field(default_factory=dict)
    failed: Sequence[list[str | int]] = ()


def part(
    name: str,
    sdl: str,
    root: Mapping[str, Any] | None = None,
    find: Mapping[str, Find] | None = None,
    resolvers: Mapping[str, Callable[..., Any]] | None = None,
    *,
    head: str = HEAD,
) -> Part:
    """A subgraph; `head=""` for one of Federation 1."""
    return Part(name, head + sdl, root or {}, find or {}, resolvers or {})


def by(key: str, *objects: dict[str, Any]) -> Find:
    """Entities looked up by one field."""
    return lambda representation: next((object_ for object_ in objects if object_[key] == representation[key]), None)


def from_required(name: str, make: Callable[[Any], Any] = lambda value: value) -> Callable[..., Any]:
    """A resolver that computes from a required field as it was passed."""
    return lambda value, info, **arguments: make(value["__representation"][name])
