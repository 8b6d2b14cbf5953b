"""A decision (the effect and the reason on a coordinate) and the decisions of one actor kind and purpose.

docs/policy.md#rule-1 and docs/policy.md#rule-8; `hub.policy.decide.decision_table` makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from hub.policy.decide.classification import Classification
from hub.policy.decide.policy_model import Policy
from schema.context import PAGE
from schema.residual import Clause, Residual, Rule

NEVER = Rule()
"""The rule without clauses, which holds of no row."""


class Effect(StrEnum):
    """The effect of a decision on a coordinate; where rows matter, the rule's clauses decide further.

    `MATCH` and `WRITE` are effects of an input: it finds persons by a value that they have, and the value is not
    answered; or its value is written."""

    OPEN = "open"
    ALLOW = "allow"
    MASK = "mask"
    MATCH = "match"
    WRITE = "write"
    DENY = "deny"


class Reason(StrEnum):
    """Stable reason codes of `extensions.access`."""

    NOT_YOUR_ROW = "NOT_YOUR_ROW"
    FIELD_NOT_FOR_PURPOSE = "FIELD_NOT_FOR_PURPOSE"
    FIELD_NOT_FOR_ACTOR = "FIELD_NOT_FOR_ACTOR"
    FIELD_NOT_FOR_CLIENT = "FIELD_NOT_FOR_CLIENT"
    OPPOSITION = "OPPOSITION"
    RETENTION_ENDED = "RETENTION_ENDED"
    NOT_HELD = "NOT_HELD"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN_INPUT = "FORBIDDEN_INPUT"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one coordinate.

    `rules`: ids of the grants, prohibition or reduction behind it; `instead`: the sibling that may be read; `required`:
    the requirement that denied it (docs/policy.md#rule-7); `granted_for`: the purposes, separated by ", ", for which it
    is granted; `silent`: what happens silently to some of its values (`DROP`, `COARSEN`; docs/policy.md#rule-8).
    """

    effect: Effect
    reason: Reason | None = None
    rule: Rule = NEVER
    rules: tuple[str, ...] = ()
    instead: str | None = None
    required: str | None = None
    granted_for: str | None = None
    silent: str | None = None


@dataclass(frozen=True)
class DecisionClass:
    """Every decision for one actor kind and purpose; equal classes have equal ids and share plans.

    `client`: the scope of the application through which the actor asks, None if it asks directly; `matches` and
    `writes`: the decision on each input that finds persons, and on each that is written; `rows`: by personal type, when
    a row exists; `identity`: when a person's identity is readable in full; `retentions` and `items` as in `Residual`;
    `policy` and `schema`: the inputs of the decisions.
    """

    kind: str
    purpose: str
    decisions: Mapping[str, Decision]
    matches: Mapping[str, Decision]
    writes: Mapping[str, Decision]
    rows: Mapping[str, Rule]
    identity: tuple[Clause, ...]
    retentions: tuple[tuple[int, int], ...]
    items: Mapping[str, int]
    digest: str
    policy: Policy = field(repr=False, compare=False)
    schema: Classification = field(repr=False, compare=False)
    client: str | None = None

    @cached_property
    def id(self) -> str:
        """Short stable name of the class: kind, purpose, client and the digest of policy and classification."""
        return sha256(f"{self.kind}\0{self.purpose}\0{self.client!r}\0{self.digest}".encode()).hexdigest()[:16]

    @cached_property
    def page(self) -> int:
        """Most rows of one page: more than usual where the scope of the application says so."""
        scope = None if self.client is None else self.policy.clients.get(self.client)
        return PAGE if scope is None else scope.page

    @cached_property
    def by_coordinate(self) -> Mapping[str, Decision]:
        """All decisions, on fields and on inputs that find persons or are written."""
        return {**self.decisions, **self.matches, **self.writes}

    def residual(self, coordinates: Iterable[str], types: Iterable[str]) -> Residual:
        """What a subgraph must apply for these personal types and coordinates (fields, or inputs that find persons or
        are written); open coordinates need no rule."""
        decisions = {name: self.by_coordinate[name] for name in coordinates}
        return Residual(
            rows={name: self.rows[name] for name in types if name in self.rows},
            fields={
                name: decision.rule
                for name, decision in decisions.items()
                if decision.effect in (Effect.ALLOW, Effect.MASK, Effect.MATCH, Effect.WRITE)
            },
            retentions=self.retentions,
            items={name: self.items[name] for name in types if name in self.items},
        )
