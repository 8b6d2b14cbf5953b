"""What each coordinate of the composed graph is: category, level, subject, value categories, requirements, inputs.

The one form in which policy sees the schema. `hub.policy.decide.classify` builds it from the supergraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schema.categories import Category, Level


@dataclass(frozen=True, slots=True)
class FieldClass:
    """One coordinate. `many`: it returns a list. `requires`: coordinates that resolving it reads, transitively.

    `values`: stricter categories that some of its enum values carry; `action`: what happens to such a value (`DROP` the
    row, `COARSEN` the value). `matches`: inputs of its arguments by which it finds persons (docs/policy.md#rule-6).
    `own`: it leads to nobody but the person who asks.
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
    own: bool = False


@dataclass(frozen=True, slots=True)
class InputClass:
    """An argument, input field or enum value: the coordinates whose values it reveals; `type` is its input type.

    `match`: the category of what it holds, by which persons are found and which nobody reads of them; `reads` is then
    what an actor must read of a person to find it so.
    """

    type: str
    reads: tuple[str, ...]
    match: Category | None = None


@dataclass(frozen=True)
class Classification:
    """`fields` by coordinate, `personal` types (they have a subject and `_access`), `members` of types in order.

    `recorded`: personal types whose rows say which organisation recorded them; `dated`: those whose rows bear the day
    from which their own duration runs.

    `inputs` are keyed `Type.field(argument:)`, `InputType.field` and `EnumType.VALUE`; `values` are the stricter
    categories of enum values, by `EnumType.VALUE`, and `enums` the names of all values, by type. `digest` pins what is
    decided on.
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
        return {name: each.match for name, each in self.inputs.items() if each.match is not None}

    def category(self, name: str) -> Category:
        """The category of a field, or of an input that finds persons."""
        return self.matches[name] if name in self.matches else self.fields[name].category

    def requires(self, name: str) -> list[str]:
        """What a field, or an input that finds persons, cannot do without."""
        return sorted(self.inputs[name].reads if name in self.matches else self.fields[name].requires)

    @cached_property
    def searches(self) -> frozenset[str]:
        """The fields that find persons by what they have."""
        return frozenset(name for name, each in self.fields.items() if each.matches)

    @cached_property
    def found(self) -> Mapping[str, str]:
        """By the type of a search's answer, the field that holds the person found."""
        answers = {each.returns for each in self.fields.values() if each.matches}
        members = ((name, self.fields[each]) for name in answers for each in self.members[name])
        return {name: each.coordinate for name, each in members if each.returns in self.personal}

    def below(self, name: str) -> set[str]:
        """An input and all that it may hold."""
        found, pending = {name}, [name]
        while pending:
            known = self.inputs.get(pending.pop())
            held = {each for each in self.inputs if known is not None and each.startswith(f"{known.type}.")} - found
            found |= held
            pending += held
        return found
