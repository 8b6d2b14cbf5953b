"""Rules of `@override`: the overridden subgraph, other directives on both fields, the label of a progressive one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.federation.compose.subgraph_model import Kind, OutputField, Subgraph, Type
from hub.federation.errors import RuleViolation
from hub.federation.override_labels import is_label


def override_source(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """OVERRIDE_FROM_SELF_ERROR, OVERRIDE_SOURCE_HAS_OVERRIDE: a field is overridden from its own subgraph, or from one
    that overrides it too. An override from an unknown subgraph has no effect and is no error."""
    overrides: dict[str, dict[str, str]] = {}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            for values in field.applied("override"):
                overrides.setdefault(coordinate, {})[subgraph.name] = str(values.get("from"))
    for coordinate, source_by_subgraph in overrides.items():
        for name, source in source_by_subgraph.items():
            if source == name:
                yield RuleViolation(
                    "OVERRIDE_FROM_SELF_ERROR",
                    coordinate,
                    [name],
                    "@override names its own subgraph",
                    'Give in "from" the subgraph that resolved the field before',
                )
            elif source in source_by_subgraph:
                yield RuleViolation(
                    "OVERRIDE_SOURCE_HAS_OVERRIDE",
                    coordinate,
                    [name, source],
                    f"{name} overrides this field of {source}, which overrides it too",
                    "Keep one @override",
                )


def override_collision(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: the overriding field is external, the overridden one has `@requires`
    or `@provides`, or an interface object declares either."""
    by_name = {subgraph.name: subgraph for subgraph in subgraphs}
    for subgraph in subgraphs:
        for type_, field, coordinate in subgraph.output_fields():
            for values in field.applied("override"):
                source = by_name.get(str(values.get("from")))
                problem = _collision(type_, field, source) if source is not subgraph else None
                if problem is not None:
                    yield RuleViolation(
                        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                        coordinate,
                        [subgraph.name, *([source.name] if source else [])],
                        problem,
                        "Remove @override or the other directive",
                    )


def _collision(type_: Type, field: OutputField, source: Subgraph | None) -> str | None:
    if type_.has("interfaceObject"):
        return "@override does not apply to a field of an @interfaceObject type"
    if source is None:
        return None
    if type_.name not in source.types:
        for name in type_.interfaces:
            interface = source.types.get(name)
            if interface is not None and interface.has("interfaceObject") and field.name in interface.fields:
                return f'in {source.name}, the field belongs to "{name}", an @interfaceObject type'
        return None
    overridden_field = source.types[type_.name].fields.get(field.name)
    if overridden_field is None:
        return None
    if field.has("external"):
        return "the field is @external and has @override"
    for name in ("requires", "provides"):
        if overridden_field.has(name):
            return f"the overridden field has @{name} in {source.name}"
    return None


def override_on_interface(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """OVERRIDE_ON_INTERFACE: a field of an interface is overridden, although none is resolved."""
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields(Kind.INTERFACE):
            if field.has("override"):
                yield RuleViolation(
                    "OVERRIDE_ON_INTERFACE",
                    coordinate,
                    [subgraph.name],
                    "@override has no meaning on a field of an interface",
                    "Put it on the fields of the implementing types",
                )


def override_label_invalid(subgraphs: Sequence[Subgraph]) -> Iterator[RuleViolation]:
    """OVERRIDE_LABEL_INVALID: the label of a progressive override is neither a name nor a percentage."""
    names = {subgraph.name for subgraph in subgraphs}
    for subgraph in subgraphs:
        for _, field, coordinate in subgraph.output_fields():
            for values in field.applied("override"):
                label = values.get("label")
                if label is not None and values.get("from") in names and not is_label(str(label)):
                    yield RuleViolation(
                        "OVERRIDE_LABEL_INVALID",
                        coordinate,
                        [subgraph.name],
                        f'"{label}" is no label of an @override',
                        'Use a name, or "percent(x)" with x from 0 to 100',
                    )


RULES = (override_source, override_collision, override_on_interface, override_label_invalid)
