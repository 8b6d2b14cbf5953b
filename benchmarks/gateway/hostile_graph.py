"""The graph of a recipe: types of one interface and one union, spread over subgraphs."""

from __future__ import annotations

from random import Random

from benchmarks.gateway.recipes import Recipe
from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph import Supergraph

HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", '
    '"@requires", "@provides", "@interfaceObject"])\n'
    "directive @note(text: String, more: More) repeatable on QUERY | FIELD | INLINE_FRAGMENT | FRAGMENT_SPREAD\n"
)
LEAF = "a(more: More, list: [[Int]], text: String)"


def graph(recipe: Recipe) -> Supergraph:
    """Compose the graph of a recipe; raises CompositionFailed for some recipes."""
    random = Random(  # noqa: S311
        f"{recipe.seed}/{recipe.types}/{recipe.subgraphs}/{recipe.shared}/{recipe.required}"
    )
    members = [_fields(recipe, type_, random) for type_ in range(recipe.types)]
    union = " | ".join(f"T{number}" for number in range(recipe.types))
    more = " ".join(f"i{number}: Int" for number in range(recipe.inputs))
    interface = "id: ID! i0: Int n0: N"
    sdls = []
    for subgraph in range(recipe.subgraphs):
        types = "\n".join(
            f'type T{type_} implements N @key(fields: "id") '
            f"{{ id: ID! i0: Int @shareable n0: N @shareable {LEAF}: Int @shareable {' '.join(by_home[subgraph])} }}"
            for type_, by_home in enumerate(members)
        )
        sdls.append(
            f"{HEAD} type Query {{ start: N @shareable }}\n"
            f'interface N @key(fields: "id") {{ {interface} }}\nunion U = {union}\n'
            f"input More {{ {more} below: More list: [More!] text: String }}\n{types}"
        )
    if recipe.objects:
        sdls.append(
            f'{HEAD} type N @interfaceObject @key(fields: "id") {{ id: ID! o0: Int o1: N o2: Int }}\n'
            f"input More {{ {more} below: More list: [More!] text: String }}"
        )
    return compose([Source(f"s{number}", f"http://s{number}.example", sdl) for number, sdl in enumerate(sdls)])


def _fields(recipe: Recipe, type_: int, random: Random) -> list[list[str]]:
    """The fields of a type beside those of every type, by subgraph."""
    by_home: list[list[str]] = [[] for _ in range(recipe.subgraphs)]
    for name in (*(f"f{number}" for number in range(8)), *(f"own{type_}_{number}" for number in range(4))):
        homes = {random.randrange(recipe.subgraphs)}
        if random.randrange(100) < recipe.shared:
            homes |= {random.randrange(recipe.subgraphs) for _ in range(recipe.subgraphs)}
        returned = {"f0": "N", "f1": f"T{type_}", "f2": "U"}.get(name, "Int")
        for home in homes:
            by_home[home].append(f"{name}: {returned} {'@shareable' if len(homes) > 1 else ''}")
    for number in range(4 if recipe.subgraphs > 1 and random.randrange(100) < recipe.required else 0):
        home, provider = random.sample(range(recipe.subgraphs), 2)
        by_home[provider].append(f"need{number}: Int")
        by_home[home] += [f"need{number}: Int @external", f'r{number}: Int @requires(fields: "need{number}")']
    return by_home
