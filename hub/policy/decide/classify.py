"""Classify the composed graph: each coordinate has one category, or the hub does not start.

docs/policy.md#rule-1, docs/policy.md#rule-5, docs/policy.md#rule-6 and docs/policy.md#rule-7. Directives are found by
the identity of their specification, `schema.categories.SPEC`, never by name (docs/attaques.md#attack-6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from hub.errors import StartRefused
from hub.federation.operations.operation import ACCESS_FIELD, JUDGED_FIELD, Selections
from hub.federation.supergraph import ROOTS, SuperField, Supergraph
from hub.policy.decide.classification import Classification, FieldClass, InputClass
from schema.categories import OPEN, SPEC, Category, Level
from schema.facts import REVEALED, VALUE_FACTS
from schema.subgraphs import OWN, SUBGRAPHS

IMPERSONAL = OPEN | {Category.PROF}
"""Categories that a type without a subject may hold."""

OWN_SUBGRAPHS = frozenset({*SUBGRAPHS, *OWN})
NOT_OURS = "qui ne suit pas le contrat du hub (docs/contrat-sous-graphe.md)"
_OPEN_FIELD = FieldClass("", "", "", Category.TECH, Level.FULL)
UNREAD = frozenset({"id", "first", "after"})
"""Arguments that reveal nothing: an opaque id, a page size, a sealed cursor."""


class Unclassified(StartRefused):
    """The graph holds a coordinate that policy can't decide on; closed by default."""

    def __init__(self, coordinate: str, problem: str) -> None:
        super().__init__(
            "SCHEMA_UNCLASSIFIED",
            f"Le schéma ne peut pas être servi : {coordinate} — {problem}.",
            f"{coordinate}: {problem}",
        )


def classify(supergraph: Supergraph, contracted: frozenset[str] = frozenset()) -> Classification:
    """The classification of every object field and input; raises Unclassified at the first that lacks what it needs.

    `contracted` are subgraphs of others that keep the hub's contract, and may hold people's data."""
    objects = {name: type_ for name, type_ in supergraph.types.items() if type_.kind == "object"}
    for name, type_ in supergraph.types.items():
        for inherited in type_.fields if name not in objects else ():
            coordinate = f"{name}.{inherited}"
            if _directive(supergraph, coordinate, "category") is not None:
                raise Unclassified(coordinate, "catégorie sur une interface : elle se décide sur ses types")
    personal = frozenset(name for name in objects if _directive(supergraph, name, "subject") is not None)
    recorded = frozenset(n for n in personal if (_directive(supergraph, n, "subject") or {}).get("recordedBy"))
    dated = frozenset(n for n in personal if (_directive(supergraph, n, "subject") or {}).get("dated"))
    fields: dict[str, FieldClass] = {}
    for name, type_ in objects.items():
        if name in personal and ACCESS_FIELD not in type_.fields:
            raise Unclassified(name, f"type personnel sans {ACCESS_FIELD}")
        for field in type_.fields.values():
            field_class = _field(supergraph, name, field, personal)
            if field_class.category not in IMPERSONAL and name not in personal and name != "Query":
                raise Unclassified(field_class.coordinate, "donnée personnelle dans un type sans @subject")
            writes_of_people = name == "Mutation" and not _is_hubs_own(field)
            if writes_of_people and (field_class.many or field_class.returns not in personal):
                raise Unclassified(field_class.coordinate, "une mutation rend l'élément écrit, d'un type personnel")
            fields[field_class.coordinate] = field_class
    requirements = {name: _transitive_requirements(name, fields) for name in fields}
    fields = {name: replace(field, requires=requirements[name]) for name, field in fields.items()}
    for coordinate in _key_coordinates(supergraph):
        if coordinate in fields and fields[coordinate].category not in OPEN:
            raise Unclassified(coordinate, "clé d'une catégorie gardée : une clé est un identifiant opaque")
    inputs = dict(_inputs(supergraph))
    members = {name: tuple(f"{name}.{field}" for field in type_.fields) for name, type_ in objects.items()}
    values = dict(_value_categories(supergraph))
    schema = Classification(fields, personal, recorded, dated, members, inputs, values, "", dict(_enums(supergraph)))
    for name, category in schema.matches.items():
        if unknown := set(inputs[name].reads) - fields.keys():
            raise Unclassified(name, f"rapproche par {category} et révèle {min(unknown)}, que rien ne classe")
    for name, input_ in inputs.items():
        if input_.writes is not None and fields.get(input_.writes, _OPEN_FIELD).category in OPEN:
            raise Unclassified(name, f"écrit {input_.writes}, qui n'est pas une donnée gardée du graphe")
    fields = {
        name: replace(
            field, matches=_matches(supergraph, field, schema), writes=_written_always(supergraph, field, schema)
        )
        for name, field in fields.items()
    }
    schema = replace(schema, fields=fields)
    _check_foreign(supergraph, schema, OWN_SUBGRAPHS | contracted)
    check_judged(schema)
    return replace(schema, digest=_digest(schema))


def check_judged(schema: Classification) -> None:
    """Raise Unclassified for an argument that compares guarded values in a list which does not tell whom it judged: the
    journal could not name them (docs/policy.md#rule-13)."""
    for name in schema.inputs:
        coordinate, _, argument = name.partition("(")
        if not argument or f"{schema.fields[coordinate].returns}.{JUDGED_FIELD}" in schema.fields:
            continue
        if judging := sorted(filter(schema.judges, schema.nested_inputs(name) & schema.inputs.keys())):
            raise Unclassified(judging[0], f"départage des personnes dans une liste sans {JUDGED_FIELD}")


def _check_foreign(supergraph: Supergraph, schema: Classification, trusted: frozenset[str]) -> None:
    """Raise Unclassified if a foreign subgraph resolves data that depends on a row (docs/policy.md#relation): it
    applies no residual and has no row security.

    All fields of a personal type depend on its row, as does every field that reads a guarded value, by a requirement or
    by an input. A type that holds a guarded value is not given by its key either: it would say of whom we ask.
    """
    for name, type_ in supergraph.types.items():
        foreign = type_.joins.keys() - trusted
        if foreign and name in schema.personal:
            raise Unclassified(name, f"type personnel dans « {min(foreign)} », {NOT_OURS}")
        guarded = any(schema.fields[member].category not in OPEN for member in schema.members.get(name, ()))
        if foreign and guarded and name not in ROOTS:
            raise Unclassified(name, f"type qui tient une donnée gardée, dans « {min(foreign)} », {NOT_OURS}")
        for field in type_.fields.values():
            coordinate = f"{name}.{field.name}"
            foreign = field.joins.keys() - trusted
            if foreign and not all(schema.fields[read].category in OPEN for read in _reads(coordinate, schema)):
                raise Unclassified(coordinate, f"donnée qui dépend de la ligne dans « {min(foreign)} », {NOT_OURS}")


def _reads(coordinate: str, schema: Classification) -> Iterable[str]:
    """The coordinates that a field answers, requires and compares with its inputs; a field of an interface answers
    none, those of its types do."""
    field = schema.fields.get(coordinate)
    if field is not None:
        yield from (coordinate, *field.requires)
    for argument in (name for name in schema.inputs if name.startswith(f"{coordinate}(")):
        for name in schema.nested_inputs(argument) & schema.inputs.keys():
            yield from schema.inputs[name].reads


def _digest(schema: Classification) -> str:
    """SHA-256 of the whole classification, the same in every process."""
    lines = [
        f"{f.coordinate} {f.returns} {f.category} {f.level} {f.many} {sorted(f.values)} {f.action} {sorted(f.requires)}"
        f" {sorted(f.matches)} {f.self_only} {sorted(f.writes)}"
        for _, f in sorted(schema.fields.items())
    ]
    lines += [f"{name} {name in schema.recorded} {name in schema.dated}" for name in sorted(schema.personal)]
    lines += [
        f"{name} {input_.type} {input_.reads} {input_.match} {input_.designates} {input_.writes} {input_.overwrites}"
        f" {input_.written_as}"
        for name, input_ in sorted(schema.inputs.items())
    ]
    lines += [f"{name} {category}" for name, category in sorted(schema.values.items())]
    return sha256("\n".join(lines).encode()).hexdigest()


def _directive(supergraph: Supergraph, coordinate: str, name: str) -> Mapping[str, Any] | None:
    """The arguments of a directive of ours on a coordinate; None without it."""
    applied = [d for d in supergraph.directives.get(coordinate, ()) if d.spec == SPEC and d.name.lstrip("@") == name]
    if len(applied) > 1:
        raise Unclassified(coordinate, f"@{name} plusieurs fois")
    return applied[0].arguments if applied else None


def _field(supergraph: Supergraph, type_name: str, field: SuperField, personal: frozenset[str]) -> FieldClass:
    coordinate = f"{type_name}.{field.name}"
    arguments = _directive(supergraph, coordinate, "category")
    if arguments is None:
        raise Unclassified(coordinate, "aucune catégorie")
    category, level = Category(arguments["name"]), Level(arguments.get("level", "FULL"))
    output = supergraph.schema.type_map[type_name].fields[field.name].type  # type: ignore[attr-defined]
    returned = get_named_type(output)
    nullable = not isinstance(output, GraphQLNonNull)
    if not nullable and (category not in OPEN or returned.name in personal):
        raise Unclassified(coordinate, "champ gardé non nullable")
    action = _directive(supergraph, coordinate, "forbiddenValue")
    link = action is not None and not isinstance(returned, GraphQLEnumType)
    values = frozenset(REVEALED) if link else _values(supergraph, coordinate, returned)
    if values and action is None:
        raise Unclassified(coordinate, "valeurs d'une catégorie plus stricte sans @forbiddenValue")
    unwrapped = output.of_type if isinstance(output, GraphQLNonNull) else output
    requires = {name for join in field.joins.values() for name in _coordinates(join.reads)}
    return FieldClass(
        coordinate=coordinate,
        type=type_name,
        returns=returned.name,
        category=category,
        level=level,
        many=isinstance(unwrapped, GraphQLList),
        values=values,
        action=action["action"] if values and action is not None else None,
        requires=frozenset(requires),
        self_only=_directive(supergraph, coordinate, "self") is not None,
    )


def _values(supergraph: Supergraph, coordinate: str, returned: Any) -> frozenset[Category]:
    """The stricter categories that the values of a field carry; each must have a fact, by which rows are checked."""
    if not isinstance(returned, GraphQLEnumType):
        return frozenset()
    directives = (_directive(supergraph, f"{returned.name}.{value}", "category") for value in returned.values)
    categories = frozenset(Category(arguments["name"]) for arguments in directives if arguments is not None)
    if unknown := categories - VALUE_FACTS.keys():
        raise Unclassified(coordinate, f"catégorie de valeur {min(unknown)} sans fait")
    return categories


def _value_categories(supergraph: Supergraph) -> Iterable[tuple[str, Category]]:
    """(`EnumType.VALUE`, category) of each enum value that has one."""
    for name, type_ in supergraph.schema.type_map.items():
        for value in type_.values if isinstance(type_, GraphQLEnumType) else ():
            arguments = _directive(supergraph, f"{name}.{value}", "category")
            if arguments is not None:
                yield f"{name}.{value}", Category(arguments["name"])


def _enums(supergraph: Supergraph) -> Iterable[tuple[str, frozenset[str]]]:
    for name, type_ in supergraph.schema.type_map.items():
        if isinstance(type_, GraphQLEnumType):
            yield name, frozenset(type_.values)


def _coordinates(selections: Iterable[Selections]) -> Iterable[str]:
    """Every coordinate of a field set, at any depth."""
    pending = list(selections)
    while pending:
        for field in pending.pop().fields:
            if not field.name.startswith("__"):
                yield field.coordinate
            pending += field.selections


def _key_coordinates(supergraph: Supergraph) -> Iterable[str]:
    """Coordinates that are part of a key, and thus travel between subgraphs for every actor (docs/policy.md#rule-7)."""
    for type_ in supergraph.types.values():
        for join in type_.joins.values():
            for key in join.keys:
                yield from _coordinates(key.selections)


def _transitive_requirements(name: str, fields: Mapping[str, FieldClass]) -> frozenset[str]:
    requirements: set[str] = set()
    pending = list(fields[name].requires)
    while pending:
        coordinate = pending.pop()
        if coordinate not in requirements:
            requirements.add(coordinate)
            pending += fields[coordinate].requires
    return frozenset(requirements)


def _inputs(supergraph: Supergraph) -> Iterable[tuple[str, InputClass]]:
    """Every argument, input field and enum value with `@reads`, classified."""
    types = supergraph.schema.type_map
    for name, super_type in supergraph.types.items():
        for field in super_type.fields:
            for argument, definition in types[name].fields[field].args.items():  # type: ignore[attr-defined]
                yield _input(supergraph, f"{name}.{field}({argument}:)", definition.type, argument in UNREAD)
    for name, type_ in types.items():
        if isinstance(type_, GraphQLInputObjectType):
            for field, definition in type_.fields.items():
                yield _input(supergraph, f"{name}.{field}", definition.type, False)
        elif isinstance(type_, GraphQLEnumType):
            for value in type_.values:
                reads = _directive(supergraph, f"{name}.{value}", "reads")
                if reads is not None:
                    yield f"{name}.{value}", InputClass(name, tuple(reads["fields"]))


def _is_hubs_own(field: SuperField) -> bool:
    """Whether the hub answers a field itself: such a mutation writes of nobody, and no right of the policy opens it."""
    return bool(field.joins) and field.joins.keys() <= {*OWN}


def _matches(supergraph: Supergraph, field: FieldClass, schema: Classification) -> frozenset[str]:
    """The inputs of a field's arguments by which it finds persons."""
    definition = supergraph.schema.type_map[field.type].fields[field.coordinate.partition(".")[2]]  # type: ignore[attr-defined]
    arguments = (f"{field.coordinate}({argument}:)" for argument in definition.args)
    return frozenset(name for argument in arguments for name in schema.nested_inputs(argument) & schema.matches.keys())


def _written_always(supergraph: Supergraph, field: FieldClass, schema: Classification) -> frozenset[str]:
    """The required inputs of a mutation that are written; raises Unclassified for a mutation without one, whose right
    nothing would decide."""
    name = field.coordinate.partition(".")[2]
    if field.type != "Mutation" or _is_hubs_own(supergraph.types["Mutation"].fields[name]):
        return frozenset()
    types = supergraph.schema.type_map
    arguments = types["Mutation"].fields[name].args  # type: ignore[attr-defined]
    inputs = [get_named_type(argument.type) for argument in arguments.values() if is_required_argument(argument)]
    written = {
        f"{type_.name}.{name}"
        for type_ in inputs
        if isinstance(type_, GraphQLInputObjectType)
        for name, definition in type_.fields.items()
        if is_required_input_field(definition)
    } & schema.writes.keys()
    if not written:
        raise Unclassified(field.coordinate, "mutation dont aucune entrée obligatoire n'est écrite")
    return frozenset(written)


def _input(supergraph: Supergraph, coordinate: str, type_: Any, unread: bool) -> tuple[str, InputClass]:
    """The class of one input; only an `unread` one, or an enum whose values all have it, may lack `@reads`, `@match`
    and `@writes`."""
    input_type = get_named_type(type_)
    reads, match, writes = (_directive(supergraph, coordinate, name) for name in ("reads", "match", "writes"))
    classified = reads is not None or match is not None or writes is not None
    if not classified and not unread and not isinstance(input_type, GraphQLInputObjectType):
        values_read = isinstance(input_type, GraphQLEnumType) and all(
            _directive(supergraph, f"{input_type.name}.{value}", "reads") is not None for value in input_type.values
        )
        if not values_read:
            raise Unclassified(coordinate, "entrée sans @reads")
    fields = tuple(reads["fields"]) if reads is not None else ()
    designates = reads is not None and bool(reads.get("designates"))
    category = Category(match["category"]) if match is not None else None
    written = writes["field"] if writes is not None else None
    overwrites = writes is not None and bool(writes.get("overwrites"))
    written_as = Category(writes["category"]) if writes is not None and writes.get("category") else None
    return coordinate, InputClass(input_type.name, fields, category, designates, written, overwrites, written_as)
