"""Rewrite a normalised operation before it is planned: denied fields out, `_access` in, the rest as a residual.

docs/policy.md#rule-2 and docs/policy.md#rule-3. Pure; the result depends on the operation and the decision class only,
and is cached with the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.operations.operation import ACCESS_FIELD, ACCESS_KEY, Condition, Field, Operation, Selections
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import Decision, DecisionClass, Effect, Reason
from hub.policy.enforce.access_entry import AccessEntry, Explanation, entry
from hub.policy.enforce.input_check import InputUse, input_use, telling
from hub.policy.enforce.verdicts import Mark, Marks
from schema.residual import Residual

UNCLASSIFIED = Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR)
"""A coordinate without a decision is denied: closed by default."""


@dataclass(frozen=True)
class FieldEntry:
    """What the table says of one field of the operation, whatever the rows hold; `path` is made of response keys.

    `conditions` are those of the field and of all above it: nothing is told of a field that they exclude.
    """

    path: tuple[str, ...]
    coordinate: str
    decisions: DecisionClass
    decision: Decision
    conditions: tuple[Condition, ...]

    @cached_property
    def told(self) -> AccessEntry:
        """The entry of `extensions.access`, the same in every answer."""
        return entry(self.path, self.coordinate, self.decisions, self.decision)


@dataclass(frozen=True)
class Authorisation:
    """The policy step's result for one operation and decision class."""

    operation: AuthorisedOperation
    decisions: DecisionClass
    residual: Residual
    marks: Marks
    entries: tuple[FieldEntry, ...]
    inputs: tuple[InputUse, ...]
    asked: tuple[Field, ...]
    """The root fields that ask for one person, by an argument."""
    searches: tuple[Field, ...]
    """Those that find persons."""

    @cached_property
    def always(self) -> Explanation | None:
        """What the table says of the fields, if all of them are always asked."""
        return None if any(each.conditions for each in self.entries) else Explanation(e.told for e in self.entries)


def authorise(operation: Operation, decisions: DecisionClass, schema: Classification) -> Authorisation:
    """Decide every coordinate of the operation and rewrite it; see `Authorisation`."""
    rewriting = _Rewriting(decisions, schema)
    shape, fetch = rewriting.selections(operation.root, (), (), True)
    planned = rewriting.planned
    required = {name for coordinate in planned for name in schema.fields[coordinate].requires}
    compared = {name for use in rewriting.inputs for name in _compared(use.input, schema)}
    coordinates = planned | required | compared
    types = set(_met(coordinates & schema.fields.keys(), schema)) & schema.personal
    ordered = {name for coordinate in planned for name in _ordering(coordinate, schema)}
    return Authorisation(
        operation=AuthorisedOperation(replace(operation, root=shape), replace(operation, root=fetch)),
        decisions=decisions,
        residual=decisions.residual(sorted(coordinates | ordered), sorted(types)),
        marks=Marks(rewriting.marks),
        entries=tuple(rewriting.entries),
        inputs=tuple(use for use in rewriting.inputs if telling(use, schema)),
        asked=tuple(each for each in shape.fields if each.arguments and not each.denied and _one(each, schema)),
        searches=tuple(each for each in fetch.fields if each.coordinate in schema.searches),
    )


def _one(field: Field, schema: Classification) -> bool:
    found = schema.fields.get(field.coordinate)
    return found is not None and not found.many and found.returns in schema.personal


def _compared(name: str, schema: Classification) -> set[str]:
    """Coordinates that an input may compare, whatever its value turns out to be: a subgraph compares nothing without a
    rule that lets it read, and finds nobody by an input without a rule that lets it match."""
    below = schema.below(name)
    found = {read for each in below & schema.inputs.keys() for read in schema.inputs[each].reads}
    return (found & schema.fields.keys()) | (below & schema.matches.keys())


def _ordering(coordinate: str, schema: Classification) -> Iterable[str]:
    """Coordinates by which rows may be ordered, or one of several chosen, though none of them is asked: those of the
    items of a page or a list, and of what a personal object leads to."""
    found = schema.fields[coordinate]
    nodes = schema.fields.get(f"{found.returns}.nodes")
    if nodes is not None:
        return schema.members.get(nodes.returns, ())
    below = found.returns in schema.personal and (found.many or found.type in schema.personal)
    return schema.members.get(found.returns, ()) if below else ()


def _met(coordinates: Iterable[str], schema: Classification) -> Iterable[str]:
    """Types whose rows are met, though nothing of them is asked; of a page, even if only its bounds are asked, those of
    its items."""
    for name in coordinates:
        found = schema.fields[name]
        yield from (found.type, found.returns)
        if found.returns not in schema.personal:
            yield from (schema.fields[member].returns for member in schema.members.get(found.returns, ()))


def _shows_rows(field: Field, rows: str) -> bool:
    """Whether a field of a page, or of a search's answer, always answers its rows themselves."""
    if field.conditions:
        return False
    edges = (below.name for selections in field.selections for below in selections.fields if not below.conditions)
    return field.coordinate == rows or (field.name == "edges" and "node" in edges)


@dataclass
class _Rewriting:
    decisions: DecisionClass
    schema: Classification
    planned: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    entries: list[FieldEntry] = field(default_factory=list)
    inputs: list[InputUse] = field(default_factory=list)

    def selections(
        self, asked: Selections, path: tuple[str, ...], above: tuple[Condition, ...], single: bool
    ) -> tuple[Selections, Selections]:
        """The client's selections with denied fields marked, and those that may be fetched."""
        index = self._reserve(asked.type)
        shape: list[Field] = []
        fetch: list[Field] = []
        for item in asked.fields:
            if item.name.startswith("__"):
                shape.append(item)
                fetch.append(item)
                continue
            decision = self.decisions.decisions.get(item.coordinate, UNCLASSIFIED)
            here, conditions = (*path, item.key), (*above, *item.conditions)
            if decision.effect in (Effect.DENY, Effect.MASK) or decision.silent:
                self.entries.append(FieldEntry(here, item.coordinate, self.decisions, decision, conditions))
            if decision.effect is Effect.DENY:
                shape.append(replace(item, denied=True, selections=()))
                continue
            self.planned.add(item.coordinate)
            self.inputs += (
                input_use(f"{item.coordinate}({a}:)", v, (*here, a), conditions, self.decisions, self.schema)
                for a, v in item.arguments
            )
            below = single and not self.schema.fields[item.coordinate].many
            pairs = [self.selections(child, here, conditions, below) for child in item.selections]
            shape.append(replace(item, selections=tuple(s for s, _ in pairs)))
            fetch.append(replace(item, selections=tuple(f for _, f in pairs)))
        if index is not None:
            fetch.append(Field(key=ACCESS_KEY, type=asked.type, name=ACCESS_FIELD))
            self.marks[index] = self._mark(asked.type, path, single, fetch)
        elif (unseen := self._unseen_rows(asked, path)) is not None:
            shape.append(unseen)
            fetch.append(unseen)
        elif not fetch and path:
            fetch.append(Field(key=f"{ACCESS_KEY}_type", type=asked.type, name="__typename"))
        return Selections(asked.type, tuple(shape), index), Selections(asked.type, tuple(fetch), index)

    def _unseen_rows(self, asked: Selections, path: tuple[str, ...]) -> Field | None:
        """The rows of a page of which only the bounds are asked, or the person of whom only is asked that it is found:
        cursors and outcome tell of them, so that they are decided and journalled like any other, and not answered."""
        rows = self.schema.found.get(asked.type, f"{asked.type}.nodes")
        nodes = self.schema.fields.get(rows)
        if nodes is None or nodes.returns not in self.schema.personal:
            return None
        if any(_shows_rows(field, rows) for field in asked.fields):
            return None
        index = self._reserve(nodes.returns)
        assert index is not None
        access = Field(key=ACCESS_KEY, type=nodes.returns, name=ACCESS_FIELD)
        told = (ACCESS_KEY, f"{asked.type}.{'pageInfo' if asked.type not in self.schema.found else 'outcome'}", None)
        self.marks[index] = Mark(nodes.returns, path, False, self.decisions.rows[nodes.returns], (told,))
        below = Selections(nodes.returns, (access,), index)
        name = rows.partition(".")[2]
        return Field(key=f"{ACCESS_KEY}_rows", type=asked.type, name=name, selections=(below,))

    def _reserve(self, type_name: str) -> int | None:
        if type_name not in self.schema.personal:
            return None
        self.marks.append(Mark(type_name, (), False, self.decisions.rows[type_name], ()))
        return len(self.marks) - 1

    def _mark(self, type_name: str, path: tuple[str, ...], single: bool, fetch: list[Field]) -> Mark:
        fields = tuple(
            (item.key, item.coordinate, None if decision.effect is Effect.OPEN else decision.rule)
            for item in fetch
            if not item.name.startswith("_")
            for decision in (self.decisions.decisions[item.coordinate],)
        )
        return Mark(type_name, path, single, self.decisions.rows[type_name], fields)
