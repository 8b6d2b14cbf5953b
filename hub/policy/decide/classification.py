"""The classification of each coordinate of the composed graph: category, level, values, requirements, inputs.

The only form in which policy sees the schema. `hub.policy.decide.classify` builds it from the supergraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schema.categories import OPEN, Category, Level


@dataclass(frozen=True, slots=True)
class FieldClass:
    """The classification of one field.

    `many`: it returns a list. `requires`: coordinates that resolving it reads, transitively. `values`: stricter
    categories that some of its enum values carry; `action`: what happens to such a value (`DROP` the row, `COARSEN` the
    value). `matches`: inputs of its arguments by which it finds persons (docs/policy.md#rule-6). `self_only`: it
    leads only to the person who asks. `writes`: the inputs of a mutation that are always written
    (docs/policy.md#rule-15).
    """

    coordinate: str
    type: str
    returns: str
    category: Category
    level: Level
    many: bool = False
    values: frozenset[Category] = frozenset()
    action: str | None = None
    requires: frozenset[str] = frozenset()
    matches: frozenset[str] = frozenset()
    self_only: bool = False
    writes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InputClass:
    """An argument, input field or enum value: the coordinates whose values it reveals; `type` is its input type.

    `match`: the category of its value if it finds persons by it, without answering it; `reads` is then what an actor
    must be able to read of a person to find it. `designates`: whom it leaves out of a list is not judged by it
    (docs/policy.md#rule-13). `writes`: the coordinate that its value is written to; `overwrites`: in place of the value
    that the row has; `written_as`: the category that it takes to write it, if not the coordinate's
    (docs/policy.md#rule-15).
    """

    type: str
    reads: tuple[str, ...]
    match: Category | None = None
    designates: bool = False
    writes: str | None = None
    overwrites: bool = False
    written_as: Category | None = None


@dataclass(frozen=True)
class Classification:
    """The whole graph, classified.

    `fields` by coordinate; `personal` types (they have a subject and `_access`); `recorded`: those whose rows say which
    organisation recorded them; `dated`: those whose rows carry the day from which their own retention runs; `members`:
    the coordinates of each type, in order. `inputs` are keyed `Type.field(argument:)`, `InputType.field` and
    `EnumType.VALUE`; `values`: stricter categories of enum values, by `EnumType.VALUE`; `enums`: the names of all
    values, by type. `digest` pins all of it.
    """

    fields: Mapping[str, FieldClass]
    personal: frozenset[str]
    recorded: frozenset[str]
    dated: frozenset[str]
    members: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, InputClass]
    values: Mapping[str, Category]
    digest: str
    enums: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def matches(self) -> Mapping[str, Category]:
        """The inputs by which persons are found, and the category of each."""
        return {name: input_.match for name, input_ in self.inputs.items() if input_.match is not None}

    @cached_property
    def writes(self) -> Mapping[str, Category]:
        """The inputs whose values are written, and the category that it takes: that of the field that each is written
        to, or its own."""
        return {
            name: input_.written_as or self.fields[input_.writes].category
            for name, input_ in self.inputs.items()
            if input_.writes is not None
        }

    def category(self, name: str) -> Category:
        """The category of a field, or of an input that finds persons or is written."""
        return self.matches.get(name) or self.writes.get(name) or self.fields[name].category

    def requires(self, name: str) -> list[str]:
        """The coordinates that a field, or an input that finds persons or is written, requires."""
        if name in self.writes:
            return [str(self.inputs[name].writes)]
        return sorted(self.inputs[name].reads if name in self.matches else self.fields[name].requires)

    @cached_property
    def searches(self) -> frozenset[str]:
        """The fields that find persons by a value that they have."""
        return frozenset(name for name, field in self.fields.items() if field.matches)

    @cached_property
    def person_fields(self) -> Mapping[str, str]:
        """By the type of a search's answer, the coordinate that holds the person found."""
        answers = {field.returns for field in self.fields.values() if field.matches}
        members = ((name, self.fields[coordinate]) for name in answers for coordinate in self.members[name])
        return {name: field.coordinate for name, field in members if field.returns in self.personal and not field.many}

    @cached_property
    def search_types(self) -> frozenset[str]:
        """The input types with a field that finds persons."""
        return frozenset(name.partition(".")[0] for name in self.matches)

    def judges(self, name: str) -> bool:
        """Whether an input compares guarded values of all rows of a list, so that being left out tells something."""
        input_ = self.inputs[name]
        guarded = any(self.fields[read].category not in OPEN for read in input_.reads if read in self.fields)
        return guarded and not input_.designates and input_.match is None and name.partition(".")[0] not in self.enums

    @cached_property
    def inputs_by_type(self) -> Mapping[str, frozenset[str]]:
        """The fields of each input type, and the values of each enum that an input may have."""
        by_type: dict[str, set[str]] = {}
        for name in self.inputs:
            by_type.setdefault(name.partition(".")[0], set()).add(name)
        return {type_: frozenset(names) for type_, names in by_type.items()}

    def nested_inputs(self, name: str) -> set[str]:
        """An input and all inputs that its value may hold."""
        nested, pending = {name}, [name]
        while pending:
            input_ = self.inputs.get(pending.pop())
            if input_ is not None:
                below = self.inputs_by_type.get(input_.type, frozenset()) - nested
                nested |= below
                pending += below
        return nested
