"""Who may read what, of one actor for one purpose: from the signed rules (`canary_rights`), the facts of rows, and the
categories that the client schema itself tells of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type, is_leaf_type

from demo.token_issuer import DemoActor
from schema.subgraphs import GENERATED
from tests.e2e.canary_rights import DATES, Datum, Facts, Rights
from tests.oracle.rows import Row, World

CATEGORY = re.compile(r"— Catégorie : ([A-Z]+)( \(réduit\))?")
OPEN = ("TECH", "PUB")
OWNED = {
    "Orientation", "GroupMember", "Contract", "Appointment", "Motive", "OrientationAppointment", "Invitation",
    "Referral", "JobApplication", "ImmersionAgreement", "TrainingPlacement", "TrainingProject", "Objective",
}  # fmt: skip
"""Types whose rows are the own item of the organisation of their column `organisation_siret`."""
RECORDED = {
    "Constraint", "Appointment", "Motive", "OrientationAppointment", "Invitation", "Referral", "JobApplication",
    "ImmersionAgreement", "TrainingPlacement", "TrainingProject",
}  # fmt: skip
"""Types whose rows say which organisation recorded them."""
PERSONAL = {
    "Person", "SectorIdentifier", "NationalIdentifier", "Contact", "Address", "Household", "Rsa", "Allocations",
    "Resources", "JobSeekerRegistration", "ProfessionalProject", "Referent", "Rights", "PassIae", "Education",
    *OWNED, *RECORDED,
}  # fmt: skip


@cache
def schema() -> GraphQLSchema:
    """The client schema."""
    return build_schema((GENERATED / "api.graphql").read_text(encoding="utf-8"))


@cache
def data() -> Mapping[str, Datum]:
    """What each field of the client schema is, by coordinate."""
    return {datum.coordinate: datum for type_ in schema().type_map.values() for datum in _data(type_)}


def _data(kind: GraphQLNamedType) -> Iterator[Datum]:
    if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
        for name, declared in kind.fields.items():
            match = CATEGORY.search(declared.description or "")
            assert match is not None, f"{kind.name}.{name}"
            yield Datum(f"{kind.name}.{name}", match[1], match[2] is not None)


def leaves() -> set[str]:
    """The coordinates of values that are of somebody or something, not of a page."""
    kinds = (type_ for type_ in schema().type_map.values() if isinstance(type_, GraphQLObjectType))
    return {
        f"{kind.name}.{name}"
        for kind in kinds
        if not kind.name.startswith("__") and not kind.name.endswith(("Edge", "Connection", "PageInfo"))
        for name, declared in kind.fields.items()
        if is_leaf_type(get_named_type(declared.type))
    }


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An object of the answer: the row that it is made of, and the person whom that row is about."""

    type: str
    row: Row
    person: str | None = None


class Reader:
    """One actor under one purpose, in one world."""

    def __init__(self, world: World, actor: DemoActor, purpose: str) -> None:
        self.world, self.rights = world, Rights(actor, purpose)

    def reads(self, item: Item, field: str) -> bool:
        """Whether this field of the object may be read."""
        datum = data()[f"{item.type}.{field}"]
        if datum.category in OPEN:
            return True
        return self.category(item, datum) if item.type in PERSONAL else self.could(datum)

    def category(self, item: Item, datum: Datum) -> bool:
        """Whether something of this nature may be read of the object."""
        subject = self.world.subjects.get(item.person or "")
        return subject is not None and self.rights.may(subject, datum, _facts(item, self.world.today))

    def own(self, item: Item) -> bool:
        """Whether the object is the own item of the actor's organisation."""
        owner = item.row["organisation_siret"] if item.type in OWNED else None
        return owner is not None and owner == self.rights.organisation

    def protected(self, item: Item, category: str | None) -> bool:
        """Whether a value of this stricter category, if any, may be read of the object."""
        return category is None or self.category(item, Datum("", category, False))

    def exists(self, item: Item) -> bool:
        """Whether the object is there at all: of a person, if anything of it may be read."""
        return item.type not in PERSONAL or any(self.category(item, datum) for datum in _guarded(item.type))

    def could(self, datum: Datum) -> bool:
        """Whether something of this nature may be read of anyone whatever."""
        return bool(self.relations(datum, {datum.coordinate.partition(".")[0]}))

    def served(self, kind: str) -> bool:
        """Whether objects of this type may exist for the actor."""
        return kind not in PERSONAL or any(self.could(datum) for datum in _guarded(kind))

    def compares(self, coordinates: Iterable[str]) -> bool:
        """Whether these fields may be read in full of every row that may exist: what an input that compares them
        takes."""
        for coordinate in coordinates:
            kind, datum = coordinate.partition(".")[0], data()[coordinate]
            if datum.category in OPEN:
                continue
            rows = {name for member in _guarded(kind) for name in self.relations(member, {kind})}
            mine = self.relations(datum, {kind})
            if not mine or rows - mine:
                return False
        return True

    def relations(self, datum: Datum, kinds: set[str]) -> set[str]:
        """The relations by which something of this nature may be read, of types of which `kinds` is one."""
        allowed: set[str] = set()
        for grant in self.rights.grants:
            reduced = datum.category in grant.reduced and self.rights.opened(datum)
            recorded = bool(kinds & RECORDED) and datum.category in grant.own_recorded
            if datum.category in grant.read or reduced or recorded:
                allowed |= grant.relations
        return allowed


@cache
def _guarded(kind: str) -> tuple[Datum, ...]:
    return tuple(
        datum for name, datum in data().items() if name.partition(".")[0] == kind and datum.category not in OPEN
    )


def _facts(item: Item, today: date) -> Facts:
    owned, recorded = item.type in OWNED, item.type in RECORDED
    return Facts(
        item.row["organisation_siret"] if owned else None,
        item.row["recorded_by"] if recorded else None,
        owned,
        item.type,
        _age(item, today),
    )


def _age(item: Item, today: date) -> int | None:
    """Days since the last of the days from which the duration of the row's type runs."""
    _, columns = DATES.get(item.type, ("", ()))
    days = [date.fromisoformat(str(item.row[name])[:10]) for name in columns if item.row[name] is not None]
    sooner = 550 if item.type == "TrainingPlacement" and not item.row["with_project"] else 0
    return (today - max(days)).days + sooner if days else None
