"""Merge subgraphs that agree into the types of the supergraph, with the join directives that say who has what.

Join specification v0.3 (v0.4 for a progressive override, v0.5 for arguments from a context). The rules have run
before: this never refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.federation.compose import type_merging as agree
from hub.federation.compose.context_arguments import context_argument, fed, in_supergraph
from hub.federation.compose.directive_merging import STRATEGIES, together
from hub.federation.compose.field_selections import USES, mentioned, text_of
from hub.federation.compose.subgraph_model import (
    FEDERATION,
    Applied,
    Element,
    Input,
    Kind,
    Output,
    Subgraph,
    Type,
    named,
)
from hub.federation.link_specification import identity

JOIN = "join"
COST = "https://specs.apollo.dev/cost/v0.1"
_COSTS = ("cost", "listSize")
CARRIED = ("tag", "inaccessible", "context", *STRATEGIES)


@dataclass(frozen=True, slots=True)
class Merged:
    """The supergraph's types with directives of `JOIN`; `kept` are the composed directives with their definitions;
    `costs` what federation's `@cost` and `@listSize` are written after."""

    types: Mapping[str, Type]
    kept: Mapping[tuple[str, str], str]
    costs: str = ""


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
    return Merged({name: merger.type(name) for name in names}, definitions, merger.costs)


def overridden(subgraphs: Sequence[Subgraph]) -> dict[tuple[str, str], str | None]:
    """(subgraph, coordinate) that another subgraph overrides, with the label of a progressive override; fields that are
    not there any more are not overridden."""
    there = {subgraph.name: {coordinate for *_, coordinate in subgraph.outputs()} for subgraph in subgraphs}
    found: dict[tuple[str, str], str | None] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                for values in field.applied("override"):
                    coordinate, source = f"{type_.name}.{field.name}", str(values.get("from"))
                    if source != subgraph.name and coordinate in there.get(source, ()):
                        found[source, coordinate] = values.get("label")
    return found


class _Merger:
    def __init__(self, subgraphs: Sequence[Subgraph], kept: set[tuple[str, str]]) -> None:
        self.subgraphs = subgraphs
        self.kept = kept
        taken = {name for _, name in kept} | {identity(spec).rpartition("/")[2] for spec, _ in kept}
        self.costs = "" if taken.isdisjoint(_COSTS) else "federation_"
        self.members = agree.possible(subgraphs)
        self.keyed = {subgraph.name: mentioned(subgraph, "key") for subgraph in subgraphs}
        self.used = {subgraph.name: mentioned(subgraph, *USES) for subgraph in subgraphs}
        self.overridden = overridden(subgraphs)
        self.contextual = fed(subgraphs)
        self.inputs, self.outputs = _positions(subgraphs)

    def type(self, name: str) -> Type:
        parts = {subgraph.name: subgraph.types[name] for subgraph in self.subgraphs if name in subgraph.types}
        first = next(iter(parts.values()))
        joins: list[Applied] = []
        for subgraph, part in parts.items():
            joins.extend(_type_joins(subgraph, part))
        joins.extend(_cache_tags(parts))
        interfaces = tuple(_names(parts, "interfaces"))
        return replace(
            first,
            kind=Kind.INTERFACE if any(part.has("interfaceObject") for part in parts.values()) else first.kind,
            description=_description(parts.values()),
            directives=(*joins, *self.directives(in_supergraph(key, part) for key, part in parts.items())),
            fields={
                **{field: self.output(field, parts) for field in _names(parts, "fields")},
                **self.abstracted(parts, interfaces),
            },
            inputs={
                field: self.input_field(field, parts)
                for field in _names(parts, "inputs")
                if all(field in part.inputs for part in parts.values())
            },
            values=self.values(name, parts),
            members=tuple(_names(parts, "members")),
            interfaces=interfaces,
            extension=False,
        )

    def abstracted(self, parts: Mapping[str, Type], interfaces: Iterable[str]) -> dict[str, Output]:
        """Fields that an object has by an `@interfaceObject` alone: no subgraph has them on the object itself."""
        found: dict[str, Output] = {}
        for interface in interfaces:
            objects = {
                subgraph.name: subgraph.types[interface]
                for subgraph in self.subgraphs
                if interface in subgraph.types and subgraph.types[interface].has("interfaceObject")
            }
            for name in _names(objects, "fields"):
                declared = any(name in part.fields for part in parts.values())
                holders = (each.fields[name] for each in objects.values() if name in each.fields)
                if not declared and not all(each.has("external") for each in holders):
                    field = self.output(name, objects)
                    kept = tuple(each for each in field.directives if each.spec != JOIN)
                    found[name] = replace(field, directives=(_join("field"), *kept))
        return found

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
        resolving = {key: field for key, field in holders.items() if not field.has("external")} or holders
        coordinate = f"{next(iter(parts.values())).name}.{name}"
        type_ = agree.output([field.type for field in resolving.values()], self.members) or ""
        details: dict[str, dict[str, str]] = {}
        for subgraph, field in holders.items():
            detail = self.field_join(subgraph, coordinate, field, type_)
            if detail is not None:
                details[subgraph] = detail
        plain = len(details) == len(parts) and not any(details.values())
        joins = [] if plain else [_join("field", graph=graph_name(key), **detail) for key, detail in details.items()]
        arguments = {key: field.arguments for key, field in resolving.items()}
        return Output(
            name,
            _description(resolving.values()),
            (*joins, *_cache_tags(holders), *self.directives(resolving.values())),
            type_,
            {
                argument: self.input(argument, arguments)
                for argument in dict.fromkeys(each for some in arguments.values() for each in some)
                if all(argument in some for some in arguments.values())
                and f"{coordinate}({argument}:)" not in self.contextual
            },
        )

    def field_join(self, subgraph: str, coordinate: str, field: Output, type_: str) -> dict[str, str] | None:
        """Arguments of `@join__field`; None for a field that its subgraph does not serve any more."""
        detail: dict[str, str] = {}
        label = next((values.get("label") for values in field.applied("override")), None)
        if (subgraph, coordinate) in self.overridden:
            old_label = self.overridden[subgraph, coordinate]
            if old_label is None and coordinate not in self.used[subgraph]:
                return None
            if coordinate in self.used[subgraph]:
                detail["usedOverridden"] = "true"
            if old_label is not None:
                detail["overrideLabel"] = json.dumps(old_label)
        if field.has("external") and coordinate not in self.keyed[subgraph]:
            if coordinate not in self.used[subgraph]:
                return None
            detail["external"] = "true"
        if field.type != type_:
            detail["type"] = json.dumps(field.type)
        for name in ("requires", "provides"):
            for values in field.applied(name):
                detail[name] = json.dumps(text_of(values.get("fields")), ensure_ascii=False)
        for values in field.applied("override"):
            detail["override"] = json.dumps(values["from"])
            if label is not None and (str(values["from"]), coordinate) in self.overridden:
                detail["overrideLabel"] = json.dumps(label)
        contexts = [context_argument(subgraph, each) for each in field.arguments.values() if each.has("fromContext")]
        if contexts:
            detail["contextArguments"] = f"[{', '.join(contexts)}]"
        return detail

    def input_field(self, name: str, parts: Mapping[str, Type]) -> Input:
        """An input field; a subgraph where its type is another says so."""
        merged = self.input(name, {key: part.inputs for key, part in parts.items()})
        types = {key: part.inputs[name].type for key, part in parts.items()}
        if set(types.values()) == {merged.type}:
            return merged
        joins = [_join("field", graph=graph_name(key), type=json.dumps(type_)) for key, type_ in types.items()]
        return replace(merged, directives=(*joins, *merged.directives))

    def input(self, name: str, parts: Mapping[str, Mapping[str, Input]]) -> Input:
        """An argument or input field. It has a default value only if every subgraph gives it."""
        holders = [inputs[name] for inputs in parts.values() if name in inputs]
        defaults = {each.default for each in holders}
        return Input(
            name,
            _description(holders),
            self.directives(holders),
            agree.input_([each.type for each in holders]) or "",
            defaults.pop() if len(defaults) == 1 else None,
        )

    def directives(self, elements: Iterable[Element]) -> tuple[Applied, ...]:
        """What the supergraph keeps of the elements' directives: each once, GraphQL's own as the first says them, those
        that have a strategy together."""
        kept: dict[Applied, None] = {}
        demanded: dict[str, list[Applied]] = {}
        for each in (each for element in elements for each in element.directives):
            if each.spec == FEDERATION and each.name in STRATEGIES:
                demanded.setdefault(each.name, []).append(each)
            elif not each.spec:
                if all(each.name != known.name or known.spec for known in kept):
                    kept[each] = None
            elif (each.spec == FEDERATION and each.name in CARRIED) or (each.spec, each.name) in self.kept:
                kept[each] = None
        joined = map(together, demanded.values())
        return (*kept, *(replace(e, name=self.costs + e.name) if e.name in _COSTS else e for e in joined))


def _type_joins(subgraph: str, part: Type) -> list[Applied]:
    graph = graph_name(subgraph)
    extra = {"isInterfaceObject": "true"} if part.has("interfaceObject") else {}
    keys = list(part.applied("key"))
    joins = [
        _join(
            "type",
            graph=graph,
            key=json.dumps(text_of(values.get("fields")), ensure_ascii=False),
            **({"extension": "true"} if part.extension else {}),
            **({"resolvable": "false"} if values.get("resolvable") is False else {}),
            **extra,
        )
        for values in keys
    ] or [_join("type", graph=graph, **extra)]
    joins.extend(_join("implements", graph=graph, interface=json.dumps(each)) for each in part.interfaces)
    joins.extend(_join("unionMember", graph=graph, member=json.dumps(each)) for each in part.members)
    return joins


def _cache_tags(elements: Mapping[str, Element]) -> Iterable[Applied]:
    """The tags by which a cache forgets an answer, each with the subgraphs that say it: for other routers, as the hub
    keeps no answer."""
    tags: dict[str, list[str]] = {}
    for subgraph, element in elements.items():
        for values in element.applied("cacheTag"):
            tags.setdefault(values["format"], []).append(graph_name(subgraph))
    for text, graphs in tags.items():
        said = f"{{format: {json.dumps(text, ensure_ascii=False)}}}"
        arguments = (("graphs", f"[{', '.join(graphs)}]"), ("name", '"federation__cacheTag"'), ("args", said))
        yield Applied(JOIN, "directive", arguments)


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
