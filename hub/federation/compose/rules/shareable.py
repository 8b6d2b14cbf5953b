"""Rules of fields that several subgraphs resolve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graphql import ConstDirectiveNode, ObjectTypeDefinitionNode, ObjectTypeExtensionNode

from hub.federation.compose.field_selections import field_set_coordinates
from hub.federation.compose.interface_objects import interface_object_fields
from hub.federation.compose.merger import overridden_fields
from hub.federation.compose.subgraph_model import Kind, Subgraph, named_type
from hub.federation.errors import RuleViolation


def invalid_field_sharing(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_FIELD_SHARING: a field that several subgraphs resolve is not `@shareable` in each of them.

    Key fields are always shareable. External fields are only resolved if `@provides` selects them, overridden ones
    never. An interface object resolves the fields of all the types of its interface."""
    overridden = overridden_fields(subgraphs)
    provided = {subgraph.name: field_set_coordinates(subgraph, "provides") for subgraph in subgraphs}
    shareable: dict[str, dict[str, bool]] = {}
    for subgraph in subgraphs:
        keyed = field_set_coordinates(subgraph, "key")
        for type_, field, coordinate in subgraph.output_fields(Kind.OBJECT):
            external = field.has("external")
            if (external and coordinate not in provided[subgraph.name]) or (subgraph.name, coordinate) in overridden:
                continue
            shareable.setdefault(coordinate, {})[subgraph.name] = (
                external
                or coordinate in keyed
                or field.has("shareable")
                or (not subgraph.is_federation2 and _is_shared(type_.name, field.name, subgraph, subgraphs, provided))
            )
    for interface_object in interface_object_fields(subgraphs):
        subgraph, field, own_coordinate = interface_object.subgraph, interface_object.field, interface_object.own
        if interface_object.coordinate in shareable and (
            not field.has("external") or own_coordinate in provided[subgraph.name]
        ):
            key = own_coordinate in field_set_coordinates(subgraph, "key")
            source = f"{subgraph.name} ({own_coordinate})"
            shareable[interface_object.coordinate][source] = key or field.has("external") or field.has("shareable")
    for coordinate, by_source in shareable.items():
        unshareable = [source for source, is_shareable in by_source.items() if not is_shareable]
        if len(by_source) > 1 and unshareable:
            yield RuleViolation(
                "INVALID_FIELD_SHARING",
                coordinate,
                [source.partition(" (")[0] for source in by_source],
                f"several subgraphs resolve this field, without @shareable in {', '.join(unshareable)}",
                "Add @shareable everywhere, or leave the field to one subgraph",
            )


def _is_shared(
    type_name: str,
    field_name: str,
    subgraph: Subgraph,
    subgraphs: Sequence[Subgraph],
    provided: Mapping[str, frozenset[str]],
) -> bool:
    """Whether another subgraph resolves the field: then Federation 1 shares it, but for a subscription."""
    fields = (
        (sibling, sibling.types[type_name].fields[field_name])
        for sibling in subgraphs
        if sibling is not subgraph and type_name in sibling.types and field_name in sibling.types[type_name].fields
    )
    return type_name != "Subscription" and any(
        not field.has("external") or f"{type_name}.{field_name}" in provided[sibling.name] for sibling, field in fields
    )


def shareable_subscription(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_FIELD_SHARING: a subscription is `@shareable`, although one subgraph alone sends its events."""
    for subgraph in subgraphs:
        if "Subscription" in subgraph.types:
            for field in subgraph.types["Subscription"].fields.values():
                if field.has("shareable"):
                    yield RuleViolation(
                        "INVALID_FIELD_SHARING",
                        f"Subscription.{field.name}",
                        [subgraph.name],
                        "a field of the root type of subscriptions is @shareable",
                        "Remove @shareable, and leave the subscription to one subgraph",
                    )


def invalid_shareable_usage(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """INVALID_SHAREABLE_USAGE: `@shareable` is on a field of an interface, or twice on one element."""
    for subgraph in subgraphs:
        for coordinate, directives in _object_directives(subgraph):
            names = [subgraph.federation_names.get(directive.name.value) for directive in directives]
            if names.count("shareable") > 1:
                yield RuleViolation(
                    "INVALID_SHAREABLE_USAGE",
                    coordinate,
                    [subgraph.name],
                    "@shareable is applied several times",
                    "Apply it once",
                )
        for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE):
            if field.has("shareable"):
                yield RuleViolation(
                    "INVALID_SHAREABLE_USAGE",
                    coordinate,
                    [subgraph.name],
                    "@shareable has no meaning on a field of an interface, which is not resolved",
                    "Put it on the fields of the implementing types",
                )


def _object_directives(subgraph: Subgraph) -> Iterator[tuple[str, Sequence[ConstDirectiveNode]]]:
    """Directives of each declaration of an object type and of each of its fields."""
    for node in subgraph.document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            yield node.name.value, node.directives or ()
            for field in node.fields or ():
                yield f"{node.name.value}.{field.name.value}", field.directives or ()


def shareable_mismatched_runtime_types(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: subgraphs resolve a shared field to objects of no common type."""
    for coordinate, types in runtime_types(subgraphs).items():
        if len(types) > 1 and not frozenset.intersection(*types.values()):
            yield RuleViolation(
                "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
                coordinate,
                types,
                f"the shared field can return {list_runtime_types(types)}, which have no type in common",
                "Give it common types, or do not share it",
            )


def list_runtime_types(types: dict[str, frozenset[str]]) -> str:
    """Types by subgraph as an English enumeration."""
    return ", ".join(f"{' or '.join(sorted(names))} in {subgraph}" for subgraph, names in types.items())


def runtime_types(subgraphs: Sequence[Subgraph]) -> dict[str, dict[str, frozenset[str]]]:
    """By coordinate of a field whose type is abstract somewhere: the object types that each subgraph may return."""
    overridden = overridden_fields(subgraphs)
    types: dict[str, dict[str, frozenset[str]]] = {}
    abstract: set[str] = set()
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields(Kind.OBJECT):
            type_name = named_type(field.type)
            if field.has("external") or (subgraph.name, coordinate) in overridden:
                continue
            if not subgraph.is_composite(type_name):
                continue
            if subgraph.types[type_name].kind is not Kind.OBJECT:
                abstract.add(coordinate)
            if not subgraph.types[type_name].has("interfaceObject"):
                types.setdefault(coordinate, {})[subgraph.name] = _object_types(subgraph, type_name)
    return {coordinate: by_subgraph for coordinate, by_subgraph in types.items() if coordinate in abstract}


def _object_types(subgraph: Subgraph, type_name: str) -> frozenset[str]:
    """Object types of the subgraph that a type stands for."""
    type_ = subgraph.types[type_name]
    if type_.kind is Kind.UNION:
        return frozenset(type_.members)
    if type_.kind is Kind.OBJECT:
        return frozenset((type_name,))
    return frozenset(
        implementation.name
        for implementation in subgraph.types.values()
        if implementation.kind is Kind.OBJECT and type_name in implementation.interfaces
    )


OWN_RULES = (invalid_shareable_usage,)
RULES = (invalid_field_sharing, shareable_subscription, shareable_mismatched_runtime_types)
