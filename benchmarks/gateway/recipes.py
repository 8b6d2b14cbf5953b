"""Recipes of hostile documents: a few numbers that say how a graph is drawn, and a document over it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a graph and a document over it are drawn.

    Of the graph: `types` implement one interface, spread over `subgraphs`; `shared` is the percentage of fields that
    several subgraphs resolve, `required` that of fields that require another subgraph's; `objects`: a subgraph knows
    the interface as an object only; `inputs`: fields of the input type.

    Of the document: it nests `depth` objects, `width` composite fields each, with `leaves`; `lifted` is the percentage
    of fields that are selected on the interface itself, `fragments`, `named` and `conditions` those under a type
    condition, in a named fragment, under a variable; `wrapped`: fragments without a condition around a field;
    `repeats` copies each selection; `aliases` gives new keys; `arguments` and `notes` are percentages of fields with
    arguments or directives, whose literals hold some `literal` values, or variables with such defaults; `operations`
    say the same.
    """

    seed: int = 0
    types: int = 2
    subgraphs: int = 1
    shared: int = 50
    required: int = 10
    objects: int = 0
    inputs: int = 5
    depth: int = 5
    width: int = 1
    leaves: int = 3
    lifted: int = 0
    fragments: int = 100
    named: int = 0
    conditions: int = 0
    wrapped: int = 0
    repeats: int = 1
    aliases: int = 0
    arguments: int = 0
    notes: int = 0
    literal: int = 1
    operations: int = 1


LEAST = Recipe(
    types=1,
    shared=0,
    required=0,
    inputs=1,
    depth=1,
    leaves=1,
    fragments=0,
)
MOST = Recipe(
    seed=9,
    types=40,
    subgraphs=8,
    shared=100,
    required=60,
    objects=1,
    inputs=60,
    depth=19,
    width=40,
    leaves=40,
    lifted=100,
    fragments=100,
    named=100,
    conditions=100,
    wrapped=20,
    repeats=6,
    aliases=1,
    arguments=100,
    notes=100,
    literal=400,
    operations=20,
)
FAMILIES: dict[str, Recipe] = {
    "interface en échelle": Recipe(types=2, depth=12, leaves=2),
    "champs de l'interface": Recipe(types=20, depth=6, leaves=4, lifted=100, fragments=10),
    "beaucoup de types": Recipe(types=12, depth=4, leaves=6),
    "large": Recipe(types=1, depth=2, width=20, leaves=20, repeats=4),
    "beaucoup de sous-graphes": Recipe(subgraphs=8, shared=100, depth=6, width=2, leaves=6),
    "exigences": Recipe(subgraphs=4, required=60, depth=6, width=2, leaves=6),
    "conditions": Recipe(subgraphs=3, conditions=100, depth=5, width=3, leaves=6, repeats=2),
    "alias": Recipe(subgraphs=3, aliases=1, depth=3, width=10, leaves=5),
    "objet d'interface": Recipe(types=4, subgraphs=3, objects=1, depth=5, width=2, leaves=4),
    "fragments nommés": Recipe(types=3, subgraphs=2, named=100, wrapped=3, depth=5, width=2, leaves=4),
    "littéraux": Recipe(types=1, depth=2, width=4, leaves=20, inputs=40, arguments=100, literal=40, aliases=1),
    "directives": Recipe(subgraphs=2, depth=3, width=4, leaves=10, notes=100, literal=4, wrapped=1),
    "plusieurs opérations": Recipe(types=3, depth=3, width=2, leaves=6, named=50, operations=10, conditions=30),
}
"""The recipes that the search begins with."""


def neighbour(recipe: Recipe, random: Random) -> Recipe:
    """The recipe with one or two of its numbers changed."""
    names = random.sample([field.name for field in fields(Recipe)], random.choice((1, 1, 2)))
    return replace(recipe, **{name: _changed(recipe, name, random) for name in names})


def anywhere(random: Random) -> Recipe:
    """A recipe of which every number is drawn."""
    return Recipe(
        **{
            field.name: random.choice((getattr(LEAST, field.name), random.randint(*_range(field.name))))
            for field in fields(Recipe)
        }
    )


def _changed(recipe: Recipe, name: str, random: Random) -> int:
    least, most = _range(name)
    step = max(1, (most - least) // 4)
    drawn = random.choice((random.randint(least, most), getattr(recipe, name) + random.randint(-step, step)))
    return min(most, max(least, drawn))


def _range(name: str) -> tuple[int, int]:
    return getattr(LEAST, name), getattr(MOST, name)
