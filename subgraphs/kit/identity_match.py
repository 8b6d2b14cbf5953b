"""Declaration of root fields that match an identity against the persons whom the actor may match.

    find_person: PersonMatch | None = match("…", Category.ID, IdentityMatch("identity", "…", IdentityInput, …))

An identifier is never compared as such: `read` turns the input into keys, and a key is a link of relation NATIONWIDE,
which the actor's transaction sees only if it names the key. The residual decides who may be matched by which key
(docs/policy.md#rule-6); nobody else is counted, so that the answer reveals nobody else.
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
    SEVERAL = value(
        "Plusieurs personnes : à départager. Qui a la finalité « fiabilisation » les compare sur la page /matching."
    )
    CONFLICT = value(
        "Identifiants qui se contredisent. Qui a la finalité « fiabilisation » cherche sur la page /matching si c'est "
        "une personne en deux dossiers."
    )


def match_input(description: str, *, match: DataCategory | None = None, reads: tuple[str, ...] = ()) -> Any:
    """A field of an input: `match` is the category that it matches by, without reading it; `reads` the coordinates
    that it reveals, of the one person whom it designates."""
    directives: list[object] = (
        [] if match is not None and not reads else [reads_directive(*reads, designates=bool(reads) and match is None)]
    )
    if match is not None:
        directives.append(MatchDirective(category=Category[match.name]))
    return strawberry.field(description=description, default=strawberry.UNSET, directives=directives)


@dataclass(frozen=True, slots=True)
class IdentityMatch:
    """How a root field matches persons. `read` makes one key or None per input of `keys`, the surest first, from the
    argument's value and the secret; it raises RequestFailed.

    `surest_column` is filled for every person who has a key of the first kind: a person found without that key,
    although one was given, contradicts the input.
    """

    argument: str
    description: str
    input: type
    keys: tuple[str, ...]
    read: Callable[[Any, bytes], tuple[str | None, ...]]
    surest_column: ColumnElement[Any]

    def coordinate(self, key: str) -> str:
        """Return `Input.field` of a key, the coordinate of its rule in the residual."""
        return f"{self.input.__name__}.{key}"
