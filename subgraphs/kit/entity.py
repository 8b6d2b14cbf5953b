"""Entities: a GraphQL type and the table behind it, declared once.

    @entity(table=appointment, subject="person_id", owner="organisation_siret", description="Rendez-vous.")
    class Appointment:
        id = key(appointment.c.id)
        starts_at = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.")
        motive = embedded("Motive", SUIVI, "Motif du rendez-vous.")
        organisation = one("Organisation", SUIVI, "…", on=(organisation.c.id, appointment.c.organisation_id))

A new field is one line. `subject` is the column that holds the id of the person whom a row is about; `owner` the
organisation whose own item the row is (fact OWN_ITEM), `recorded_by` the one that recorded it (fact RECORDED); `dated`
is an expression of its columns, the day from which the duration of the row itself runs (fact ITEM_ENDED). A type
made of columns of another type's row (`Motive`) is declared with the same table, without a key. A type whose fields are
all PUB, PROF or TECH has no subject. A subgraph that extends the persons of another one declares its `Person` on
`access.person`. A type embedded in rows of several tables (`Provenance`) is declared on a table of the columns that
they share, which no migration makes. A `stub` is a type that another subgraph describes: its key, nothing to resolve.

A relationship that is computed from fields of other subgraphs names them in `requires`, declares them `external`, and
gives a function from `Required` to the select of its rows:

    def near(required: Required) -> Select: ... required.text("contact", "address", "cityCode") ...
    suggested = many("Service", PUB, "…", source=near, requires="contact { address { cityCode } }")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, FromClause
from strawberry.utils.str_converters import to_camel_case

from schema.categories import OPEN, Category, Level
from schema.facts import REVEALED, VALUE_FACTS, Fact
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.fields import Coarsen, ColumnField, Drop, ExternalField, Field, ManyField, OneField, check

T = TypeVar("T")

IMPERSONAL = OPEN | {Category.PROF}
"""Categories that a type without a subject may hold."""

ACCESS = "_access"


@dataclass(frozen=True)
class Entity:
    """A declared type. `table` is None for a type whose fields are all external."""

    name: str
    description: str
    table: FromClause | None
    fields: dict[str, Field]
    subject: str | None = None
    owner: str | None = None
    recorded_by: str | None = None
    shareable: bool = False
    subject_field: str | None = None
    plural: str = "éléments"
    stub: bool = False
    dated: ColumnElement[date] | None = None

    @property
    def personal(self) -> bool:
        """Whether its rows are about a person."""
        return self.subject is not None

    @cached_property
    def key(self) -> ColumnField | None:
        """The key, for a type that `_entities` resolves."""
        return next((f for f in self.fields.values() if isinstance(f, ColumnField) and f.key), None)

    @cached_property
    def valued(self) -> tuple[ColumnField, ...]:
        """Fields some of whose values carry a stricter category."""
        return tuple(f for f in self.fields.values() if isinstance(f, ColumnField) and f.forbidden is not None)

    @cached_property
    def revealing(self) -> tuple[ColumnElement[Any], ...]:
        """What relationships would reveal for which a row is dropped, each expression once."""
        edges = (f for f in self.fields.values() if isinstance(f, OneField | ManyField) and f.forbidden is not None)
        return tuple({id(f.sensitive): f.sensitive for f in edges if f.sensitive is not None}.values())

    @cached_property
    def dropping(self) -> int:
        """Value bits for which a row is dropped."""
        revealed = sum(VALUE_FACTS[category] for category in REVEALED) if self.revealing else 0
        return bits(f for f in self.valued if isinstance(f.forbidden, Drop)) | revealed

    @cached_property
    def coarsening(self) -> tuple[ColumnField, ...]:
        """Fields whose forbidden values are served as another value."""
        return tuple(f for f in self.valued if isinstance(f.forbidden, Coarsen))

    def coordinate(self, name: str) -> str:
        """`Type.field`."""
        return f"{self.name}.{name}"


def bits(fields: object) -> int:
    """Union of the value bits that these fields may bear."""
    found = 0
    for item in fields:  # type: ignore[attr-defined]
        for category in item.choice.categories:
            found |= VALUE_FACTS[category]
    return found


def entity(
    *,
    table: FromClause | None,
    description: str,
    subject: str | None = None,
    owner: str | None = None,
    recorded_by: str | None = None,
    dated: ColumnElement[date] | None = None,
    subject_field: str | None = None,
    shareable: bool = False,
    plural: str = "éléments",
    stub: bool = False,
    name: str | None = None,
) -> Callable[[type[T]], type[T]]:
    """Declare a type; raises DeclarationError at import for whatever policy or SQL would miss later.

    `subject_field` names the subject in the schema where the column's camelCase name would not do; `plural` is what the
    rows are called in the descriptions of their connections.
    """

    def declare(cls: type[T]) -> type[T]:
        cls.__entity__ = _read(  # type: ignore[attr-defined]
            cls,
            name or cls.__name__,
            table,
            description,
            subject,
            owner,
            recorded_by,
            subject_field,
            shareable,
            plural,
            stub,
            dated,
        )
        return cls

    return declare


def entity_of(cls: type) -> Entity:
    """The declaration that a class carries."""
    found = cls.__dict__.get("__entity__")
    if not isinstance(found, Entity):
        raise DeclarationError(f"{cls.__name__} is not an entity")
    return found


def _read(
    cls: type,
    name: str,
    table: FromClause | None,
    description: str,
    subject: str | None,
    owner: str | None,
    recorded_by: str | None,
    subject_field: str | None,
    shareable: bool,
    plural: str,
    stub: bool,
    dated: ColumnElement[date] | None,
) -> Entity:
    if not description:
        raise DeclarationError(f"{name}: no description")
    fields: dict[str, Field] = {}
    for attribute, item in vars(cls).items():
        if isinstance(item, Field):
            named = replace(item, name=to_camel_case(attribute))
            fields[named.name] = named
        elif not attribute.startswith("__"):
            raise DeclarationError(f"{name}.{attribute}: not a field")
    check(name, list(fields.values()))
    served = [f for f in fields.values() if not isinstance(f, ExternalField)]
    if served and table is None:
        raise DeclarationError(f"{name}: no table")
    for role, column in (("subject", subject), ("owner", owner), ("recorded_by", recorded_by)):
        if column is not None and (table is None or column not in table.c):
            raise DeclarationError(f"{name}: the {role} column {column} is not in the table")
    personal = [f.name for f in served if f.category not in IMPERSONAL]
    if subject is None and (personal or owner or recorded_by or dated is not None):
        raise DeclarationError(f"{name}: {', '.join(personal) or 'owner'} is personal data, but there is no subject")
    return Entity(
        name,
        description,
        table,
        fields,
        subject,
        owner,
        recorded_by,
        shareable,
        subject_field or (to_camel_case(subject) if subject else None),
        plural,
        stub,
        dated,
    )


__all__ = ["ACCESS", "Category", "Entity", "Fact", "Level", "entity", "entity_of"]
