"""The policy as read from `schema/policies/*.toml`: what a data-protection officer signs.

docs/policy.md#words; the matrix is docs/domain.md#actors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schema.categories import Category, Level
from schema.facts import Fact


@dataclass(frozen=True, slots=True)
class Named:
    """The French words for a name that the code fixes, a category or a relation."""

    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose (*finalité*) of the closed list of R.5312-38-1 II and its siblings; an abstract one only groups.

    `deferred_days`: how long the person does not see yet, in its journal, an access for this purpose.
    """

    code: str
    label: str
    legal: str
    parent: str | None = None
    abstract: bool = False
    deferred_days: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis. `opposition`: whether it gives the person a right to object (CASF L.263-4-1 does). `limitation`:
    whether a limitation, or an erasure that is due, suspends what rests on it (GDPR 18-2)."""

    id: str
    text: str
    opposition: bool
    limitation: bool


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention class: `fact` is set once `days` have passed since the subject's last contact."""

    name: str
    fact: Fact
    days: int
    text: str


@dataclass(frozen=True, slots=True)
class ItemRetention:
    """A retention class of rows: one of these types has ended for these kinds of actors (None: all) once `days` have
    passed since the day that it bears, of which `since` speaks. It never binds the person itself."""

    name: str
    types: frozenset[str]
    actors: frozenset[str] | None
    since: str
    days: int
    text: str
    line: int = field(compare=False, default=1)

    def binds(self, kind: str) -> bool:
        """Whether rows end for this kind of actor."""
        return self.actors is None or kind in self.actors


@dataclass(frozen=True, slots=True)
class ActorKind:
    """A kind of actor. `scopes` maps each relation it can have to the token claim that gives the scope ids;
    `application`: it is no person but an application, which acts for its user."""

    name: str
    label: str
    purposes: frozenset[str]
    organisations: frozenset[str]
    scopes: Mapping[Fact, str]
    application: bool = False


@dataclass(frozen=True, slots=True)
class ClientScope:
    """What passes through an application of the kind `actor`, of what its users of these kinds may read for these
    purposes; `nir`: the text by which its body may match by the NIR."""

    name: str
    label: str
    actor: str
    users: frozenset[str]
    purposes: frozenset[str]
    read: frozenset[Category]
    match: frozenset[Category]
    legal: str
    nir: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Actor kind × purposes × relations → categories read, reduced, matched, or read if one's own organisation recorded
    them."""

    id: str
    actor: str
    purposes: frozenset[str]
    relations: Fact
    read: frozenset[Category]
    reduced: frozenset[Category]
    match: frozenset[Category]
    own_recorded: frozenset[Category]
    basis: Basis
    retention: Retention | None
    label: str


@dataclass(frozen=True, slots=True)
class Prohibition:
    """What no grant can open: a category, at one level or (None) at both, for one actor kind or for all (`*`)."""

    id: str
    actor: str
    category: Category
    level: Level | None
    text: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """What an `r` cell of the matrix gives for one coordinate: a sibling field, a named mask, the whole of it
    where the cell is reduced to some of its fields, or nothing.

    `line` is where reductions.toml says so."""

    actor: str
    coordinate: str
    how: str
    sibling: str | None = None
    mask: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy, checked for consistency; `digest` is the SHA-256 of the files it was read from."""

    actors: Mapping[str, ActorKind]
    purposes: Mapping[str, Purpose]
    bases: Mapping[str, Basis]
    retentions: Mapping[str, Retention]
    items: Mapping[str, ItemRetention]
    categories: Mapping[Category, Named]
    relations: Mapping[Fact, Named]
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...]
    reductions: Mapping[tuple[str, str], Reduction]
    digest: str
    clients: Mapping[str, ClientScope] = field(default_factory=dict)
