"""Merge subgraphs that passed the rules into the types of the supergraph, with join directives for their origin.

Join specification v0.3 (v0.4 for a progressive override, v0.5 for arguments from a context).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import specified_scalar_types

from hub.federation.compose.directive_merging import MERGE_STRATEGIES, merge_applications
from hub.federation.compose.executable_directives import executable_directives, with_common_locations
from hub.federation.compose.field_selections import (
    FIELD_SET_DIRECTIVES,
    field_set_coordinates,
    interface_coordinates,
    printed_field_set,
)
from hub.federation.compose.from_context import (
    context_coordinates,
    join_context_argument,
    with_qualified_contexts,
)
from hub.federation.compose.protections import protections
from hub.federation.compose.subgraph_model import (
    AppliedDirective,
    Element,
    InputValue,
    Kind,
    OutputField,
    Subgraph,
    Type,
    named_type,
)
from hub.federation.compose.type_merging import merge_input_types, merge_output_types, possible_types
from hub.federation.link_specification import identity

JOIN = "join"
COST = "https://specs.apollo.dev/cost/v0.1"
_COST_DIRECTIVES = ("cost", "listSize")
_SAID_BESIDE = {"override"}
"""Arguments of `@join__field` that are no reason for it: a field that overrides no subgraph's needs none."""
MERGED_DIRECTIVES = ("tag", "inaccessible", "context", *MERGE_STRATEGIES)
"""Federation directives that the supergraph has where the subgraphs have them."""


@dataclass(frozen=True, slots=True)
class MergedSchema:
    """The supergraph's types with directives of `JOIN`; `definitions` of its composed directives by (spec, name);
    `executable`: definitions of those that clients' operations may bear without a specification; `cost_prefix` of the
    names of federation's `@cost` and `@listSize`."""

    types: Mapping[str, Type]
    definitions: Mapping[tuple[str, str], str]
    cost_prefix: str = ""
    executable: tuple[str, ...] = ()


def graph_name(subgraph: str) -> str:
    """Name of a subgraph as a value of the enum `join__Graph`."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in subgraph).upper()
    return f"_{name}" if not name or name[0].isdigit() else name


def merge(subgraphs: Sequence[Subgraph], kept_specs: Iterable[str]) -> MergedSchema:
    """One type per name, in the order of first appearance, but for GraphQL's own scalars; directives of `kept_specs`
    stay uncomposed too."""
    specs = set(kept_specs)
    definitions: dict[tuple[str, str], str] = {}
    for subgraph in subgraphs:
        for directive, text in subgraph.definitions.items():
            if directive[0] in specs or directive in subgraph.composed:
                definitions.setdefault(directive, text)
    merger = _Merger(subgraphs, set(definitions))
    names = dict.fromkeys(
        name for subgraph in subgraphs for name in subgraph.types if name not in specified_scalar_types
    )
    return MergedSchema(
        {name: merger.type(name) for name in names},
        {directive: with_common_locations(directive, text, subgraphs) for directive, text in definitions.items()},
        merger.cost_prefix,
        executable_directives(subgraphs),
    )


def is_merged(elements: Sequence[Element | None]) -> bool:
    """Whether the supergraph has an input field, or a value of an enum that is only an input: every subgraph has it
    that has its type, or one hides it."""
    return None not in elements or any(element is not None and element.has("inaccessible") for element in elements)


def overridden_fields(subgraphs: Sequence[Subgraph]) -> dict[tuple[str, str], str | None]:
    """(subgraph, coordinate) of each existing field that another subgraph overrides, with the label of a progressive
    override."""
    existing = {subgraph.name: {coordinate for *_, coordinate in subgraph.output_fields()} for subgraph in subgraphs}
    overridden: dict[tuple[str, str], str | None] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                for values in field.applied("override"):
                    coordinate, source = f"{type_.name}.{field.name}", str(values.get("from"))
                    if source != subgraph.name and coordinate in existing.get(source, ()):
                        overridden[source, coordinate] = values.get("label")
    return overridden


class _Merger:
    """`composed` are the (spec, name) of directives that the supergraph has beside federation's."""

    def __init__(self, subgraphs: Sequence[Subgraph], composed: set[tuple[str, str]]) -> None:
        self.subgraphs = subgraphs
        self.composed = composed
        names = {name for _, name in composed} | {identity(spec).rpartition("/")[2] for spec, _ in composed}
        self.cost_prefix = "" if names.isdisjoint(_COST_DIRECTIVES) else "federation_"
        self.possible = possible_types(subgraphs)
        self.keyed = {subgraph.name: field_set_coordinates(subgraph, "key") for subgraph in subgraphs}
        self.used = {
            subgraph.name: field_set_coordinates(subgraph, *FIELD_SET_DIRECTIVES) | interface_coordinates(subgraph)
            for subgraph in subgraphs
        }
        self.overridden = overridden_fields(subgraphs)
        self.context_coordinates = context_coordinates(subgraphs)
        self.input_types, self.output_types = _type_positions(subgraphs)
        self.protections = protections(subgraphs)

    def type(self, name: str) -> Type:
        parts = {subgraph.name: subgraph.types[name] for subgraph in self.subgraphs if name in subgraph.types}
        first = next(iter(parts.values()))
        joins: list[AppliedDirective] = []
        for subgraph, part in parts.items():
            joins.extend(_type_joins(subgraph, part))
        joins.extend(_cache_tags(parts))
        interfaces = tuple(_names(parts, "interfaces"))
        qualified = [with_qualified_contexts(subgraph, part) for subgraph, part in parts.items()]
        directives = self.directives((*qualified, *self.protections.get(name, ())))
        return replace(
            first,
            kind=Kind.INTERFACE if any(part.has("interfaceObject") for part in parts.values()) else first.kind,
            description=_description(parts.values()),
            directives=(*joins, *directives),
            fields={
                **{field: self.output_field(field, parts) for field in _names(parts, "fields")},
                **self.interface_object_fields(parts, interfaces),
            },
            input_fields={
                field: self.input_field(field, parts)
                for field in _names(parts, "input_fields")
                if is_merged([part.input_fields.get(field) for part in parts.values()])
            },
            values=self.values(name, parts),
            members=tuple(_names(parts, "members")),
            interfaces=interfaces,
            extension=False,
        )

    def interface_object_fields(self, parts: Mapping[str, Type], interfaces: Iterable[str]) -> dict[str, OutputField]:
        """Fields that a type only has because an `@interfaceObject` declares them for its interface."""
        fields: dict[str, OutputField] = {}
        for interface in interfaces:
            interface_objects = {
                subgraph.name: subgraph.types[interface]
                for subgraph in self.subgraphs
                if interface in subgraph.types and subgraph.types[interface].has("interfaceObject")
            }
            for name in _names(interface_objects, "fields"):
                declared = any(name in part.fields for part in parts.values())
                declarations = (type_.fields[name] for type_ in interface_objects.values() if name in type_.fields)
                if not declared and not all(field.has("external") for field in declarations):
                    field = self.output_field(name, interface_objects)
                    directives = tuple(directive for directive in field.directives if directive.spec != JOIN)
                    fields[name] = replace(field, directives=(_join("field"), *directives))
        return fields

    def values(self, name: str, parts: Mapping[str, Type]) -> dict[str, Element]:
        """Union of the values of an enum that is an output, intersection of one that is only an input."""
        merged = {}
        input_only = name in self.input_types and name not in self.output_types
        for value in _names(parts, "values"):
            holders = {subgraph: part.values[value] for subgraph, part in parts.items() if value in part.values}
            if input_only and not is_merged([part.values.get(value) for part in parts.values()]):
                continue
            joins = [_join("enumValue", graph=graph_name(subgraph)) for subgraph in holders]
            merged[value] = Element(value, _description(holders.values()), (*joins, *self.directives(holders.values())))
        return merged

    def output_field(self, name: str, parts: Mapping[str, Type]) -> OutputField:
        holders = {subgraph: part.fields[name] for subgraph, part in parts.items() if name in part.fields}
        resolving = {subgraph: field for subgraph, field in holders.items() if not field.has("external")} or holders
        coordinate = f"{next(iter(parts.values())).name}.{name}"
        type_ = merge_output_types([field.type for field in resolving.values()], self.possible) or ""
        details: dict[str, dict[str, str]] = {}
        for subgraph, field in holders.items():
            detail = self.field_join(subgraph, coordinate, field, type_)
            if detail is not None:
                details[subgraph] = detail
        plain = len(details) == len(parts) and all(detail.keys() <= _SAID_BESIDE for detail in details.values())
        joins = (
            []
            if plain
            else [_join("field", graph=graph_name(subgraph), **detail) for subgraph, detail in details.items()]
        )
        directives = self.directives((*resolving.values(), *self.protections.get(coordinate, ())))
        arguments = {subgraph: field.arguments for subgraph, field in resolving.items()}
        return OutputField(
            name,
            _description(resolving.values()),
            (*joins, *_cache_tags(holders), *directives),
            type_,
            {
                argument: self.input_value(argument, arguments)
                for argument in dict.fromkeys(name for declared in arguments.values() for name in declared)
                if all(argument in declared for declared in arguments.values())
                and f"{coordinate}({argument}:)" not in self.context_coordinates
            },
        )

    def field_join(self, subgraph: str, coordinate: str, field: OutputField, type_: str) -> dict[str, str] | None:
        """Arguments of `@join__field`; None for a field that its subgraph does not resolve any more."""
        detail: dict[str, str] = {}
        label = next((values.get("label") for values in field.applied("override")), None)
        if (subgraph, coordinate) in self.overridden:
            overriding_label = self.overridden[subgraph, coordinate]
            if overriding_label is None and coordinate not in self.used[subgraph]:
                return None
            if coordinate in self.used[subgraph] and not field.has("external"):
                detail["usedOverridden"] = "true"
            if overriding_label is not None:
                detail["overrideLabel"] = json.dumps(overriding_label)
        if field.has("external"):
            if coordinate not in self.used[subgraph]:
                return None
            detail["external"] = "true"
        if field.type != type_:
            detail["type"] = json.dumps(field.type)
        for name in ("requires", "provides"):
            for values in field.applied(name):
                detail[name] = printed_field_set(values.get("fields"))
        for values in field.applied("override"):
            detail["override"] = json.dumps(values["from"])
            if label is not None and (str(values["from"]), coordinate) in self.overridden:
                detail["overrideLabel"] = json.dumps(label)
        contexts = [
            join_context_argument(subgraph, argument)
            for argument in field.arguments.values()
            if argument.has("fromContext")
        ]
        if contexts:
            detail["contextArguments"] = f"[{', '.join(contexts)}]"
        return detail

    def input_field(self, name: str, parts: Mapping[str, Type]) -> InputValue:
        """An input field, with the type of each subgraph where these differ."""
        merged = self.input_value(name, {subgraph: part.input_fields for subgraph, part in parts.items()})
        types = {
            subgraph: part.input_fields[name].type for subgraph, part in parts.items() if name in part.input_fields
        }
        if set(types.values()) == {merged.type} and len(types) == len(parts):
            return merged
        joins = [
            _join("field", graph=graph_name(subgraph), type=json.dumps(type_)) for subgraph, type_ in types.items()
        ]
        return replace(merged, directives=(*joins, *merged.directives))

    def input_value(self, name: str, parts: Mapping[str, Mapping[str, InputValue]]) -> InputValue:
        """An argument or input field. It has a default value only if every subgraph gives it."""
        holders = [inputs[name] for inputs in parts.values() if name in inputs]
        defaults = {value.default for value in holders}
        return InputValue(
            name,
            _description(holders),
            self.directives(holders),
            merge_input_types([value.type for value in holders]) or "",
            defaults.pop() if len(defaults) == 1 else None,
        )

    def directives(self, elements: Iterable[Element]) -> tuple[AppliedDirective, ...]:
        """The supergraph's directives of an element, of all those of the subgraphs: each once, GraphQL's own as the
        first subgraph has them, those with a strategy merged."""
        directives: dict[AppliedDirective, None] = {}
        to_merge: dict[str, list[AppliedDirective]] = {}
        for directive in (directive for element in elements for directive in element.directives):
            if directive.is_federation(*MERGE_STRATEGIES):
                to_merge.setdefault(directive.name, []).append(directive)
            elif not directive.spec:
                if all(directive.name != earlier.name or earlier.spec for earlier in directives):
                    directives[directive] = None
            elif directive.is_federation(*MERGED_DIRECTIVES) or (directive.spec, directive.name) in self.composed:
                directives[directive] = None
        merged = map(merge_applications, to_merge.values())
        return (*directives, *map(self.with_cost_prefix, merged))

    def with_cost_prefix(self, directive: AppliedDirective) -> AppliedDirective:
        if directive.name not in _COST_DIRECTIVES:
            return directive
        return replace(directive, name=self.cost_prefix + directive.name)


def _type_joins(subgraph: str, part: Type) -> list[AppliedDirective]:
    graph = graph_name(subgraph)
    interface_object = {"isInterfaceObject": "true"} if part.has("interfaceObject") else {}
    joins = [
        _join(
            "type",
            graph=graph,
            key=printed_field_set(key.values.get("fields")),
            **({"extension": "true"} if key in part.extension_keys or part.has("extends") else {}),
            **({"resolvable": "false"} if key.values.get("resolvable") is False else {}),
            **interface_object,
        )
        for key in part.directives
        if key.is_federation("key")
    ] or [_join("type", graph=graph, **interface_object)]
    joins.extend(_join("implements", graph=graph, interface=json.dumps(interface)) for interface in part.interfaces)
    joins.extend(_join("unionMember", graph=graph, member=json.dumps(member)) for member in part.members)
    return joins


def _cache_tags(elements: Mapping[str, Element]) -> Iterable[AppliedDirective]:
    """Each `@cacheTag` with its subgraphs, for routers that cache answers; the hub doesn't."""
    tags: dict[str, list[str]] = {}
    for subgraph, element in elements.items():
        for values in element.applied("cacheTag"):
            tags.setdefault(values["format"], []).append(graph_name(subgraph))
    for tag, graphs in tags.items():
        args = f"{{format: {json.dumps(tag, ensure_ascii=False)}}}"
        arguments = (("graphs", f"[{', '.join(graphs)}]"), ("name", '"federation__cacheTag"'), ("args", args))
        yield AppliedDirective(JOIN, "directive", arguments)


def _join(name: str, **arguments: str) -> AppliedDirective:
    return AppliedDirective(JOIN, name, tuple(arguments.items()))


def _names(parts: Mapping[str, Type], collection: str) -> list[str]:
    return list(dict.fromkeys(name for part in parts.values() for name in getattr(part, collection)))


def _description(elements: Iterable[Element]) -> str | None:
    return next((element.description for element in elements if element.description), None)


def _type_positions(subgraphs: Iterable[Subgraph]) -> tuple[set[str], set[str]]:
    """Names of the types of inputs (arguments and input fields), and of those of outputs (fields)."""
    input_types: set[str] = set()
    output_types: set[str] = set()
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            input_types.update(named_type(field.type) for field in type_.input_fields.values())
            for field in type_.fields.values():
                output_types.add(named_type(field.type))
                input_types.update(named_type(argument.type) for argument in field.arguments.values())
    return input_types, output_types


def enum_positions(subgraphs: Sequence[Subgraph]) -> tuple[set[str], set[str]]:
    """Names of the enums that are inputs, and of those that are outputs."""
    enums = {type_.name for subgraph in subgraphs for type_ in subgraph.types.values() if type_.kind is Kind.ENUM}
    input_types, output_types = _type_positions(subgraphs)
    return input_types & enums, output_types & enums
