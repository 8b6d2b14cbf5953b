"""Mutations: what a subgraph's class `Mutation` declares.

@strawberry.type
class Mutation:
    record_appointment: Appointment | None = creation("Enregistre un rendez-vous.", RecordAppointmentInput, _own_values)
    set_appointment_status: Appointment | None = change("Dit la présence.", SetAppointmentStatusInput)

A mutation returns the item that it wrote, by the ordinary projection: nobody learns by writing what it may not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement

from schema.categories import Category
from subgraphs.kit.connection_types import argument
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.root_fields import RootField, RootKind
from subgraphs.kit.write.inputs import ARGUMENT, LinkedInput, VersionInput, WrittenInput, inputs_of

SOURCE = "hub"
"""The source of what is written here, in `provenance`."""
RECORDER = "recorded_by"
"""The column of the organisation whose agent made a row, where its owner may be another one."""

OFFER_UNKNOWN = ("OFFER_UNKNOWN", "Le catalogue n'a pas cet élément.")
"""The refusal of an input that leads to nothing of the catalogue."""

Completion = Callable[[str, str], Mapping[str, Any]]
"""From the ids of a new item and of its person, the columns that the client does not say."""
Derivation = Callable[[datetime, Mapping[str, Any]], Mapping[str, Any]]
"""From the instant of a writing and the columns that its item copies, others that the client does not say."""


@dataclass(frozen=True, repr=False)
class Requirement:
    """What must be true of the item that a mutation's target names, or it is refused with this code and message;
    `concerns`: an input, and its values that need it, else all do."""

    condition: ColumnElement[bool]
    code: str
    message: str
    concerns: tuple[str, frozenset[str]] | None = None

    def is_for(self, values: Mapping[str, Any]) -> bool:
        """Whether these inputs need it."""
        return self.concerns is None or values.get(self.concerns[0]) in self.concerns[1]


class MutationField(RootField):
    """A field of `Mutation`; `complete` for one that makes a new item, None for one that changes an item. `requires`
    of the item that it changes or, with `copies`, the columns that a new item takes of it, follows. `system` is the one
    that keeps such items, to which the new one is sent, and `reveals` the categories of what it may so reveal."""

    system: str | None = None
    reveals: frozenset[Category] = frozenset()
    derived: Derivation = staticmethod(lambda now, copied: {})

    def __init__(
        self,
        description: str,
        input_: type,
        complete: Completion | None,
        requires: Sequence[Requirement] = (),
        copies: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(RootKind.WRITE, description)
        self.input, self.complete, self.requires, self.copies = input_, complete, tuple(requires), copies
        if self.is_of_item != any(isinstance(field, VersionInput) for field in inputs_of(input_).values()):
            raise DeclarationError(f"{input_.__name__}: what is of an item, and nothing else, expects a version")
        self.arguments = [argument(ARGUMENT, input_, "Ce qui est écrit.")]

    @property
    def is_of_item(self) -> bool:
        """Whether its target names an item, and no person."""
        return self.complete is None or self.copies is not None

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns of the item that its target names of which a new item has the value."""
        return tuple((self.copies or {}).values())

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes by which an item, or a row that an input leads to, is refused."""
        linked = (field.refusal[0] for field in self.written.values() if isinstance(field, LinkedInput))
        return (*(requirement.code for requirement in self.requires), *linked)

    @cached_property
    def written(self) -> Mapping[str, WrittenInput]:
        """The inputs that are written, by their names."""
        return {name: field for name, field in inputs_of(self.input).items() if isinstance(field, WrittenInput)}

    def coordinate(self, name: str) -> str:
        """The coordinate of an input, by which the residual holds its rule."""
        return f"{self.input.__name__}.{name}"


def creation(description: str, input_: type, complete: Completion) -> Any:
    """A mutation that makes a new item of the person whom its target names, recorded by the actor's organisation."""
    return MutationField(description, input_, complete)


def request_to(
    system: str, description: str, input_: type, derived: Derivation, *, reveals: frozenset[Category] = frozenset()
) -> Any:
    """A mutation that makes a new item as `creation` does, and queues it for the system that keeps such items: it is
    nobody's own item until that system says whose. One that would reveal, by whom it names, another category than these
    is refused."""
    field = MutationField(description, input_, lambda item, person: {})
    field.system, field.reveals, field.derived = system, reveals, derived
    return field


def succession(
    description: str, input_: type, complete: Completion, copies: Mapping[str, str], *requires: Requirement
) -> Any:
    """A mutation that makes a new item after the one that its target names, of the same person; `copies`: columns of
    the new item, by the columns of the other one that they have the value of."""
    return MutationField(description, input_, complete, requires, copies)


def change(description: str, input_: type, *requires: Requirement) -> Any:
    """A mutation that changes the item that its target names, if it is still in the version that the client read and
    meets what it `requires`."""
    return MutationField(description, input_, None, requires)
