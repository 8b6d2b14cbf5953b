"""Who may read what, worked out again from the signed rules and the rows: it shares no code with hub or subgraphs.

The rules are the files of `schema/policies`; of a person, the links and restrictions of the schema `access`. Where the
rules are hard to say again (a field that requires others), the answer is "yes": what is forbidden here is forbidden
there, the reverse is for the tests written by hand. NATIONWIDE is held by nobody but in a search, which
`tests/find_person` plays.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import asyncpg

from demo.token_issuer import DEPARTMENT_CLIENT, DemoActor
from schema.facts import SCOPE_KINDS, Fact
from tests.conftest import ROOT

POLICIES = ROOT / "schema" / "policies"
ALWAYS = ("TECH", "PUB")
"""Categories that whoever reads anything of the row reads."""
CLAIMS = {"agent": "agent", "person": "person", "organisation": "organisation", "department": "departments"}


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant in force for a purpose, its retention in days."""

    relations: frozenset[str]
    read: frozenset[str]
    reduced: frozenset[str]
    own_recorded: frozenset[str]
    opposition: bool
    limitation: bool
    retention: int | None


@dataclass(frozen=True, slots=True)
class Datum:
    """A field: what is asked of a row."""

    coordinate: str
    category: str
    reduced: bool


DATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "JobApplication": ("offers.job_application", ("updated_at",)),
    "Referral": ("offers.referral", ("processed_on",)),
    "ImmersionAgreement": ("offers.immersion_agreement", ("starts_on",)),
    "TrainingProject": ("trainings.training_project", ("recorded_on",)),
    "TrainingPlacement": ("trainings.placement", ("proposed_on", "decided_on", "entered_on", "ended_on")),
}
"""Types whose rows have a duration of their own: the table, and the columns of the days the last of which begins it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose own item a row is, and who recorded it (SIRETs). `owned`: rows of its type have an owner. `age`: days since
    the day from which the duration of its type runs, of a type that has one and a row that bears one."""

    owner: str | None = None
    recorder: str | None = None
    owned: bool = False
    type: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A field on the way to a value, and the type of the row that it is read of; `step` makes each once."""

    datum: Datum
    type: str


@cache
def step(datum: Datum, type_: str) -> Step:
    """The step of this field: looked up for each path to each value, it is compared by what it is, not by content."""
    return Step(datum, type_)


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row about a person: facts by the types that are made of it; `protected` are the stricter categories that
    reading of a type or a coordinate takes besides its own, for what this row holds (see `TOLD_BY_LINK`)."""

    person: str
    facts: tuple[tuple[str, Facts], ...] = ()
    protected: frozenset[tuple[str, str]] = frozenset()
    digest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.person, self.facts, self.protected)))

    def __hash__(self) -> int:
        return self.digest  # a row is looked up for each step of each path to each of its values


@dataclass(frozen=True, slots=True)
class Subject:
    """What the schema `access` says of someone: links (relation, scope), restrictions, days since the last contact."""

    links: frozenset[tuple[str, str]]
    restrictions: Fact
    silent: int


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((POLICIES / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def grants(kind: str, purpose: str) -> tuple[Grant, ...]:
    """Grants of this kind of actor for this purpose or the one that groups it; those for whom a search names open
    nothing elsewhere, and no operation of the model searches."""
    purposes = {purpose, _load("purposes")[purpose].get("parent", purpose)}
    bases, days = _load("bases"), _load("retention")
    return tuple(
        Grant(
            frozenset(grant["relations"]),
            frozenset(grant.get("read", ())),
            frozenset(grant.get("reduced", ())),
            frozenset(grant.get("own_recorded", ())),
            bases[grant["basis"]]["opposition"],
            bases[grant["basis"]]["limitation"],
            days[grant["retention"]]["days"] if "retention" in grant else None,
        )
        for grant in _load("grants")["grant"]
        if grant["actor"] == kind and purposes.intersection(grant["purposes"]) and not grant.get("named", False)
    )


@cache
def _scope(application: str, user: str) -> Mapping[str, Any]:
    """What passes through an application of this kind, to which the settings give every scope, for a kind of user."""
    scopes = (
        client for client in _load("clients").values() if client["actor"] == application and user in client["users"]
    )
    return next(scopes, {"actor": application, "purposes": (), "read": ()})


def _asks(actor: DemoActor) -> tuple[DemoActor, Mapping[str, Any] | None]:
    """Whose rights an actor has, and what passes through the application that asks for it, if one does."""
    if actor.end_user is not None:
        return actor.end_user, _scope(actor.kind, actor.end_user.kind)
    return actor, _load("clients")["departement"] if actor.client == DEPARTMENT_CLIENT else None


@cache
def durations(kind: str) -> Mapping[str, int]:
    """Days after which a row of a type has ended for a kind of actor."""
    retentions = (retention for retention in _load("retention").values() if kind in retention.get("actors", [kind]))
    return {name: retention["days"] for retention in retentions for name in retention.get("types", ())}


@cache
def _closed(application: str, level: str) -> frozenset[str]:
    """The categories that nobody is given through an application of this kind, at a level."""
    rows = (prohibition for prohibition in _load("prohibitions")["prohibition"] if prohibition["actor"] == application)
    return frozenset(prohibition["category"] for prohibition in rows if prohibition.get("level", level) == level)


def rights(actor: DemoActor, purpose: str) -> tuple[Grant, ...]:
    """Grants in force of an actor; through an application, those of its user, cut down to what passes through it."""
    user, scope = _asks(actor)
    if scope is None:
        return grants(user.kind, purpose)
    if purpose not in purposes(actor):
        return ()
    passes = frozenset(scope["read"])
    full, reduced = passes - _closed(scope["actor"], "FULL"), passes - _closed(scope["actor"], "REDUCED")
    return tuple(
        replace(grant, read=grant.read & full, own_recorded=grant.own_recorded & full, reduced=grant.reduced & reduced)
        for grant in grants(user.kind, purpose)
    )


def purposes(actor: DemoActor) -> tuple[str, ...]:
    """Every purpose that the habilitation of an actor may hold."""
    user, scope = _asks(actor)
    own: tuple[str, ...] = tuple(_load("actors")[actor.kind]["purposes"])
    if scope is None:
        return own
    passes = {*scope["purposes"]} & {*_load("actors")[user.kind]["purposes"]}
    return tuple(purpose for purpose in own if purpose in passes)


def together(actor: DemoActor) -> list[list[str]]:
    """The purposes of an actor, those together that open the same."""
    purposes_by_rights: dict[object, list[str]] = {}
    for purpose in purposes(actor):
        purposes_by_rights.setdefault(rights(actor, purpose), []).append(purpose)
    return list(purposes_by_rights.values())


@cache
def declarable() -> tuple[str, ...]:
    """Every purpose that a request may declare, whoever asks."""
    return tuple(name for name, purpose in _load("purposes").items() if not purpose.get("abstract", False))


@cache
def instead(kind: str) -> frozenset[str]:
    """The reduced fields that a kind of actor may read in place of others."""
    rows = _load("reductions")["reduction"]
    return frozenset(row["to"] for row in rows if row["actor"] == kind and row["how"] == "sibling")


@cache
def whole(kind: str) -> frozenset[str]:
    """The fields that a kind of actor may read as they are where their category is reduced for it."""
    rows = _load("reductions")["reduction"]
    return frozenset(row["coordinate"] for row in rows if row["actor"] == kind and row["how"] == "whole")


NO_FACTS = Facts()
TOLD_BY_LINK = "link of "
"""Before a type, among what is `protected`: what a link of the row would tell, to all but whose own item it is."""


class Rights:
    """What one actor may read for one purpose; through an application, what its user may."""

    def __init__(self, actor: DemoActor, purpose: str) -> None:
        self.actor, self.purpose = actor, purpose
        asks = actor.end_user or actor
        self.organisation = asks.claims.get("organisation")
        self.grants, self.instead, self.whole = rights(actor, purpose), instead(asks.kind), whole(asks.kind)
        self.durations = durations(asks.kind)
        self._known: dict[Row, dict[Step, bool]] = {}
        self.scopes = set()
        for relation, claim in _load("actors")[asks.kind].get("scopes", {}).items():
            claim_value = asks.claims.get(CLAIMS.get(claim, claim), ())
            self.scopes |= {
                (relation, scope) for scope in ([claim_value] if isinstance(claim_value, str) else claim_value)
            }

    def reads(self, subject: Subject, row: Row, paths: Iterable[Path]) -> bool:
        """Whether one of these paths to a value of the row is open at every step."""
        open_steps = self._known.setdefault(row, {})
        for path in paths:
            for step in path:
                if step not in open_steps:
                    open_steps[step] = self._opens(subject, row, step)
                if not open_steps[step]:
                    break
            else:
                return True
        return False

    def _opens(self, subject: Subject, row: Row, step: Step) -> bool:
        facts = dict(row.facts).get(step.type, NO_FACTS)
        names = {step.type, step.datum.coordinate}
        if facts.owner is None or facts.owner != self.organisation:
            names.add(f"{TOLD_BY_LINK}{step.type}")
        stricter = (protection for name, protection in row.protected if name in names)
        return self.may(subject, step.datum, facts) and all(
            self.may(subject, Datum("", category, False), facts) for category in stricter
        )

    def may(self, subject: Subject, datum: Datum, facts: Facts) -> bool:
        """Whether something of this nature may be read of a row with these facts."""
        relations = {relation for relation, _ in self.scopes & subject.links}
        if facts.owned and relations:
            relations.discard("OWN_ITEM")
            relations |= {"OWN_ITEM"} if facts.owner == self.organisation else set()
        days = self.durations.get(facts.type)
        ended = days is not None and facts.age is not None and facts.age > days
        for grant in self.grants:
            if (
                not relations & grant.relations
                or self._closed(subject, grant)
                or (ended and "SELF" not in grant.relations)
            ):
                continue
            if datum.category in grant.read or datum.category in ALWAYS:
                return True
            if datum.category in grant.own_recorded and facts.recorder == self.organisation:
                return True
            if datum.category in grant.reduced and self.opened(datum):
                return True
        return False

    def opened(self, datum: Datum) -> bool:
        """Whether a grant that reduces the field's category lets it be read."""
        return datum.coordinate in (self.instead | self.whole if datum.reduced else self.whole)

    @staticmethod
    def _closed(subject: Subject, grant: Grant) -> bool:
        if grant.limitation and subject.restrictions & (Fact.LIMITATION | Fact.ERASURE_DUE):
            return True
        if grant.opposition and subject.restrictions & Fact.OPPOSITION:
            return True
        return grant.retention is not None and subject.silent > grant.retention


def _restrictions(row: asyncpg.Record, today: date) -> Fact:
    due = row["erasure_on"] is not None and row["erasure_on"] <= today
    return Fact(row["restrictions"]) | (Fact.ERASURE_DUE if due else Fact(0))


async def subjects(owner: asyncpg.Connection[asyncpg.Record], today: date) -> Mapping[str, Subject]:
    """Everyone whom the schema `access` knows."""
    links: dict[str, set[tuple[str, str]]] = {}
    for row in await owner.fetch("SELECT * FROM access.link"):
        if row["valid_from"] <= today and (row["valid_until"] is None or row["valid_until"] >= today):
            relation = Fact(row["relation"])
            assert relation in (*SCOPE_KINDS, Fact.NATIONWIDE)
            links.setdefault(str(row["person_id"]), set()).add((str(relation.name), row["scope_id"]))
    return {
        str(row["person_id"]): Subject(
            frozenset(links.get(str(row["person_id"]), ())),
            _restrictions(row, today),
            0 if row["last_contact"] is None else (today - row["last_contact"]) // timedelta(days=1),
        )
        for row in await owner.fetch("SELECT * FROM access.person")
    }
