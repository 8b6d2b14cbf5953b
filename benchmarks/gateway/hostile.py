"""Random documents within the limits, made to be slow to prepare, over random graphs; and a search for the slowest.

A document is drawn from a recipe, a few numbers that say how deep, wide, repeated and conditional it is; the search
keeps the slowest recipes and changes one of their numbers at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from random import Random

import msgspec

from hub.errors import HubError
from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed
from hub.federation.supergraph import Supergraph
from hub.gateway import EVERYONE, allow
from hub.prepare import Preparer

HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", '
    '"@requires", "@provides", "@interfaceObject"])\n'
)
TRACE = "0" * 32


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a graph and a document over it are drawn.

    `types` implement one interface, spread over `subgraphs`; `shared` is the percentage of fields that several
    subgraphs resolve, `required` that of fields that require another subgraph's; `objects`: a subgraph knows the
    interface as an object only. The document nests `depth` objects, `width` composite fields each, with `leaves`;
    `fragments` and `conditions` are percentages of fields under a type condition or a variable; `repeats` copies each
    selection; `aliases` gives new keys.
    """

    seed: int = 0
    types: int = 2
    subgraphs: int = 1
    shared: int = 50
    required: int = 10
    objects: int = 0
    depth: int = 5
    width: int = 1
    leaves: int = 3
    fragments: int = 100
    conditions: int = 0
    repeats: int = 1
    aliases: int = 0


MOST = Recipe(
    seed=9,
    types=12,
    subgraphs=8,
    shared=100,
    required=60,
    objects=1,
    depth=19,
    width=40,
    leaves=40,
    fragments=100,
    conditions=100,
    repeats=6,
    aliases=1,
)
LEAST = Recipe(
    types=1, subgraphs=1, shared=0, required=0, objects=0, depth=1, width=1, leaves=1, fragments=0, repeats=1
)
FAMILIES: dict[str, Recipe] = {
    "interface en échelle": Recipe(types=2, depth=12, leaves=2),
    "beaucoup de types": Recipe(types=12, depth=4, leaves=6),
    "large": Recipe(types=1, depth=2, width=20, leaves=20, repeats=4),
    "beaucoup de sous-graphes": Recipe(subgraphs=8, shared=100, depth=6, width=2, leaves=6),
    "exigences": Recipe(subgraphs=4, required=60, depth=6, width=2, leaves=6),
    "conditions": Recipe(subgraphs=3, conditions=100, depth=5, width=3, leaves=6, repeats=2),
    "alias": Recipe(subgraphs=3, aliases=1, depth=3, width=10, leaves=5),
    "objet d'interface": Recipe(types=4, subgraphs=3, objects=1, depth=5, width=2, leaves=4),
}
"""The recipes that the search begins with."""


def graph(recipe: Recipe) -> Supergraph:
    """The graph of a recipe."""
    random = Random(  # noqa: S311
        f"{recipe.seed}/{recipe.types}/{recipe.subgraphs}/{recipe.shared}/{recipe.required}"
    )
    subgraphs = range(recipe.subgraphs + recipe.objects)
    sdls = [[HEAD] for _ in subgraphs]
    lines: dict[int, dict[int, list[str]]] = {
        subgraph: {type_: [] for type_ in range(recipe.types)} for subgraph in range(recipe.subgraphs)
    }
    for type_ in range(recipe.types):
        for name in (*(f"f{number}" for number in range(8)), *(f"own{type_}_{number}" for number in range(4))):
            homes = {random.randrange(recipe.subgraphs)}
            if random.randrange(100) < recipe.shared:
                homes |= {random.randrange(recipe.subgraphs) for _ in range(recipe.subgraphs)}
            returned = {"f0": "N", "f1": f"T{type_}", "f2": "U"}.get(name, "Int")
            for home in homes:
                lines[home][type_].append(f"{name}: {returned} {'@shareable' if len(homes) > 1 else ''}")
        for number in range(4 if recipe.subgraphs > 1 and random.randrange(100) < recipe.required else 0):
            home, other = random.sample(range(recipe.subgraphs), 2)
            lines[other][type_].append(f"need{number}: Int")
            lines[home][type_].append(f"need{number}: Int @external")
            lines[home][type_].append(f'r{number}: Int @requires(fields: "need{number}")')
    for subgraph in range(recipe.subgraphs):
        sdl = sdls[subgraph]
        sdl.append("type Query { start: N @shareable }")
        sdl.append('interface N @key(fields: "id") { id: ID! }')
        sdl.append(f"union U = {' | '.join(f'T{number}' for number in range(recipe.types))}")
        for type_, members in lines[subgraph].items():
            sdl.append(f'type T{type_} implements N @key(fields: "id") {{ id: ID! {" ".join(members)} }}')
    if recipe.objects:
        sdls[-1].append('type N @interfaceObject @key(fields: "id") { id: ID! o0: Int o1: N o2: Int }')
    sources = [Source(f"s{number}", f"http://s{number}.example", "\n".join(sdl)) for number, sdl in enumerate(sdls)]
    return compose(sources)


def document(recipe: Recipe, supergraph: Supergraph) -> str:
    """The document of a recipe, of some 1,700 fields, 190 aliases and 190 directives at most."""
    random = Random(repr(recipe))  # noqa: S311
    remaining = {"fields": 1_700, "aliases": 190, "directives": 190}
    variables: dict[str, None] = {}

    def spend(what: str) -> bool:
        remaining[what] -= 1
        return remaining[what] >= 0

    def prefix() -> str:
        return f"k{remaining['aliases']}: " if recipe.aliases and spend("aliases") else ""

    def condition() -> str:
        if random.randrange(100) >= recipe.conditions or not spend("directives"):
            return ""
        name = f"v{random.randrange(40)}"
        variables[name] = None
        return f" @{random.choice(('include', 'skip'))}(if: ${name})"

    def selection(type_: str, depth: int) -> Iterator[str]:
        """The fields on a value: of an object, of the interface N, of the union U."""
        remaining["fields"] -= 1
        yield "id" if type_ != "U" else "__typename"
        if type_ in ("N", "U"):
            for number in range(recipe.types):
                if remaining["fields"] > 0 and (random.randrange(100) < recipe.fragments or type_ == "U"):
                    yield f"... on T{number}{condition()} {{ {' '.join(selection(f'T{number}', depth))} }}"
            if type_ == "N" and recipe.objects:
                yield from objects(("o0", "o2"), ("o1",), "N", depth)
            return
        names = [name for name in supergraph.types[type_].fields if name not in ("id", "f0", "f1", "f2", "o1")]
        yield from objects(names, ("f0", "f1", "f2"), type_, depth)

    def objects(names: Sequence[str], composites: Sequence[str], type_: str, depth: int) -> Iterator[str]:
        for _ in range(recipe.leaves):
            if spend("fields"):
                yield f"{prefix()}{random.choice(names)}{condition()}"
        for _ in range(recipe.width if depth < recipe.depth else 0):
            if not spend("fields"):
                return
            name = random.choice(composites)
            below = {"f0": "N", "f2": "U", "o1": "N"}.get(name, type_)
            body = " ".join(" ".join(selection(below, depth + 1)) for _ in range(recipe.repeats))
            yield f"{prefix()}{name}{condition()} {{ {body} }}"

    body = " ".join(selection("N", 1))
    head = f"query({' '.join(f'${name}: Boolean!' for name in variables)})" if variables else ""
    return f"{head}{{ start {{ {body} }} }}"


class Slowest(msgspec.Struct, frozen=True):
    """The slowest document of a family: the milliseconds of processor that preparing it takes, and the code by which it
    is refused, empty if it is planned; among how many `documents`."""

    family: str
    milliseconds: float
    code: str
    bytes: int
    documents: int


def slowest(seconds: float) -> list[Slowest]:
    """Search each family for so long."""
    return [_search(family, recipe, seconds, Random(family)) for family, recipe in FAMILIES.items()]  # noqa: S311


def _search(family: str, recipe: Recipe, seconds: float, random: Random) -> Slowest:
    end = time.monotonic() + seconds
    found, candidate, documents = Slowest(family, 0.0, "", 0, 0), recipe, 0
    while time.monotonic() < end:
        documents += 1
        with suppress(CompositionFailed):  # not every recipe is a graph
            supergraph = graph(candidate)
            text = document(candidate, supergraph)
            milliseconds, code = min(_prepare(supergraph, text) for _ in range(2))
            if milliseconds > found.milliseconds:
                found, recipe = Slowest(family, milliseconds, code, len(text), documents), candidate
        candidate = neighbour(recipe, random)
    return msgspec.structs.replace(found, documents=documents)


def _prepare(supergraph: Supergraph, text: str) -> tuple[float, str]:
    """Prepare a document with nothing cached: milliseconds of processor, and the code of its refusal."""
    preparer = Preparer(supergraph, supergraph.client_schema, allow)
    start, code = time.process_time(), ""
    try:
        preparer.prepare(text, None, EVERYONE, TRACE)
    except HubError as error:
        code = error.code
    return 1000 * (time.process_time() - start), code


def neighbour(recipe: Recipe, random: Random) -> Recipe:
    """The recipe with one of its numbers changed."""
    name = random.choice([field.name for field in fields(Recipe)])
    least, most, value = getattr(LEAST, name), getattr(MOST, name), getattr(recipe, name)
    step = max(1, (most - least) // 4)
    changed = random.choice((random.randint(least, most), value + random.randint(-step, step)))
    return replace(recipe, **{name: min(most, max(least, changed))})
