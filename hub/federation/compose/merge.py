"""Merge subgraphs that agree into the types of the supergraph, with the join directives that say who has what.

Join specification v0.3 (v0.4 for a progressive override). The rules have run before: this never refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.federation.compose import types as agree
from hub.federation.compose.fieldsets import mentioned
from hub.federation.compose.model import FEDERATION, Applied, Element, Input, Kind, Output, Subgraph, Type, named

JOIN = "join"
_CARRIED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy")


@dataclass(frozen=True, slots=True)
class Merged:
    """The supergraph's types with directives of `JOIN`; `kept` are the composed directives with their definitions."""

    types: Mapping[str, Type]
    kept: Mapping[tuple[str, str], str]


def graph_name(subgraph: str) -> str:
    """Name of a subgraph as a value of the enum `join__Graph`."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in subgraph).upper()
    return f"_{name}" if not name or name[0].isdigit() else name


def merge(subgraphs: Sequence[Subgraph], kept_specs: Iterable[str]) -> Merged:
    """One type per name, in the order of first appearance."""
    specs = set(kept_specs)
    definitions: dict[tuple[str, str], str] = {}
    for subgraph in subgraphs:
        for key, text in subgraph.definitions.items():
            if key[0] in specs or key in subgraph.composed:
                definitions.setdefault(key, text)
    merger = _Merger(subgraphs, set(definitions))
    names = dict.fromkeys(name for subgraph in subgraphs for name in subgraph.types)
    return Merged({name: merger.type(name) for name in names}, definitions)


def overridden(subgraphs: Sequence[Subgraph]) -> dict[tuple[str, str], str | None]:
    """(subgraph, coordinate) that another subgraph overrides, with the label of a progressive override."""
    names = {subgraph.name for subgraph in subgraphs}
    found: dict[tuple[str, str], str | None] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                for values in field.applied("override"):
                    if values.get("from") in names - {subgraph.name}:
                        found[str(values["from"]), f"{type_.name}.{field.name}"] = values.get("label")
    return found


class _Merger:
    def __init__(self, subgraphs: Sequence[Subgraph], kept: set[tuple[str, str]]) -> None:
        self.subgraphs = subgraphs
        self.kept = kept
        self.members = agree.possible(subgraphs)
        self.keyed = {subgraph.name: mentioned(subgraph, "key") for subgraph in subgraphs}
        self.used = {subgraph.name: mentioned(subgraph, "key", "requires", "provides") for subgraph in subgraphs}
        self.overridden = overridden(subgraphs)
        self.inputs, self.outputs = _positions(subgraphs)

    def type(self, name: str) -> Type:
        parts = {subgraph.name: subgraph.types[name] for subgraph in self.subgraphs if name in subgraph.types}
        first = next(iter(parts.values()))
        joins: list[Applied] = []
        for subgraph, part in parts.items():
            joins.extend(_type_joins(subgraph, part))
        return replace(
            first,
            description=_description(parts.values()),
            directives=(*joins, *self.directives(parts.values())),
            fields={field: self.output(field, parts) for field in _names(parts, "fields")},
            inputs={
                field: self.input(field, {key: part.inputs for key, part in parts.items()})
                for field in _names(parts, "inputs")
                if all(field in part.inputs for part in parts.values())
            },
            values=self.values(name, parts),
            members=tuple(_names(parts, "members")),
            interfaces=tuple(_names(parts, "interfaces")),
            extension=False,
        )

    def values(self, name: str, parts: Mapping[str, Type]) -> dict[str, Element]:
        """Union of the values of an enum that is only returned, intersection of one that is only received."""
        merged = {}
        narrow = name in self.inputs and name not in self.outputs
        for value in _names(parts, "values"):
            holders = {key: part.values[value] for key, part in parts.items() if value in part.values}
            if narrow and len(holders) < len(parts):
                continue
            joins = [_join("enumValue", graph=graph_name(key)) for key in holders]
            merged[value] = Element(value, _description(holders.values()), (*joins, *self.directives(holders.values())))
        return merged

    def output(self, name: str, parts: Mapping[str, Type]) -> Output:
        holders = {key: part.fields[name] for key, part in parts.items() if name in part.fields}
        coordinate = f"{next(iter(parts.values())).name}.{name}"
        type_ = agree.output([field.type for field in holders.values()], self.members) or ""
        details: dict[str, dict[str, str]] = {}
        for subgraph, field in holders.items():
            detail = self.field_join(subgraph, coordinate, field, type_)
            if detail is not None:
                details[subgraph] = detail
        plain = len(details) == len(parts) and not any(details.values())
        joins = [] if plain else [_join("field", graph=graph_name(key), **detail) for key, detail in details.items()]
        arguments = {key: field.arguments for key, field in holders.items()}
        return Output(
            name,
            _description(holders.values()),
            (*joins, *self.directives(holders.values())),
            type_,
            {
                argument: self.input(argument, arguments)
                for argument in dict.fromkeys(each for some in arguments.values() for each in some)
                if all(argument in some for some in arguments.values())
            },
        )

    def field_join(self, subgraph: str, coordinate: str, field: Output, type_: str) -> dict[str, str] | None:
        """Arguments of `@join__field`; None for a field that its subgraph does not serve any more."""
        detail: dict[str, str] = {}
        label = next((values.get("label") for values in field.applied("override")), None)
        if (subgraph, coordinate) in self.overridden:
            old_label = self.overridden[subgraph, coordinate]
            if old_label is not None:
                detail["overrideLabel"] = json.dumps(old_label)
            elif coordinate in self.used[subgraph]:
                detail["usedOverridden"] = "true"
            else:
                return None
        if field.has("external") and coordinate not in self.keyed[subgraph]:
            if coordinate not in self.used[subgraph]:
                return None
            detail["external"] = "true"
        if field.type != type_:
            detail["type"] = json.dumps(field.type)
        for name in ("requires", "provides"):
            for values in field.applied(name):
                detail[name] = json.dumps(values["fields"], ensure_ascii=False)
        for values in field.applied("override"):
            detail["override"] = json.dumps(values["from"])
            if label is not None:
                detail["overrideLabel"] = json.dumps(label)
        return detail

    def input(self, name: str, parts: Mapping[str, Mapping[str, Input]]) -> Input:
        holders = [inputs[name] for inputs in parts.values() if name in inputs]
        return Input(
            name,
            _description(holders),
            self.directives(holders),
            agree.input_([each.type for each in holders]) or "",
            next((each.default for each in holders if each.default is not None), None),
        )

    def directives(self, elements: Iterable[Element]) -> tuple[Applied, ...]:
        """What the supergraph keeps of the elements' directives, each once."""
        return tuple(
            dict.fromkeys(
                each
                for element in elements
                for each in element.directives
                if not each.spec
                or (each.spec == FEDERATION and each.name in _CARRIED)
                or (each.spec, each.name) in self.kept
            )
        )


def _type_joins(subgraph: str, part: Type) -> list[Applied]:
    graph = graph_name(subgraph)
    extra = {"isInterfaceObject": "true"} if part.has("interfaceObject") else {}
    keys = list(part.applied("key"))
    joins = [
        _join(
            "type",
            graph=graph,
            key=json.dumps(values["fields"], ensure_ascii=False),
            **({"extension": "true"} if part.extension else {}),
            **({"resolvable": "false"} if values.get("resolvable") is False else {}),
            **extra,
        )
        for values in keys
    ] or [_join("type", graph=graph, **extra)]
    joins.extend(_join("implements", graph=graph, interface=json.dumps(each)) for each in part.interfaces)
    joins.extend(_join("unionMember", graph=graph, member=json.dumps(each)) for each in part.members)
    return joins


def _join(name: str, **arguments: str) -> Applied:
    return Applied(JOIN, name, tuple(arguments.items()))


def _names(parts: Mapping[str, Type], collection: str) -> list[str]:
    return list(dict.fromkeys(name for part in parts.values() for name in getattr(part, collection)))


def _description(elements: Iterable[Element]) -> str | None:
    return next((each.description for each in elements if each.description), None)


def _positions(subgraphs: Iterable[Subgraph]) -> tuple[set[str], set[str]]:
    """Names of types that are received, and of types that are returned."""
    received: set[str] = set()
    returned: set[str] = set()
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            received.update(named(each.type) for each in type_.inputs.values())
            for field in type_.fields.values():
                returned.add(named(field.type))
                received.update(named(each.type) for each in field.arguments.values())
    return received, returned


def positions(subgraphs: Iterable[Subgraph], kind: Kind) -> tuple[set[str], set[str]]:
    """The same, for types of one kind."""
    subgraphs = tuple(subgraphs)
    names = {type_.name for each in subgraphs for type_ in each.types.values() if type_.kind is kind}
    received, returned = _positions(subgraphs)
    return received & names, returned & names
