"""Inputs are reads: an argument, filter, sort or search column needs an unmasked read of what it reveals; one that is
written needs to be written, too.

docs/policy.md#rule-6 and docs/policy.md#rule-15.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import specified_scalar_types

from hub.errors import DocumentRefused, RequestRefused
from hub.federation.operations.operation import Condition, Operation, hold
from hub.policy.decide.classification import Classification, InputClass
from hub.policy.decide.decision import Decision, DecisionClass, Effect
from schema.facts import VALUE_FACTS, Fact
from schema.residual import Clause

BUILT_IN_SCALARS = frozenset(specified_scalar_types)
SIMPLE_VALUES = frozenset((str, int, float, bool))
"""Types of a value that holds no other."""


@dataclass(frozen=True, slots=True)
class InputUse:
    """An argument that the operation passes: its name in the classification, the variable that holds the value, and the
    conditions of its field and of all fields above it.

    `reveals`: the coordinates that every value of it reveals, if they are the same for all values and the argument is
    admitted; else None.
    """

    input: str
    variable: str
    path: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    reveals: frozenset[str] | None = None


def input_use(
    name: str,
    variable: str,
    path: tuple[str, ...],
    conditions: tuple[Condition, ...],
    decisions: DecisionClass,
    schema: Classification,
) -> InputUse:
    """The use of the argument `name`, with the part of its check that depends on the class alone."""
    input_class = schema.inputs.get(name)
    if input_class is None or not is_admitted(name, decisions, schema):
        return InputUse(name, variable, path, conditions)
    nested = input_class.type in schema.inputs_by_type
    return InputUse(name, variable, path, conditions, None if nested else _revealed(name, input_class))


def may_reveal(use: InputUse, schema: Classification) -> bool:
    """Whether the value of an argument may reveal anything or be refused: not so for an admitted built-in scalar that
    reveals nothing, such as a page length."""
    return use.reveals != frozenset() or schema.inputs[use.input].type not in BUILT_IN_SCALARS


def check_inputs(
    uses: Iterable[InputUse], variables: Mapping[str, Any], decisions: DecisionClass, schema: Classification
) -> dict[tuple[str, ...], frozenset[str]]:
    """By path of a field, the coordinates that its inputs reveal of the rows below it, for the journal.

    Refuses the request with FORBIDDEN_INPUT at the first input that would reveal what the actor may not read on every
    row it could reach, and with FORBIDDEN_WRITE at the first that would write what it may not write of any. A null or
    absent input reveals nothing, nor does an input of an excluded field.
    """
    revealed: dict[tuple[str, ...], frozenset[str]] = {}
    for use in uses:
        value = variables.get(use.variable)
        if value is None or (use.conditions and not hold(use.conditions, variables)):
            continue
        simple = use.reveals is not None and type(value) in SIMPLE_VALUES
        reads = use.reveals if simple else _reads(use, value, decisions, schema)
        if reads:
            field_path = use.path[:-1]
            revealed[field_path] = revealed[field_path] | reads if field_path in revealed else reads
    return revealed


def _reads(use: InputUse, root: Any, decisions: DecisionClass, schema: Classification) -> frozenset[str]:
    """The coordinates that a value and all values in it reveal; raises RequestRefused."""
    reads: set[str] = set()
    pending: list[tuple[str, Any, tuple[str, ...]]] = [(use.input, root, use.path)]
    while pending:
        name, value, path = pending.pop()
        if value is None:
            continue
        input_class = schema.inputs.get(name)
        if input_class is None or not is_admitted(name, decisions, schema):
            raise _refusal(name, input_class, path, decisions)
        reads.update(_revealed(name, input_class))
        for item in value if type(value) is list else (value,):
            if type(item) is dict:
                if not all(f"{input_class.type}.{key}" in schema.inputs for key in item):
                    raise forbidden_input(path)  # inside of a scalar, the client's own keys: values like any other
                pending += ((f"{input_class.type}.{key}", below, (*path, key)) for key, below in item.items())
            elif not is_value_written(name, f"{input_class.type}.{item}", decisions, schema):
                raise forbidden_write(path, decisions.writes[name])
            elif (below := f"{input_class.type}.{item}") in schema.inputs:
                if not is_admitted(below, decisions, schema):
                    raise forbidden_input(path)
                reads.update(schema.inputs[below].reads)
    return frozenset(reads)


def _revealed(name: str, input_class: InputClass) -> frozenset[str]:
    """The coordinates that a value of an input reveals by itself, and the input itself if it finds persons or is
    written."""
    return frozenset(
        input_class.reads if input_class.match is None and input_class.writes is None else (*input_class.reads, name)
    )


def is_admitted(name: str, decisions: DecisionClass, schema: Classification) -> bool:
    """Whether this class may give an argument, input field or enum value at all; never one that nothing classifies.

    An input that finds persons finds those that its decision admits, one that is written is written of those; what any
    other input reveals must be readable on every row.
    """
    input_class = schema.inputs.get(name)
    if input_class is not None and input_class.writes is not None:
        return decisions.writes[name].effect is Effect.WRITE
    if input_class is not None and input_class.match is not None:
        return decisions.matches[name].effect is Effect.MATCH
    if input_class is None:
        return False
    certain_facts = Fact.NATIONWIDE if name.partition(".")[0] in schema.search_types else Fact(0)
    return all(_readable(read, certain_facts, decisions, schema) for read in input_class.reads)


def is_value_written(name: str, value: str, decisions: DecisionClass, schema: Classification) -> bool:
    """Whether an input may hold this value (`EnumType.VALUE`): where it is written, one of a stricter category than the
    field's needs that category to be written."""
    category = schema.values.get(value) if schema.inputs[name].writes is not None else None
    if category is None or category is schema.writes[name]:
        return True
    return any(bit == VALUE_FACTS[category] and clauses for bit, clauses in decisions.writes[name].rule.values)


def check_variables_only(operation: Operation, schema: Classification) -> None:
    """Refuse with IDENTITY_NOT_VARIABLE a document that holds a value by which a person is found, even as a default:
    documents are kept, values of variables are not."""
    in_document = operation.literals.keys() | operation.defaults.keys()
    pending = list(operation.root.fields)
    while pending:
        field = pending.pop()
        pending += (below for selections in field.selections for below in selections.fields)
        for argument, variable in field.arguments if field.coordinate in schema.searches else ():
            if variable in in_document:
                raise DocumentRefused(
                    "IDENTITY_NOT_VARIABLE",
                    f"L'argument « {argument} » de « {field.name} » se passe entier dans une variable sans valeur par "
                    "défaut : ce qui identifie une personne n'est jamais écrit dans un document.",
                    f"argument {argument} of {field.coordinate} is not a variable",
                )


def _refusal(
    name: str, input_class: InputClass | None, path: tuple[str, ...], decisions: DecisionClass
) -> RequestRefused:
    if input_class is not None and input_class.writes is not None:
        return forbidden_write(path, decisions.writes[name])
    return forbidden_input(path, input_class)


def forbidden_write(path: tuple[str, ...], decision: Decision) -> RequestRefused:
    """The error of an input that may not be written: the place, the reason and what would lift it, never the value."""
    purposes = decision.granted_for.split(", ") if decision.granted_for is not None else []
    remedy = (
        f"déclarez la finalité {' ou '.join(purposes)}"
        if purposes
        else "retirez-la, ou donnez une autre valeur si c'est celle-ci qui est protégée"
    )
    return RequestRefused(
        "FORBIDDEN_WRITE",
        f"Vous ne pouvez pas écrire « {'.'.join(path)} » pour cette finalité, rien n'a été écrit : {remedy}.",
        f"input {'.'.join(path)} is not writable",
        path=path,
        http_status=403,
        extensions={"reason": decision.reason, "purposes": purposes} if decision.reason is not None else {},
    )


def forbidden_input(path: tuple[str, ...], input_class: InputClass | None = None) -> RequestRefused:
    """The error of a refused input: it names the place, never the value, and says if the input finds persons."""
    matches = input_class is not None and input_class.match is not None
    why = (
        "sert à rapprocher une personne, ce que vous ne pouvez pas faire par lui pour cette finalité"
        if matches
        else "porte sur une donnée que vous ne pouvez pas lire"
    )
    return RequestRefused(
        "FORBIDDEN_INPUT",
        f"Le critère « {'.'.join(path)} » {why} : retirez-le de la requête.",
        f"input {'.'.join(path)} reveals a coordinate that is not readable on all candidate rows",
        path=path,
        http_status=403,
    )


def _readable(coordinate: str, certain_facts: Fact, decisions: DecisionClass, schema: Classification) -> bool:
    """Whether a coordinate is read in full on every row of its type that exists for the actor; `certain_facts` are
    facts that all of them have: a search compares only persons whom it names."""
    decision = decisions.decisions.get(coordinate)
    if decision is None or decision.effect is Effect.DENY:
        return False
    if decision.effect is Effect.OPEN:
        return True
    row = decisions.rows.get(schema.fields[coordinate].type)
    row_relations = _relations(row.read if row is not None else ())
    everywhere = (clause for clause in decision.rule.read if not clause.all_of & ~certain_facts)
    return not row_relations & ~_relations(everywhere)


def _relations(clauses: Iterable[Clause]) -> int:
    bits = 0
    for clause in clauses:
        bits |= clause.any_of
    return bits
