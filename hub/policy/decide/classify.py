"""From the composed graph to its classification: each coordinate has one category, or the hub does not start.

docs/policy.md#rule-1, docs/policy.md#rule-5, docs/policy.md#rule-6 and docs/policy.md#rule-7. The directives are found
by the identity of their specification, `schema.categories.SPEC`, never by name (docs/attaques.md#attack-6).
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
)

from hub.errors import StartRefused
from hub.federation.operations.operation import ACCESS_FIELD, Selections
from hub.federation.supergraph import SuperField, Supergraph
from hub.policy.decide.classification import Classification, FieldClass, InputClass
from schema.categories import OPEN, SPEC, Category, Level
from schema.facts import REVEALED, VALUE_FACTS
from schema.sdl import HUB, SUBGRAPHS

IMPERSONAL = OPEN | {Category.PROF}
"""Categories that a type without a subject may hold."""

OWN, NOT_OURS = frozenset({*SUBGRAPHS, HUB}), "qui n'est pas un sous-graphe du hub"
UNREAD = frozenset({"id", "first", "after"})
"""Arguments that reveal nothing: an opaque id, a page size, a sealed cursor."""


class Unclassified(StartRefused):
    """The graph holds something that policy can't decide on; closed by default."""

    def __init__(self, coordinate: str, problem: str) -> None:
        super().__init__(
            "SCHEMA_UNCLASSIFIED",
            f"Le schéma ne peut pas être servi : {coordinate} — {problem}.",
            f"{coordinate}: {problem}",
        )


def classify(supergraph: Supergraph) -> Classification:
    """The classification of every object field and input; raises Unclassified at the first that lacks what it needs."""
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
            found = _field(supergraph, name, field, personal)
            if found.category not in IMPERSONAL and name not in personal and name != "Query":
                raise Unclassified(found.coordinate, "donnée personnelle dans un type sans @subject")
            fields[found.coordinate] = found
    closed = {name: _closure(name, fields) for name in fields}
    fields = {name: replace(field, requires=closed[name]) for name, field in fields.items()}
    for coordinate in _keys(supergraph):
        if coordinate in fields and fields[coordinate].category not in OPEN:
            raise Unclassified(coordinate, "clé d'une catégorie gardée : une clé est un identifiant opaque")
    inputs = dict(_inputs(supergraph))
    members = {name: tuple(f"{name}.{field}" for field in type_.fields) for name, type_ in objects.items()}
    values = dict(_stricter(supergraph))
    whole = Classification(fields, personal, recorded, dated, members, inputs, values, "", dict(_enums(supergraph)))
    for name, category in whole.matches.items():
        if unknown := set(inputs[name].reads) - fields.keys():
            raise Unclassified(name, f"rapproche par {category} et révèle {min(unknown)}, que rien ne classe")
    matched = {name: replace(field, matches=_matches(supergraph, field, whole)) for name, field in fields.items()}
    whole = replace(whole, fields=matched)
    _check_foreign(supergraph, whole)
    return replace(whole, digest=_digest(whole))


def _check_foreign(supergraph: Supergraph, found: Classification) -> None:
    """A subgraph that is none of ours applies no residual and has no row security: it gets what depends on no row.

    docs/policy.md#relation. All of a personal type depends on its row, as does what reads a guarded value, be it by a
    requirement or an input.
    """
    for name, type_ in supergraph.types.items():
        foreign = type_.joins.keys() - OWN
        if foreign and name in found.personal:
            raise Unclassified(name, f"type personnel dans « {min(foreign)} », {NOT_OURS}")
        for field in type_.fields.values():
            coordinate = f"{name}.{field.name}"
            foreign = field.joins.keys() - OWN
            if foreign and not all(found.fields[each].category in OPEN for each in _read(coordinate, found)):
                raise Unclassified(coordinate, f"donnée qui dépend de la ligne dans « {min(foreign)} », {NOT_OURS}")


def _read(coordinate: str, found: Classification) -> Iterable[str]:
    """What a field answers, requires, and compares to what it is given; nothing of an interface's, whose types have
    it."""
    field = found.fields.get(coordinate)
    if field is not None:
        yield from (coordinate, *field.requires)
    for argument in (each for each in found.inputs if each.startswith(f"{coordinate}(")):
        for name in found.below(argument) & found.inputs.keys():
            yield from found.inputs[name].reads


def _digest(found: Classification) -> str:
    """SHA-256 of the whole classification, the same in every process."""
    lines = [
        f"{f.coordinate} {f.returns} {f.category} {f.level} {f.many} {sorted(f.values)} {f.action} {sorted(f.requires)}"
        f" {sorted(f.matches)} {f.own}"
        for _, f in sorted(found.fields.items())
    ]
    lines += [f"{name} {name in found.recorded} {name in found.dated}" for name in sorted(found.personal)]
    lines += [f"{name} {each.type} {each.reads} {each.match}" for name, each in sorted(found.inputs.items())]
    lines += [f"{name} {category}" for name, category in sorted(found.values.items())]
    return sha256("\n".join(lines).encode()).hexdigest()


def _directive(supergraph: Supergraph, coordinate: str, name: str) -> Mapping[str, Any] | None:
    found = [d for d in supergraph.directives.get(coordinate, ()) if d.spec == SPEC and d.name.lstrip("@") == name]
    if len(found) > 1:
        raise Unclassified(coordinate, f"@{name} plusieurs fois")
    return found[0].arguments if found else None


def _field(supergraph: Supergraph, type_name: str, field: SuperField, personal: frozenset[str]) -> FieldClass:
    coordinate = f"{type_name}.{field.name}"
    said = _directive(supergraph, coordinate, "category")
    if said is None:
        raise Unclassified(coordinate, "aucune catégorie")
    category, level = Category(said["name"]), Level(said.get("level", "FULL"))
    output = supergraph.schema.type_map[type_name].fields[field.name].type  # type: ignore[attr-defined]
    named = get_named_type(output)
    nullable = not isinstance(output, GraphQLNonNull)
    if not nullable and (category not in OPEN or named.name in personal):
        raise Unclassified(coordinate, "champ gardé non nullable")
    action = _directive(supergraph, coordinate, "forbiddenValue")
    link = action is not None and not isinstance(named, GraphQLEnumType)
    values = frozenset(REVEALED) if link else _values(supergraph, coordinate, named)
    if values and action is None:
        raise Unclassified(coordinate, "valeurs d'une catégorie plus stricte sans @forbiddenValue")
    unwrapped = output.of_type if isinstance(output, GraphQLNonNull) else output
    requires = {name for join in field.joins.values() for name in _coordinates(join.reads)}
    return FieldClass(
        coordinate=coordinate,
        type=type_name,
        returns=named.name,
        category=category,
        level=level,
        many=isinstance(unwrapped, GraphQLList),
        values=values,
        action=action["action"] if values and action is not None else None,
        requires=frozenset(requires),
        own=_directive(supergraph, coordinate, "self") is not None,
    )


def _values(supergraph: Supergraph, coordinate: str, named: Any) -> frozenset[Category]:
    if not isinstance(named, GraphQLEnumType):
        return frozenset()
    found = (_directive(supergraph, f"{named.name}.{value}", "category") for value in named.values)
    categories = frozenset(Category(said["name"]) for said in found if said is not None)
    if unknown := categories - VALUE_FACTS.keys():
        raise Unclassified(coordinate, f"catégorie de valeur {min(unknown)} sans fait")
    return categories


def _stricter(supergraph: Supergraph) -> Iterable[tuple[str, Category]]:
    for name, type_ in supergraph.schema.type_map.items():
        for value in type_.values if isinstance(type_, GraphQLEnumType) else ():
            said = _directive(supergraph, f"{name}.{value}", "category")
            if said is not None:
                yield f"{name}.{value}", Category(said["name"])


def _enums(supergraph: Supergraph) -> Iterable[tuple[str, frozenset[str]]]:
    for name, type_ in supergraph.schema.type_map.items():
        if isinstance(type_, GraphQLEnumType):
            yield name, frozenset(type_.values)


def _coordinates(selections: Iterable[Selections]) -> Iterable[str]:
    pending = list(selections)
    while pending:
        for field in pending.pop().fields:
            if not field.name.startswith("__"):
                yield field.coordinate
            pending += field.selections


def _keys(supergraph: Supergraph) -> Iterable[str]:
    """Coordinates that are part of a key, and thus travel between subgraphs whoever asks (docs/policy.md#rule-7)."""
    for type_ in supergraph.types.values():
        for join in type_.joins.values():
            for key in join.keys:
                yield from _coordinates(key.selections)


def _closure(name: str, fields: Mapping[str, FieldClass]) -> frozenset[str]:
    seen: set[str] = set()
    pending = list(fields[name].requires)
    while pending:
        required = pending.pop()
        if required not in seen:
            seen.add(required)
            pending += fields[required].requires
    return frozenset(seen)


def _inputs(supergraph: Supergraph) -> Iterable[tuple[str, InputClass]]:
    types = supergraph.schema.type_map
    for name, super_type in supergraph.types.items():
        for field in super_type.fields:
            for argument, declared in types[name].fields[field].args.items():  # type: ignore[attr-defined]
                yield _input(supergraph, f"{name}.{field}({argument}:)", declared.type, argument in UNREAD)
    for name, type_ in types.items():
        if isinstance(type_, GraphQLInputObjectType):
            for field, declared in type_.fields.items():
                yield _input(supergraph, f"{name}.{field}", declared.type, False)
        elif isinstance(type_, GraphQLEnumType):
            for value in type_.values:
                said = _directive(supergraph, f"{name}.{value}", "reads")
                if said is not None:
                    yield f"{name}.{value}", InputClass(name, tuple(said["fields"]))


def _matches(supergraph: Supergraph, field: FieldClass, found: Classification) -> frozenset[str]:
    declared = supergraph.schema.type_map[field.type].fields[field.coordinate.partition(".")[2]]  # type: ignore[attr-defined]
    arguments = (f"{field.coordinate}({argument}:)" for argument in declared.args)
    return frozenset(name for each in arguments for name in found.below(each) & found.matches.keys())


def _input(supergraph: Supergraph, coordinate: str, type_: Any, open_: bool) -> tuple[str, InputClass]:
    named = get_named_type(type_)
    said, match = (_directive(supergraph, coordinate, name) for name in ("reads", "match"))
    if said is None and match is None and not open_ and not isinstance(named, GraphQLInputObjectType):
        bound = isinstance(named, GraphQLEnumType) and all(
            _directive(supergraph, f"{named.name}.{value}", "reads") is not None for value in named.values
        )
        if not bound:
            raise Unclassified(coordinate, "entrée sans @reads")
    reads = tuple(said["fields"]) if said is not None else ()
    return coordinate, InputClass(named.name, reads, Category(match["category"]) if match is not None else None)
