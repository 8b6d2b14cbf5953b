"""Random graphs: entity types whose fields are scattered over subgraphs, linked, computed from each other's fields,
behind an interface, and with one subgraph that knows that interface as an object only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.federation.harness import HEAD, Part

OBJECTS = 3
HOMES = ("a", "b", "c")
TEXTS = st.sampled_from(["x", "é", None])


@dataclass
class Entity:
    """Fields by name: the subgraphs of a plain one, (subgraph, printed type) of a link, (subgraph, required field) of a
    computed one."""

    name: str
    plain: dict[str, tuple[str, ...]] = field(default_factory=dict)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    computed: dict[str, tuple[str, str]] = field(default_factory=dict)

    def homes(self, name: str) -> tuple[str, ...]:
        """Subgraphs that resolve a field."""
        return self.plain[name] if name in self.plain else (self.computed[name][0],)


@dataclass
class Scattered:
    """A graph, its data, and what one executor over the whole needs."""

    parts: list[Part]
    root: dict[str, Any]
    resolvers: dict[str, Callable[..., Any]]


@st.composite
def scattered(draw: st.DrawFn) -> Scattered:
    """A graph that composes, whatever is drawn."""
    alone = draw(st.booleans())  # whether `c` knows the interface as an object, and no type of it
    homes = HOMES[:2] if alone else HOMES
    entities = [Entity(f"T{number}") for number in range(draw(st.integers(2, 3)))]
    targets = [*(owner.name for owner in entities), "Node"]
    for entity in entities:
        for number in range(draw(st.integers(1, 3))):
            entity.plain[f"p{number}"] = tuple(
                draw(st.lists(st.sampled_from(homes), min_size=1, max_size=2, unique=True))
            )
        for number in range(draw(st.integers(0, 2))):
            target = draw(st.sampled_from(targets))
            printed = draw(st.sampled_from([target, f"[{target}]", f"[{target}!]!"]))
            entity.links[f"l{number}"] = (draw(st.sampled_from(homes)), printed)
        for number in range(draw(st.integers(0, 2))):
            home = draw(st.sampled_from(homes))
            elsewhere = [name for name in (*entity.plain, *entity.computed) if home not in entity.homes(name)]
            if elsewhere:
                entity.computed[f"c{number}"] = (home, draw(st.sampled_from(elsewhere)))
    objects = _objects(draw, entities)
    roots = {f"q{number}": draw(st.sampled_from(targets)) for number in range(2)}
    root: dict[str, Any] = {
        name: draw(st.lists(_chosen(objects, target), max_size=3)) for name, target in roots.items()
    }
    root["nodes"] = draw(st.lists(_chosen(objects, "Node"), max_size=3))
    parts = [_part(name, entities, roots if name == "a" else {}, root, objects) for name in homes]
    if alone:
        parts.append(_interface_object(root, objects))
    resolvers = {f"{owner.name}.{name}": _whole(owner, name) for owner in entities for name in owner.computed}
    if alone:
        resolvers |= {f"{owner.name}.extra": lambda value, info: f"+{value['id']}" for owner in entities}
    return Scattered(parts, root, resolvers)


def _objects(draw: st.DrawFn, entities: list[Entity]) -> dict[str, list[dict[str, Any]]]:
    objects: dict[str, list[dict[str, Any]]] = {
        entity.name: [
            {"__typename": entity.name, "id": f"{entity.name}-{number}", **{name: draw(TEXTS) for name in entity.plain}}
            for number in range(OBJECTS)
        ]
        for entity in entities
    }
    for entity in entities:
        for value in objects[entity.name]:
            for name, (_, printed) in entity.links.items():
                chosen = _chosen(objects, printed.strip("[]!"))
                if printed.endswith("!"):
                    value[name] = draw(st.lists(chosen, max_size=2))
                else:
                    value[name] = draw(
                        st.none() | (st.lists(chosen | st.none(), max_size=2) if "[" in printed else chosen)
                    )
    return objects


def _chosen(objects: dict[str, list[dict[str, Any]]], target: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(
        [candidate for name, some in objects.items() if target in (name, "Node") for candidate in some]
    )


def _part(
    home: str,
    entities: list[Entity],
    roots: dict[str, str],
    root: dict[str, list[dict[str, Any]]],
    objects: dict[str, list[dict[str, Any]]],
) -> Part:
    lines = ['interface Node @key(fields: "id") { id: ID! }']
    resolvers: dict[str, Callable[..., Any]] = {}
    for entity in entities:
        fields = ["id: ID!"]
        own = {name: homes for name, homes in entity.plain.items() if home in homes}
        fields += [f"{name}: String{' @shareable' if len(homes) > 1 else ''}" for name, homes in own.items()]
        fields += [f"{name}: {printed}" for name, (where, printed) in entity.links.items() if where == home]
        computed = {name: required for name, (where, required) in entity.computed.items() if where == home}
        fields += [f"{required}: String @external" for required in dict.fromkeys(computed.values())]
        for name, required in computed.items():
            fields.append(f'{name}: String @requires(fields: "{required}")')
            resolvers[f"{entity.name}.{name}"] = _required_resolver(required)
        lines.append(f'type {entity.name} implements Node @key(fields: "id") {{ {" ".join(fields)} }}')
    if roots:
        lines.append(f"type Query {{ {' '.join(f'{name}: [{target}]' for name, target in roots.items())} }}")
    by_id = {value["id"]: value for some in objects.values() for value in some}
    find = {name: lambda value: by_id.get(value["id"]) for name in (*objects, "Node")}
    return Part(home, HEAD + "\n".join(lines), root, find, resolvers)


def _interface_object(root: dict[str, Any], objects: dict[str, list[dict[str, Any]]]) -> Part:
    sdl = 'type Query { nodes: [Node] } type Node @key(fields: "id") @interfaceObject { id: ID! extra: String }'
    by_id = {value["id"]: value for some in objects.values() for value in some}
    extra = {"Node.extra": lambda value, info: f"+{value['id']}"}
    return Part("c", HEAD + sdl, root, {"Node": lambda value: by_id.get(value["id"])}, extra)


def _required_resolver(required: str) -> Callable[..., Any]:
    return lambda value, info: f"<{value['__representation'][required]}>"


def _whole(entity: Entity, name: str) -> Callable[..., Any]:
    """The computed field as one executor over all the data has it."""

    def compute(value: dict[str, Any], required: str) -> Any:
        return value[required] if required in entity.plain else f"<{compute(value, entity.computed[required][1])}>"

    return lambda value, info: compute(value, name)
