"""Mutations: what a subgraph's class `Mutation` declares.

@strawberry.type
class Mutation:
    record_appointment: Appointment | None = creation("Enregistre un rendez-vous.", RecordAppointmentInput, _own_values)
    set_appointment_status: Appointment | None = change("Dit la présence.", SetAppointmentStatusInput)

A mutation returns the item that it wrote, by the ordinary projection: nobody learns by writing what it may not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from subgraphs.kit.connection_types import argument
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.root_fields import RootField, RootKind
from subgraphs.kit.write.inputs import ARGUMENT, VersionInput, WrittenInput, inputs_of

SOURCE = "hub"
"""The source of what is written here, in `provenance`."""

Completion = Callable[[str, str], Mapping[str, Any]]
"""From the ids of a new item and of its person, the columns that the client does not say."""


class MutationField(RootField):
    """A field of `Mutation`; `complete` for one that makes a new item, None for one that changes an item."""

    def __init__(self, description: str, input_: type, complete: Completion | None) -> None:
        super().__init__(RootKind.WRITE, description)
        self.input, self.complete = input_, complete
        if (complete is None) != any(isinstance(field, VersionInput) for field in inputs_of(input_).values()):
            raise DeclarationError(f"{input_.__name__}: a change, and no new item, expects a version")
        self.arguments = [argument(ARGUMENT, input_, "Ce qui est écrit.")]

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


def change(description: str, input_: type) -> Any:
    """A mutation that changes the item that its target names, if it is still in the version that the client read."""
    return MutationField(description, input_, None)
