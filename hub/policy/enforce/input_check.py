"""Inputs are reads: an argument, filter, sort or search column needs an unmasked read of what it reveals.

docs/policy.md#rule-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import specified_scalar_types

from hub.errors import DocumentRefused, RequestRefused
from hub.federation.operations.operation import Condition, Operation, hold
from hub.policy.decide.classification import Classification, InputClass
from hub.policy.decide.decision_table import DecisionClass, Effect

PLAIN = frozenset(specified_scalar_types)
"""The built-in scalars."""
ONE = frozenset((str, int, float, bool))
"""Types of a value that holds no other."""


@dataclass(frozen=True, slots=True)
class InputUse:
    """An argument that the operation passes: its place in the classification, the variable that holds the value, the
    conditions of its field and of all above it.

    `reveals`: what any one value of it reveals, where that is the same for all of them and may be given.
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
    """The use of the argument `name`, with all of its check that depends on the class alone."""
    known = schema.inputs.get(name)
    if known is None or not admitted(name, decisions, schema):
        return InputUse(name, variable, path, conditions)
    below = f"{known.type}."
    told = any(each.startswith(below) for each in schema.inputs)
    return InputUse(name, variable, path, conditions, None if told else _of(name, known))


def may_reveal(use: InputUse, schema: Classification) -> bool:
    """Whether the value of an argument may reveal anything, or be refused: a built-in scalar that may be given and
    reveals nothing, as the length of a page, never is."""
    return use.reveals != frozenset() or schema.inputs[use.input].type not in PLAIN


def check_inputs(
    uses: Iterable[InputUse], variables: Mapping[str, Any], decisions: DecisionClass, schema: Classification
) -> dict[tuple[str, ...], frozenset[str]]:
    """What the inputs reveal of the rows below each field, by its path: coordinates, which the journal is told.

    Refuses the request with FORBIDDEN_INPUT at the first input that would reveal what the actor may not read on every
    row it could meet. A null or absent input reveals nothing, nor does one of an excluded field.
    """
    revealed: dict[tuple[str, ...], frozenset[str]] = {}
    for use in uses:
        given = variables.get(use.variable)
        if given is None or (use.conditions and not hold(use.conditions, variables)):
            continue
        plain = use.reveals is not None and type(given) in ONE
        reads = use.reveals if plain else _reads(use, given, decisions, schema)
        if reads:
            place = use.path[:-1]
            revealed[place] = revealed[place] | reads if place in revealed else reads
    return revealed


def _reads(use: InputUse, given: Any, decisions: DecisionClass, schema: Classification) -> frozenset[str]:
    reads: set[str] = set()
    pending: list[tuple[str, Any, tuple[str, ...]]] = [(use.input, given, use.path)]
    while pending:
        name, value, path = pending.pop()
        if value is None:
            continue
        known = schema.inputs.get(name)
        if known is None or not admitted(name, decisions, schema):
            raise forbidden_input(path, known)
        reads.update(_of(name, known))
        for item in value if type(value) is list else (value,):
            if type(item) is dict:
                if not all(f"{known.type}.{key}" in schema.inputs for key in item):
                    raise forbidden_input(path)  # inside of a scalar, the client's own keys: values like any other
                pending += ((f"{known.type}.{key}", below, (*path, key)) for key, below in item.items())
            elif (below := f"{known.type}.{item}") in schema.inputs:
                if not admitted(below, decisions, schema):
                    raise forbidden_input(path)
                reads.update(schema.inputs[below].reads)
    return frozenset(reads)


def _of(name: str, known: InputClass) -> frozenset[str]:
    """What a value of an input reveals by itself; one to be matched is told as the input that it is."""
    return frozenset(known.reads if known.match is None else (*known.reads, name))


def admitted(name: str, decisions: DecisionClass, schema: Classification) -> bool:
    """Whether this class may give an argument, input field or enum value at all; one that nothing classifies, never.

    One that finds persons finds those whom its decision lets it; what any other reveals of a row must be readable of
    every row.
    """
    known = schema.inputs.get(name)
    if known is not None and known.match is not None:
        return decisions.matches[name].effect is Effect.MATCH
    return known is not None and all(_readable(c, decisions, schema) for c in known.reads)


def check_variables_only(operation: Operation, schema: Classification) -> None:
    """Refuse with IDENTITY_NOT_VARIABLE a document that holds what finds a person, be it as a default: documents are
    kept, values of variables are not."""
    held = operation.literals.keys() | operation.defaults.keys()
    pending = list(operation.root.fields)
    while pending:
        field = pending.pop()
        pending += (below for selections in field.selections for below in selections.fields)
        for argument, variable in field.arguments if field.coordinate in schema.searches else ():
            if variable in held:
                raise DocumentRefused(
                    "IDENTITY_NOT_VARIABLE",
                    f"L'argument « {argument} » de « {field.name} » se passe entier dans une variable sans valeur par "
                    "défaut : ce qui identifie une personne n'est jamais écrit dans un document.",
                    f"argument {argument} of {field.coordinate} is not a variable",
                )


def forbidden_input(path: tuple[str, ...], known: InputClass | None = None) -> RequestRefused:
    """The one error of a refused input: it names the place, never the value; and of one to be matched that nobody reads
    it."""
    matched = known is not None and known.match is not None
    why = (
        "sert à rapprocher une personne, ce que vous ne pouvez pas faire par lui pour cette finalité"
        if matched
        else "porte sur une donnée que vous ne pouvez pas lire"
    )
    return RequestRefused(
        "FORBIDDEN_INPUT",
        f"Le critère « {'.'.join(path)} » {why} : retirez-le de la requête.",
        f"input {'.'.join(path)} reveals a coordinate that is not readable on all candidate rows",
        path=path,
        http_status=403,
    )


def _readable(coordinate: str, decisions: DecisionClass, schema: Classification) -> bool:
    decision = decisions.decisions.get(coordinate)
    if decision is None or decision.effect is Effect.DENY:
        return False
    if decision.effect is Effect.OPEN:
        return True
    row = decisions.rows.get(schema.fields[coordinate].type)
    wanted = _relations(row.read if row is not None else ())
    return not wanted & ~_relations(decision.rule.read)


def _relations(clauses: Iterable[Any]) -> int:
    bits = 0
    for clause in clauses:
        bits |= clause.any_of
    return bits
