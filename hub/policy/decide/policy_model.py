"""The policy as read from `schema/policies/*.toml`: what a data-protection officer signs.

docs/policy.md#words; the matrix is docs/domain.md#actors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.strict_toml import TomlForm
from schema.categories import Category, Level
from schema.context import PAGE
from schema.facts import Fact


class Term(TomlForm, frozen=True):
    """The French words for a category or a relation, whose name the code fixes.

    `scope`: of a relation, the kind of id that its links carry (`schema.facts.SCOPE_KINDS`), for readers of the file.
    """

    label: str
    definition: str
    scope: str | None = None


class Purpose(TomlForm, frozen=True):
    """A purpose (*finalité*) of the closed list of R.5312-38-1 II and its siblings; an abstract one only groups.

    `deferred_days`: how long an access for this purpose is not yet shown in the person's journal. `reference`: it is
    declared with a case number only.
    """

    code: str
    label: str
    legal: str
    parent: str | None = None
    abstract: bool = False
    deferred_days: int = 0
    reference: bool = False


class Basis(TomlForm, frozen=True):
    """A legal basis.

    `opposition`: the person has a right to object (CASF L.263-4-1). `limitation`: a limitation of processing, or an
    erasure that is due, suspends the grants on this basis (GDPR 18-2).
    """

    id: str
    text: str
    opposition: bool
    limitation: bool = True


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention class of persons: `fact` is set once `days` have passed since the person's last contact."""

    name: str
    fact: Fact
    days: int
    text: str


@dataclass(frozen=True, slots=True)
class ItemRetention:
    """A retention class of rows: rows of these types end `days` after the day that they carry, described by `since`.

    `actors`: the kinds of actors for whom they end (None: all). It never ends them for the person itself. `line` is
    the line of retention.toml.
    """

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
    """A kind of actor.

    `scopes` maps each relation that it can have to the token claim that gives the scope ids. `application`: it is not a
    person but an application, which acts for its user.
    """

    name: str
    label: str
    purposes: frozenset[str]
    organisations: frozenset[str]
    scopes: Mapping[Fact, str]
    application: bool = False


@dataclass(frozen=True, slots=True)
class ClientScope:
    """What an application of the kind `actor` may receive of its users' rights: `users` are their kinds.

    `nir`: the legal text by which the application's body may match persons by their NIR; `page`: the most rows of one
    page that it may ask for.
    """

    name: str
    label: str
    actor: str
    users: frozenset[str]
    purposes: frozenset[str]
    read: frozenset[Category]
    match: frozenset[Category]
    legal: str
    nir: str | None = None
    write: frozenset[Category] = frozenset()
    page: int = PAGE


@dataclass(frozen=True, slots=True)
class Grant:
    """Actor kind × purposes × relations → categories read, read reduced, matched, read if one's own organisation
    recorded them, or written (of what is read in full too: docs/policy.md#rule-15).

    `named`: of the one person only whom a search names by its identity. `line` is the line of grants.toml.
    """

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
    named: bool = False
    write: frozenset[Category] = frozenset()
    line: int = field(compare=False, default=1)


class Prohibition(TomlForm, frozen=True):
    """A category that no grant can open, at one level or (None) at both, for one actor kind or for all (`*`)."""

    id: str
    actor: str
    category: Category
    text: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Reduction:
    """What an `r` cell of the matrix opens at one coordinate, as `how` says: a reduced `sibling` field, the field with
    its value masked by `mask`, or the `whole` field, where the cell is reduced to some of its fields.

    A coordinate without a reduction stays closed. `line` is the line of reductions.toml.
    """

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
    categories: Mapping[Category, Term]
    relations: Mapping[Fact, Term]
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...]
    reductions: Mapping[tuple[str, str], Reduction]
    digest: str
    clients: Mapping[str, ClientScope] = field(default_factory=dict)

    def __hash__(self) -> int:
        """The digest's: policies of one digest that differ otherwise are not equal."""
        return hash(self.digest)
