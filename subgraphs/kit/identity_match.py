"""Root fields that find one entity by what names it: the input, and an answer that says how many are so named.

    Root("findPerson", "Person", "…", RootKind.FOUND, finding=Finding("identity", IDENTITY, KEYS, read, known))

An identifier is never compared as such: `read` makes keys of the input, and a key is a link of relation NATIONWIDE,
that the actor's transaction sees only because it can name it. Who may be found by which key, the residual says
(docs/policy.md#rule-6): of those only is anything counted, so that the answer tells of nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import ColumnElement

from schema.categories import Category
from subgraphs.kit import directives as d
from subgraphs.kit.fields import Choice, Kind, choice
from subgraphs.kit.relay import define, described, optional, reads

OUTCOME = choice(
    "MatchOutcome",
    "Issue d'un rapprochement (codes S001, S002, S003 de France Travail).",
    {
        "ONE": "Une personne.",
        "NONE": "Aucune personne, parmi celles que l'acteur peut rapprocher.",
        "SEVERAL": "Plusieurs personnes : à départager.",
        "CONFLICT": "Identifiants qui se contredisent.",
    },
)


@dataclass(frozen=True, slots=True)
class MatchInput:
    """One field of an input. `match`: the category that it matches by, without reading it; `reads`: coordinates that it
    reveals."""

    name: str
    type: Kind | Choice | Inputs
    description: str
    required: bool = False
    match: Category | None = None
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """An input type."""

    name: str
    description: str
    fields: tuple[MatchInput, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """How a root field finds. `read` makes of the argument's value and the secret one key or None per input of `keys`,
    the surest first; it raises RequestFailed. `result` is the type of the answer: `outcome`, and the entity as `found`.

    `known` is the column that is filled of whoever has a key of the first kind: to be found without it, when one was
    given, is a contradiction.
    """

    argument: str
    description: str
    input: Inputs
    keys: tuple[str, ...]
    read: Callable[[Any, bytes], tuple[str | None, ...]]
    known: ColumnElement[Any]
    result: str
    found: str
    said: str
    """Description of the result type."""

    def coordinate(self, key: str) -> str:
        """`Input.field` of a key: how the residual names who may be found by it."""
        return f"{self.input.name}.{key}"


def input_type(declared: Inputs, leaf: Callable[[Kind | Choice], Any]) -> Any:
    """The Strawberry input; `leaf` gives the type of a scalar or an enum."""
    cls = type(declared.name, (), {})
    fields = {}
    for item in declared.fields:
        found = input_type(item.type, leaf) if isinstance(item.type, Inputs) else leaf(item.type)
        applied: list[Any] = [] if item.match and not item.reads else [reads(*item.reads)]
        if item.match is not None:
            applied.append(d.MatchDirective(category=d.Category[item.match.name]))
        required = {} if item.required else {"default": strawberry.UNSET}
        field = strawberry.field(name=item.name, description=item.description, directives=applied, **required)
        fields[item.name] = (found if item.required else optional(found), field)
    define(cls, fields)
    return strawberry.input(cls, name=declared.name, description=declared.description)


def result_type(finding: Finding, outcome: Any, entity: Any, tech: Any) -> Any:
    """The Strawberry type of the answer."""
    cls = type(finding.result, (), {})
    about = "La personne, si l'issue est ONE."
    define(
        cls,
        {
            "outcome": (optional(outcome), described("Issue du rapprochement.", [tech], "outcome")),
            finding.found: (optional(entity), described(about, [tech], finding.found)),
        },
    )
    return strawberry.type(cls, name=finding.result, description=finding.said)
