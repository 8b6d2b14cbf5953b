"""Inputs of mutations: what is written, to whom or to which item, once per idempotency key and from which version.

@written_input(Appointment, "Rendez-vous à enregistrer.")
class RecordAppointmentInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui a le rendez-vous.")
    starts_at: DateTime = written("startsAt", "Début.")
    mode: AppointmentMode | None = written("mode", "Modalité.", required=False)

Each input that is written names its field by `@writes`, so that the hub decides it as a write and as a read of that
field (docs/policy.md#rule-15). Nothing else of a client reaches a column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import strawberry
from sqlalchemy import Column, ColumnElement
from sqlalchemy.dialects.postgresql import UUID
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from schema.categories import Category
from schema.days import day_of
from schema.idempotency import hashed_key, hashed_request, is_key
from subgraphs.kit.directives import reads_directive, writes_directive
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.enums import categories_of_values, value_names
from subgraphs.kit.errors import BadInput, DeclarationError
from subgraphs.kit.fields import ColumnField, OneField, attribute, unwrapped
from subgraphs.kit.page_arguments import convert_value, uuid_or_none
from subgraphs.kit.root_fields import column_at
from subgraphs.kit.scalars import ID

T = TypeVar("T")
AHEAD = timedelta(days=90)
"""How far from today what is planned soon may begin."""
LONGEST_ID = 200
"""Characters of the longest id of a row that an input leads to."""
ARGUMENT = "input"
"""The one argument of every mutation."""
KEY, TARGET, VERSION = "idempotencyKey", "target", "expectedVersion"

Check = Callable[[Any, datetime], bool]
"""Whether a value of the right type may be written at this instant."""


def is_soon(day: date, now: datetime) -> bool:
    """Whether a day is of the form `SOON`."""
    return timedelta(0) <= day - day_of(now) <= AHEAD


class WrittenInput(StrawberryField):
    """An input that is written to the field at `path` (fields from the entity). `check` is what its value must pass
    besides its type, `expected` the code of that form (`schema.input_forms`); `overwrites`: it replaces what the row
    has; `category`: what one must be able to write, if it is not the field's category."""

    def __init__(
        self,
        path: str,
        description: str,
        *,
        required: bool = True,
        check: Check | None = None,
        expected: str | None = None,
        overwrites: bool = False,
        category: Category | None = None,
    ) -> None:
        if (check is None) != (expected is None):
            raise DeclarationError(f"{path}: a check goes with the form that it expects")
        super().__init__(description=description, **({} if required else {"default": strawberry.UNSET}))
        self.path, self.required, self.check, self.expected = path, required, check, expected
        self.overwrites, self.category = overwrites, category
        self.field: ColumnField

    @property
    def column_name(self) -> str:
        """The column that it is written to."""
        return str(self.field.column.name)

    def bind(self, entity: Entity) -> str:
        """Find the field that it is written to; return its coordinate. Raises DeclarationError."""
        owner, column = column_at(entity, self.path)
        if not isinstance(column.column, Column) or column.key:
            raise DeclarationError(f"{entity.name}.{self.path}: no column to write to")
        self.field = column
        return owner.coordinate(column.graphql_name)

    @property
    def written_type(self) -> Any:
        """The type of a value."""
        return self.field.named_type

    def read(self, name: str, value: Any, now: datetime) -> Any:
        """The value for the column; raises BadInput."""
        place = f"{ARGUMENT}.{name}"
        choice = self.field.choice
        if isinstance(choice, StrawberryEnumDefinition) and (
            type(value) is not str or value not in value_names(choice)
        ):
            raise BadInput(place, "ENUM")
        converted = convert_value(place, value, self.field.kind)
        if self.check is not None and self.expected is not None and not self.check(converted, now):
            raise BadInput(place, self.expected)
        return converted

    def stricter(self, value: Any) -> Category | None:
        """The category of this value, if it is stricter than the field's."""
        choice = self.field.choice
        categories = {} if choice is None else categories_of_values(choice)
        return next((category for category, values in categories.items() if value in values), None)


class LinkedInput(WrittenInput):
    """An input that leads the row to a row of another table, by its id: one of those `among` which the client may
    choose, else the write is refused with the code and message `refusal`. `copies`: columns of the new row, by those of
    the other one whose value they have."""

    def __init__(
        self,
        path: str,
        description: str,
        *,
        among: ColumnElement[bool],
        refusal: tuple[str, str],
        copies: Mapping[str, str] | None = None,
        category: Category | None = None,
    ) -> None:
        super().__init__(path, description, category=category)
        self.among, self.refusal, self.copies = among, refusal, dict(copies or {})
        self.link: OneField

    @property
    def target(self) -> Entity:
        """The type of the row that it leads to."""
        return entity_of(self.link.target)

    @property
    def column_name(self) -> str:
        return str(self.link.on[1].name)

    def bind(self, entity: Entity) -> str:
        link = entity.fields.get(self.path)
        if not isinstance(link, OneField):
            raise DeclarationError(f"{entity.name}.{self.path}: no link to write by an id")
        self.link = link
        return entity.coordinate(self.path)

    @property
    def written_type(self) -> Any:
        return ID

    def read(self, name: str, value: Any, now: datetime) -> Any:
        """The id; an empty one leads to nothing, as does what is no id."""
        key = self.target.key
        assert key is not None
        text = value if type(value) is str and len(value) <= LONGEST_ID and "\0" not in value else ""
        return uuid_or_none(text) if isinstance(key.column.type, UUID) else text

    def stricter(self, value: Any) -> Category | None:
        return None


@dataclass(frozen=True, slots=True, repr=False)
class Together:
    """What two inputs must pass together: `check` of both values, else the second is not of the form `expected`."""

    first: str
    second: str
    check: Callable[[Any, Any], bool]
    expected: str


class TargetInput(StrawberryField):
    """The input that names the person or the item to write to, by its id."""


class KeyInput(StrawberryField):
    """The input that tells one writing from another, however often it is sent."""


class VersionInput(StrawberryField):
    """The input that tells which version of the item the client has read."""


written = attribute(WrittenInput)
linked = attribute(LinkedInput)


def target(description: str) -> Any:
    """The person, or the item, to write to."""
    return TargetInput(description=description, directives=[reads_directive()])


def idempotency_key() -> Any:
    """The key under which a writing is made once."""
    return KeyInput(
        description="Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est "
        "faite qu'une fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite.",
        directives=[reads_directive()],
    )


def expected_version() -> Any:
    """The version that the client has read."""
    return VersionInput(
        description="Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit.",
        directives=[reads_directive()],
    )


def written_input(entity: type, description: str, *together: Together) -> Callable[[type[T]], type[T]]:
    """Declare the input type of a mutation, and what its inputs must pass `together`.

    Raises DeclarationError for an input whose type is not that of its column, and for a type without a key, a target or
    anything to write."""

    def declare(cls: type[T]) -> type[T]:
        fields = {name: field for name, field in vars(cls).items() if isinstance(field, StrawberryField)}
        kinds = [kind for field in fields.values() for kind in (TargetInput, KeyInput) if isinstance(field, kind)]
        inputs = {name: field for name, field in fields.items() if isinstance(field, WrittenInput)}
        if sorted(kinds, key=str) != [KeyInput, TargetInput] or not any(field.required for field in inputs.values()):
            raise DeclarationError(f"{cls.__name__}: a key, a target and a required input to write")
        for field in inputs.values():
            coordinate = field.bind(entity_of(entity))
            field.directives = [writes_directive(coordinate, overwrites=field.overwrites, category=field.category)]
        declared = strawberry.input(cls, description=description)
        declared.__together__ = together  # type: ignore[attr-defined]
        for name, field in inputs.items():
            if unwrapped(field.type) != (field.written_type, False):
                raise DeclarationError(f"{cls.__name__}.{name}: the annotation is not the type of its column")
        return declared

    return declare


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What a client asks to write: `values` by the name of the input, `digest` of all that it gave, `key` as it is
    stored; `version` None for a new item."""

    key: str
    digest: str
    target: str | None
    version: int | None
    values: Mapping[str, Any]


@cache
def inputs_of(cls: type) -> Mapping[str, StrawberryField]:
    """The inputs of a declared type by their GraphQL names."""
    return {to_camel_case(field.python_name): field for field in cls.__strawberry_definition__.fields}  # type: ignore[attr-defined]


def read_request(mutation: str, cls: type, arguments: Any, now: datetime, secret: bytes) -> Request | list[BadInput]:
    """The request, or everything that is wrong with it; a null input is as an absent one."""
    if type(arguments) is not dict:
        return [BadInput(ARGUMENT, "OBJECT")]
    refused: list[BadInput] = []
    values: dict[str, Any] = {}
    key, designated, version = "", None, None
    for name, field in inputs_of(cls).items():
        value, place = arguments.get(name), f"{ARGUMENT}.{name}"
        try:
            if isinstance(field, WrittenInput):
                if value is not None or field.required:
                    values[name] = field.read(name, value, now)
            elif isinstance(field, KeyInput):
                key = _key(place, value)
            elif isinstance(field, VersionInput):
                version = _version(place, value)
            else:
                designated = uuid_or_none(value)
        except BadInput as error:
            refused.append(error)
    for rule in cls.__together__:  # type: ignore[attr-defined]
        pair = values.get(rule.first), values.get(rule.second)
        if None not in pair and not rule.check(*pair):
            refused.append(BadInput(f"{ARGUMENT}.{rule.second}", rule.expected))
    if refused:
        return refused
    digest = hashed_request(mutation, arguments, secret)
    return Request(hashed_key(key, secret), digest, designated, version, values)


def _key(place: str, value: Any) -> str:
    if not is_key(value):
        raise BadInput(place, "KEY")
    return str(value)


def _version(place: str, value: Any) -> int:
    if type(value) is not int or value < 1:
        raise BadInput(place, "VERSION")
    return value
