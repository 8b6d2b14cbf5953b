"""Rules of interfaces: directives on them, their keys, `@interfaceObject`, fields that an implementation lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graphql import GraphQLInterfaceType, GraphQLObjectType

from hub.federation.compose.field_selections import FieldSet, field_sets, resolve_field_set
from hub.federation.compose.subgraph_model import Kind, Subgraph, Type
from hub.federation.compose.type_merging import possible_types
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import Supergraph


def unsupported_on_interface(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """KEY_, REQUIRES_, PROVIDES_UNSUPPORTED_ON_INTERFACE: a federation directive is on an interface or its field.

    `@key` may be from federation v2.3 on."""
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.INTERFACE and type_.has("key") and subgraph.version < (2, 3):
                yield RuleViolation(
                    "KEY_UNSUPPORTED_ON_INTERFACE",
                    type_.name,
                    [subgraph.name],
                    "an interface may only have a key from federation v2.3 on",
                    "Link version v2.3 or a later one",
                )
        for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE):
            for name in ("requires", "provides"):
                if field.has(name):
                    yield RuleViolation(
                        f"{name.upper()}_UNSUPPORTED_ON_INTERFACE",
                        coordinate,
                        [subgraph.name],
                        f"@{name} has no effect on a field of an interface",
                        "Put it on the fields of the implementing types",
                    )


def interface_key_not_on_implementation(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INTERFACE_KEY_NOT_ON_IMPLEMENTATION: a type lacks a key of an interface that it implements, or does not resolve
    it."""
    for subgraph in subgraphs:
        keys = list(field_sets(subgraph, "key"))
        for key in _interface_keys(subgraph, keys):
            implementing = _implementing(subgraph, key.type)
            unkeyed = [name for name in implementing if not _has_key(subgraph, keys, key, name)]
            if unkeyed:
                yield RuleViolation(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    key.type,
                    [subgraph.name],
                    f'the interface\'s key "{key.text}" is missing on {", ".join(unkeyed)}, or not resolvable there',
                    "Give it to every type of the interface",
                )


def interface_key_missing_implementation_type(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: a subgraph that resolves an interface by a key does not know every
    implementing type."""
    possible = possible_types(subgraphs)
    for subgraph in subgraphs:
        for key in _interface_keys(subgraph, field_sets(subgraph, "key")):
            objects = [
                name
                for name in sorted(possible.get(key.type, frozenset()))
                if all(part.types[name].kind is Kind.OBJECT for part in subgraphs if name in part.types)
            ]
            missing = sorted(set(objects).difference(_implementing(subgraph, key.type)))
            if missing and key.resolvable:
                yield RuleViolation(
                    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                    key.type,
                    [subgraph.name],
                    f'the subgraph resolves the interface by "{key.text}" and does not declare {", ".join(missing)}',
                    'Declare these types there, or give the key "resolvable: false"',
                )


def _interface_keys(subgraph: Subgraph, keys: Iterable[FieldSet]) -> Iterator[FieldSet]:
    return (key for key in keys if subgraph.types[key.type].kind is Kind.INTERFACE)


def _implementing(subgraph: Subgraph, interface: str) -> list[str]:
    """Names of the object types of the subgraph that implement an interface."""
    return [
        type_.name for type_ in subgraph.types.values() if type_.kind is Kind.OBJECT and interface in type_.interfaces
    ]


def _has_key(subgraph: Subgraph, keys: Sequence[FieldSet], interface_key: FieldSet, type_name: str) -> bool:
    """Whether the type has the interface's key, resolvable if the interface's is."""
    fields = _field_names(subgraph, interface_key)
    equal_keys = (key for key in keys if key.type == type_name and _field_names(subgraph, key) == fields)
    return any(key.resolvable or not interface_key.resolvable for key in equal_keys)


def _field_names(subgraph: Subgraph, key: FieldSet) -> frozenset[str]:
    coordinates = resolve_field_set(subgraph, key).coordinates
    return frozenset(coordinate.removeprefix(f"{key.type}.") for coordinate in coordinates)


def interface_object_without_key(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INTERFACE_OBJECT_USAGE_ERROR: an `@interfaceObject` has no key."""
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.has("interfaceObject") and not type_.has("key"):
                yield RuleViolation(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    type_.name,
                    [subgraph.name],
                    "the @interfaceObject type has no key",
                    "Give it the key of the interface",
                )


def interface_object_usage_error(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INTERFACE_OBJECT_USAGE_ERROR: an `@interfaceObject` is no interface elsewhere, or is declared beside types that
    implement it."""
    possible = possible_types(subgraphs)
    interfaces = {
        type_.name for subgraph in subgraphs for type_ in subgraph.types.values() if type_.kind is Kind.INTERFACE
    }
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.has("interfaceObject"):
                implementing = sorted(possible.get(type_.name, frozenset()) & subgraph.types.keys())
                problem = _interface_object_problem(type_, interfaces, implementing)
                if problem is not None:
                    yield RuleViolation("INTERFACE_OBJECT_USAGE_ERROR", type_.name, [subgraph.name], *problem)


def interface_object_on_federation1_key(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INTERFACE_OBJECT_USAGE_ERROR: the key of an interface of Federation 1 can't tell the type of an object."""
    keyed: dict[str, list[str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.INTERFACE and type_.has("key") and not subgraph.is_federation2:
                keyed.setdefault(type_.name, []).append(subgraph.name)
    for subgraph in subgraphs:
        for name in keyed.keys() & subgraph.types.keys():
            if subgraph.types[name].has("interfaceObject"):
                yield RuleViolation(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    name,
                    [subgraph.name, *keyed[name]],
                    f"it is an @interfaceObject, whose key is one of Federation 1 in {', '.join(keyed[name])}",
                    "Write that subgraph in Federation 2, or remove the key",
                )


def _interface_object_problem(type_: Type, interfaces: set[str], implementing: Sequence[str]) -> tuple[str, str] | None:
    """Problem and remedy. `implementing` are the subgraph's types that implement the interface."""
    if type_.name not in interfaces:
        return "no subgraph declares it as an interface", "Declare the interface, or remove the directive"
    if implementing:
        return f"the subgraph also declares {', '.join(implementing)}, which implements it", "Remove these types"
    return None


def interface_field_no_implementation(supergraph: Supergraph) -> Iterator[RuleViolation]:
    """INTERFACE_FIELD_NO_IMPLEM: a type of the supergraph lacks a field of an interface that it implements.

    Valid subgraphs may cause this together: one adds a field to the interface, another has a type without it."""
    for type_ in supergraph.schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or type_.name.startswith("__"):
            continue
        for interface in type_.interfaces:
            for name in interface.fields:
                if name not in type_.fields:
                    declaring = supergraph.types[interface.name].fields[name].joins
                    yield RuleViolation(
                        "INTERFACE_FIELD_NO_IMPLEM",
                        f"{type_.name}.{name}",
                        [*declaring, *supergraph.types[type_.name].joins],
                        f'"{interface.name}" has this field in {", ".join(declaring)}, and the type has it nowhere',
                        "Add the field to the type, or remove it from the interface",
                    )


WRITTEN_RULES = (interface_object_on_federation1_key,)
OWN_RULES = (unsupported_on_interface, interface_key_not_on_implementation, interface_object_without_key)
RULES = (interface_key_missing_implementation_type, interface_object_usage_error)
MERGED_RULES = (interface_field_no_implementation,)
