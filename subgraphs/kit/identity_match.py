"""Root fields that find one entity by what names it: the input, and an answer that says how many are so named.

    find_person: PersonMatch | None = match("…", Category.ID, Finding("identity", "…", IdentityInput, KEYS, read, row))

An identifier is never compared as such: `read` makes keys of the input, and a key is a link of relation NATIONWIDE,
that the actor's transaction sees only because it can name it. Who may be found by which key, the residual says
(docs/policy.md#rule-6): of those only is anything counted, so that the answer tells of nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement

from schema.categories import Category as DataCategory
from subgraphs.kit.directives import Category, MatchDirective, reads_directive
from subgraphs.kit.enums import choice, value


@choice("Issue d'un rapprochement (codes S001, S002, S003 de France Travail).")
class MatchOutcome(Enum):
    ONE = value("Une personne.")
    NONE = value("Aucune personne, parmi celles que l'acteur peut rapprocher.")
    SEVERAL = value("Plusieurs personnes : à départager.")
    CONFLICT = value("Identifiants qui se contredisent.")


def match_input(description: str, *, match: DataCategory | None = None, reads: tuple[str, ...] = ()) -> Any:
    """A field of an input: `match` is the category that it matches by, without reading it; `reads` the coordinates
    that it reveals."""
    directives: list[object] = [] if match is not None and not reads else [reads_directive(*reads)]
    if match is not None:
        directives.append(MatchDirective(category=Category[match.name]))
    return strawberry.field(description=description, default=strawberry.UNSET, directives=directives)


@dataclass(frozen=True, slots=True)
class Finding:
    """How a root field finds. `read` makes of the argument's value and the secret one key or None per input of `keys`,
    the surest first; it raises RequestFailed.

    `known` is the column that is filled of whoever has a key of the first kind: to be found without it, when one was
    given, is a contradiction.
    """

    argument: str
    description: str
    input: type
    keys: tuple[str, ...]
    read: Callable[[Any, bytes], tuple[str | None, ...]]
    known: ColumnElement[Any]

    def coordinate(self, key: str) -> str:
        """`Input.field` of a key: how the residual names who may be found by it."""
        return f"{self.input.__name__}.{key}"
