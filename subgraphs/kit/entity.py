"""Entities: Strawberry types and the tables behind them, declared once.

    @Entity(table=appointment, subject="person_id", owner="organisation_siret", description="Rendez-vous.")
    class Appointment:
        id: ID = key(appointment.c.id)
        starts_at: DateTime | None = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.")
        motive: Motive | None = embedded(SUIVI, "Motif du rendez-vous.")
        organisation: Organisation | None = to_one(SUIVI, "…", on=(organisation.c.id, appointment.c.organisation_id))

A new field is one line. `subject` is the column that holds the id of the person whom a row is about; `owner` the
organisation whose own item the row is (fact OWN_ITEM), `recorded_by` the one that recorded it (fact RECORDED); `dated`
is an expression of its columns, the day from which the duration of the row itself runs (fact ITEM_ENDED). A type
made of columns of another type's row (`Motive`) is declared with the same table, without a key. A type whose fields are
all PUB, PROF or TECH has no subject. A subgraph that extends the persons of another one declares its `Person` on
`access.person`. A type embedded in rows of several tables (`Provenance`) is declared on a table of the columns that
they share, which no migration makes. A `stub` is a type that another subgraph describes: its key, nothing to resolve.

A relationship that is computed from fields of other subgraphs names them in `requires`, declares them `external`, and
gives a function from `RequiredValues` to the select of its rows:

    def near(required: RequiredValues) -> Select: ... required.text("contact", "address", "cityCode") ...
    suggested: Connection[Service] | None = to_many(PUB, "…", source=near, requires="contact { address { cityCode } }")
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import strawberry
from sqlalchemy import ColumnElement, FromClause
from strawberry.federation.schema_directives import Inaccessible, Key, Shareable
from strawberry.types.base import has_object_definition
from strawberry.utils.str_converters import to_camel_case

from schema.categories import OPEN, Category
from schema.facts import REVEALED, VALUE_FACTS
from subgraphs.kit.directives import TECH, SubjectDirective
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.fields import Coarsen, ColumnField, Drop, ExternalField, Field, LinkField
from subgraphs.kit.scalars import Access

T = TypeVar("T")

IMPERSONAL = OPEN | {Category.PROF}
"""Categories that a type without a subject may hold."""

ACCESS = "_access"


@dataclass(eq=False, kw_only=True)
class Entity:
    """The declaration of a type besides its fields, which decorates the class of its fields.

    `table` is None for a type whose fields are all external.

    `subject_field` names the subject in the schema where the column's camelCase name would not do; `plural` is what the
    rows are called in the descriptions of their connections.
    """

    table: FromClause | None
    description: str
    subject: str | None = None
    owner: str | None = None
    recorded_by: str | None = None
    dated: ColumnElement[date] | None = None
    subject_field: str | None = None
    shareable: bool = False
    plural: str = "éléments"
    stub: bool = False
    origin: Any = dataclass_field(init=False, default=None)

    def __call__(self, cls: type[T]) -> type[T]:
        """Make the class a Strawberry type; raises DeclarationError for an incomplete declaration."""
        for attribute, declared in vars(cls).items():
            if not isinstance(declared, Field) and not attribute.startswith("__"):
                raise DeclarationError(f"{cls.__name__}.{attribute}: not a field")
        if self.personal:
            cls.__annotations__[ACCESS] = Access | None
            setattr(cls, ACCESS, _access_field())
        self.origin = cls
        strawberry.type(cls, description=self.description, directives=self._directives(vars(cls).values()))
        self._check()
        cls.__entity__ = self  # type: ignore[attr-defined]
        return cls

    @property
    def name(self) -> str:
        """Name of the type."""
        return str(self.origin.__name__)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Fields by their GraphQL names."""
        declared = self.origin.__strawberry_definition__.fields
        return {field.graphql_name: field for field in declared if isinstance(field, Field)}

    @property
    def personal(self) -> bool:
        """Whether its rows are about a person."""
        return self.subject is not None

    @property
    def of_rows(self) -> str:
        """The plural after « de », in French."""
        return f"d'{self.plural}" if self.plural[0] in "aeéiou" else f"de {self.plural}"

    @cached_property
    def key(self) -> ColumnField | None:
        """The key, for a type that `_entities` resolves."""
        return _key(self.fields.values())

    @cached_property
    def valued(self) -> tuple[ColumnField, ...]:
        """Fields some of whose values carry a stricter category."""
        columns = (f for f in self.fields.values() if isinstance(f, ColumnField) and f.sensitive is None)
        return tuple(f for f in columns if f.forbidden is not None)

    @cached_property
    def revealing(self) -> tuple[ColumnElement[Any], ...]:
        """Expressions of what its links and the organisations that it names would reveal, for those that drop the row,
        each once."""
        naming = (f for f in self.fields.values() if isinstance(f, LinkField | ColumnField))
        links = (f for f in naming if f.forbidden is not None)
        return tuple({id(f.sensitive): f.sensitive for f in links if f.sensitive is not None}.values())

    @cached_property
    def dropping(self) -> int:
        """Value bits for which a row is dropped."""
        bits = int(sum(VALUE_FACTS[category] for category in REVEALED)) if self.revealing else 0
        for field in self.valued:
            if isinstance(field.forbidden, Drop) and field.choice is not None:
                for category in categories_of_values(field.choice):
                    bits |= VALUE_FACTS[category]
        return bits

    @cached_property
    def coarsening(self) -> tuple[ColumnField, ...]:
        """Fields whose forbidden values are served as another value."""
        return tuple(f for f in self.valued if isinstance(f.forbidden, Coarsen))

    def coordinate(self, name: str) -> str:
        """`Type.field`."""
        return f"{self.name}.{name}"

    def _directives(self, attributes: Any) -> list[object]:
        directives: list[object] = []
        key = _key(attributes)
        if key is not None and key.resolvable:
            directives.append(Key(fields=key.graphql_name, resolvable=not self.stub))  # type: ignore[arg-type]
        if self.subject is not None:
            columns = {"owner": self.owner, "recorded_by": self.recorded_by}
            options: dict[str, Any] = {role: to_camel_case(name) for role, name in columns.items() if name is not None}
            options |= {} if self.dated is None else {"dated": True}
            field = self.subject_field or to_camel_case(self.subject)
            directives.append(SubjectDirective(field=field, **options))
        if self.shareable:
            directives.append(Shareable())
        return directives

    def _check(self) -> None:
        if not self.description:
            raise DeclarationError(f"{self.name}: no description")
        for field in self.fields.values():
            if not isinstance(field.category, Category):
                raise DeclarationError(f"{self.coordinate(field.graphql_name)}: no category")
            if not field.description:
                raise DeclarationError(f"{self.coordinate(field.graphql_name)}: no description")
        served = [field for field in self.fields.values() if not isinstance(field, ExternalField)]
        if served and self.table is None:
            raise DeclarationError(f"{self.name}: no table")
        for role in ("subject", "owner", "recorded_by"):
            column = getattr(self, role)
            if column is not None and (self.table is None or column not in self.table.c):
                raise DeclarationError(f"{self.name}: the {role} column {column} is not in the table")
        personal = [field.graphql_name for field in served if field.category not in IMPERSONAL]
        if self.subject is None and (personal or self.owner or self.recorded_by or self.dated is not None):
            names = ", ".join(personal) or "owner"
            raise DeclarationError(f"{self.name}: {names} is personal data, but there is no subject")


def _key(attributes: Any) -> ColumnField | None:
    return next((field for field in attributes if isinstance(field, ColumnField) and field.key), None)


def _access_field() -> Any:
    return strawberry.field(
        name=ACCESS,
        description="Faits de la ligne, pour le hub seul.",
        directives=[Inaccessible(), Shareable(), TECH],
    )


def entity_of(cls: Any) -> Entity:
    """The entity that a class declares."""
    entity = vars(cls).get("__entity__") if has_object_definition(cls) else None
    if not isinstance(entity, Entity):
        raise DeclarationError(f"{cls} is not an entity")
    return entity
