"""Rewrite a normalised operation before it is planned: denied fields out, `_access` in, the rest as a residual.

docs/policy.md#rule-2 and docs/policy.md#rule-3. Pure; the result depends on the operation and the decision class only,
and is cached with the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.operations.operation import (
    ACCESS_FIELD,
    ACCESS_KEY,
    JUDGED_FIELD,
    Condition,
    Field,
    Operation,
    Selections,
)
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Decision, DecisionClass, Effect, Reason
from hub.policy.enforce.access_entry import AccessEntry, Explanation, access_entry, not_found_entry
from hub.policy.enforce.input_check import InputUse, input_use, may_reveal
from hub.policy.enforce.verdicts import Mark, Marks
from schema.residual import Residual

UNCLASSIFIED = Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR)
"""The decision on a coordinate that the table lacks: closed by default."""


@dataclass(frozen=True)
class FieldEntry:
    """The table's decision on one field of the operation, whatever the rows hold; `path` is made of response keys.

    `conditions` are those of the field and of all fields above it: an excluded field has no entry in the answer.
    """

    path: tuple[str, ...]
    coordinate: str
    decisions: DecisionClass
    decision: Decision
    conditions: tuple[Condition, ...]

    @cached_property
    def access_entry(self) -> AccessEntry:
        """The entry of `extensions.access`, the same in every answer."""
        return access_entry(self.path, self.coordinate, self.decisions, self.decision)


@dataclass(frozen=True)
class Authorisation:
    """The policy step's result for one operation and decision class.

    `people`: response keys of root fields that answer one person, with their coordinates; `lookups`: those that ask for
    one by an argument; `searches`: root fields that find persons; `matched`: paths of the persons whom they find.
    """

    operation: AuthorisedOperation
    decisions: DecisionClass
    residual: Residual
    marks: Marks
    entries: tuple[FieldEntry, ...]
    inputs: tuple[InputUse, ...]
    people: Mapping[str, str]
    lookups: tuple[Field, ...]
    searches: tuple[Field, ...]
    matched: tuple[tuple[str, str], ...]

    @cached_property
    def unconditional_entries(self) -> Explanation | None:
        """The entries of the table, if no field of them has a condition."""
        if any(entry.conditions for entry in self.entries):
            return None
        return Explanation(entry.access_entry for entry in self.entries)

    @cached_property
    def not_found(self) -> Mapping[str, AccessEntry]:
        """By response key of `people`, the entry of an answer without the person."""
        return {key: not_found_entry(key, coordinate, self.decisions) for key, coordinate in self.people.items()}


def authorise(operation: Operation, decisions: DecisionClass, schema: Classification) -> Authorisation:
    """Decide every coordinate of the operation and rewrite it; see `Authorisation`."""
    rewriting = _Rewriting(decisions, schema)
    shape, fetch = rewriting.selections(operation.root, (), (), True)
    planned = rewriting.planned
    required = {name for coordinate in planned for name in schema.fields[coordinate].requires}
    compared = {name for use in rewriting.inputs for name in _compared(use.input, schema)}
    coordinates = planned | required | compared
    types = set(_row_types(coordinates & schema.fields.keys(), schema)) & schema.personal
    ordering = {name for coordinate in planned for name in _ordering(coordinate, schema)}
    people = [item for item in shape.fields if not item.denied and _returns_person(item, schema)]
    return Authorisation(
        operation=AuthorisedOperation(replace(operation, root=shape), replace(operation, root=fetch)),
        decisions=decisions,
        residual=decisions.residual(sorted(coordinates | ordering), sorted(types)),
        marks=Marks(rewriting.marks),
        entries=tuple(rewriting.entries),
        inputs=tuple(use for use in rewriting.inputs if may_reveal(use, schema)),
        people={item.key: item.coordinate for item in people},
        lookups=tuple(item for item in people if item.arguments),
        searches=tuple(item for item in fetch.fields if item.coordinate in schema.searches),
        matched=tuple(_matched(shape, schema)),
    )


def _returns_person(item: Field, schema: Classification) -> bool:
    """Whether the field returns one object of a personal type."""
    field_class = schema.fields.get(item.coordinate)
    return field_class is not None and not field_class.many and field_class.returns in schema.personal


def _matched(shape: Selections, schema: Classification) -> Iterable[tuple[str, str]]:
    people = set(schema.person_fields.values())
    for item in shape.fields:
        if item.coordinate in schema.searches:
            below = (field for selections in item.selections for field in selections.fields)
            yield from ((item.key, field.key) for field in below if field.coordinate in people)


def _compared(name: str, schema: Classification) -> set[str]:
    """Coordinates that any value of an input may compare: a subgraph compares nothing without a rule that lets it be
    read, finds nobody by an input without a rule that lets it match, and writes none without one that lets it be
    written, nor what it writes unread."""
    nested = schema.nested_inputs(name)
    reads = {coordinate for input_ in nested & schema.inputs.keys() for coordinate in schema.inputs[input_].reads}
    written = nested & schema.writes.keys()
    reads |= {name for below in written for name in schema.requires(below)}
    return (reads & schema.fields.keys()) | (nested & schema.matches.keys()) | written


def _ordering(coordinate: str, schema: Classification) -> Iterable[str]:
    """Coordinates by which rows may be ordered, or one of several chosen, without being selected: those of the items of
    a page or a list, and of the object that a personal object leads to. A root list without an order to ask for is in
    the order of its ids."""
    field_class = schema.fields[coordinate]
    nodes = schema.fields.get(f"{field_class.returns}.nodes")
    if nodes is not None and field_class.type == "Query" and f"{coordinate}(orderBy:)" not in schema.inputs:
        return ()
    if nodes is not None:
        return schema.members.get(nodes.returns, ())
    if coordinate == f"{field_class.type}.nodes":  # whose order is that of the page
        return ()
    ordered = field_class.returns in schema.personal and (field_class.many or field_class.type in schema.personal)
    return schema.members.get(field_class.returns, ()) if ordered else ()


def _row_types(coordinates: Iterable[str], schema: Classification) -> Iterable[str]:
    """Types whose rows these fields read or reach, even if no field of them is selected; for a page, also the type of
    its items."""
    for name in coordinates:
        field_class = schema.fields[name]
        yield from (field_class.type, field_class.returns)
        if field_class.returns not in schema.personal:
            yield from (schema.fields[member].returns for member in schema.members.get(field_class.returns, ()))


def _answers_rows(item: Field, rows: str) -> bool:
    """Whether a field of a page, or of a search's answer, always answers the rows themselves."""
    if item.conditions:
        return False
    edges = (below.name for selections in item.selections for below in selections.fields if not below.conditions)
    return item.coordinate == rows or (item.name == "edges" and "node" in edges)


@dataclass
class _Rewriting:
    decisions: DecisionClass
    schema: Classification
    planned: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    entries: list[FieldEntry] = field(default_factory=list)
    inputs: list[InputUse] = field(default_factory=list)

    def selections(
        self, client: Selections, path: tuple[str, ...], above: tuple[Condition, ...], single: bool
    ) -> tuple[Selections, Selections]:
        """The client's selections with denied fields marked, and the selections that may be fetched.

        `above`: the conditions of all fields above; `single`: no list is passed from the root.
        """
        index = self._reserve(client.type)
        shape: list[Field] = []
        fetch: list[Field] = []
        for item in client.fields:
            if item.name.startswith("__"):
                shape.append(item)
                fetch.append(item)
                continue
            decision = self.decisions.decisions.get(item.coordinate, UNCLASSIFIED)
            item_path, conditions = (*path, item.key), (*above, *item.conditions)
            if decision.effect in (Effect.DENY, Effect.MASK) or decision.silent:
                self.entries.append(FieldEntry(item_path, item.coordinate, self.decisions, decision, conditions))
            if decision.effect is Effect.DENY:
                shape.append(replace(item, denied=True, selections=()))
                continue
            self.planned.add(item.coordinate)
            self.inputs += (
                input_use(f"{item.coordinate}({a}:)", v, (*item_path, a), conditions, self.decisions, self.schema)
                for a, v in item.arguments
            )
            if not item.selections:
                shape.append(item)
                fetch.append(item)
                continue
            below = single and not self.schema.fields[item.coordinate].many
            pairs = [self.selections(child, item_path, conditions, below) for child in item.selections]
            if self._judges(item):
                pairs = [self._with_judged(item_path, *pair) for pair in pairs]
            shape.append(replace(item, selections=tuple(s for s, _ in pairs)))
            fetch.append(replace(item, selections=tuple(f for _, f in pairs)))
        if index is not None:
            fetch.append(Field(key=ACCESS_KEY, type=client.type, name=ACCESS_FIELD))
            self.marks[index] = self._mark(client.type, path, single, fetch)
        elif (hidden_rows := self._hidden_rows(client, path)) is not None:
            shape.append(hidden_rows)
            fetch.append(hidden_rows)
        elif not fetch and path:
            fetch.append(Field(key=f"{ACCESS_KEY}_type", type=client.type, name="__typename"))
        return Selections(client.type, tuple(shape), index), Selections(client.type, tuple(fetch), index)

    def _hidden_rows(self, client: Selections, path: tuple[str, ...]) -> Field | None:
        """The rows of a page of which only the page info is selected, or the person of a search of which only the
        outcome is: cursors and outcome reveal them, so they are fetched, decided and journalled, and not answered."""
        rows = self.schema.person_fields.get(client.type, f"{client.type}.nodes")
        nodes = self.schema.fields.get(rows)
        if nodes is None or nodes.returns not in self.schema.personal:
            return None
        if any(_answers_rows(item, rows) for item in client.fields):
            return None
        index = self._reserve(nodes.returns)
        assert index is not None
        access = Field(key=ACCESS_KEY, type=nodes.returns, name=ACCESS_FIELD)
        revealing = "pageInfo" if client.type not in self.schema.person_fields else "outcome"
        fields = ((ACCESS_KEY, f"{client.type}.{revealing}", None),)
        self.marks[index] = Mark(nodes.returns, path, False, self.decisions.rows[nodes.returns], fields)
        below = Selections(nodes.returns, (access,), index)
        name = rows.partition(".")[2]
        return Field(key=f"{ACCESS_KEY}_rows", type=client.type, name=name, selections=(below,))

    def _judges(self, item: Field) -> bool:
        """Whether an argument of a list may judge its rows, as a filter may, or one of a search name several people,
        where the answer tells whom."""
        if f"{self.schema.fields[item.coordinate].returns}.{JUDGED_FIELD}" not in self.schema.fields:
            return False
        if item.coordinate in self.schema.searches:
            return True
        names = [f"{item.coordinate}({argument}:)" for argument, _ in item.arguments]
        nested = {inner for name in names for inner in self.schema.nested_inputs(name)} & self.schema.inputs.keys()
        return any(map(self.schema.judges, nested))

    def _with_judged(
        self, path: tuple[str, ...], shape: Selections, fetch: Selections
    ) -> tuple[Selections, Selections]:
        """The selections of a list or search, with the rows that its filter judged or its identity named: they are
        fetched, decided and journalled by what the argument reads, and not answered (docs/policy.md#rule-13)."""
        rows = self.schema.fields[f"{shape.type}.{JUDGED_FIELD}"].returns
        index = self._reserve(rows)
        assert index is not None
        self.marks[index] = Mark(rows, path, False, self.decisions.rows[rows], (), judged=True)
        access = Field(key=ACCESS_KEY, type=rows, name=ACCESS_FIELD)
        below = Selections(rows, (access,), index)
        judged = Field(key=f"{ACCESS_KEY}_judged", type=shape.type, name=JUDGED_FIELD, selections=(below,))
        return replace(shape, fields=(*shape.fields, judged)), replace(fetch, fields=(*fetch.fields, judged))

    def _reserve(self, type_name: str) -> int | None:
        """The index of a new mark, to be filled once the fields below are decided; None for a type that is not
        personal."""
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
