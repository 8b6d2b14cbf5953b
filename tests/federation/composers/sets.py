"""The sets that are composed: every hand-written one of the tests as it is, then random ones and changed ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from random import Random

from hub.federation.compose.composer import Source
from tests.federation.behaviours import abstract, contexts, federation1, keys, provides, requires, values
from tests.federation.composers.mutate import mutated
from tests.federation.composers.strangers import strangers
from tests.federation.composers.verdict import SubgraphSet
from tests.federation.harness import Part
from tests.federation.library import library
from tests.federation.orchard import PARTS
from tests.federation.rules import CASES
from tests.federation.shop import shop
from tests.federation.supergraphs.links import draw
from tests.federation.supergraphs.sdl import sdl
from tests.federation.test_hints import CASES as HINTS
from tests.federation.test_hints import sources as hint_sources
from tests.federation.town import town

BEHAVIOURS = (abstract, contexts, federation1, keys, provides, requires, values)


@cache
def hand_written() -> tuple[SubgraphSet, ...]:
    """The sets of the tests: both sides of every rule, hints, behaviours, the graphs with data."""
    rules = [tuple(case.sources(sdls)) for case in CASES for sdls in (case.bad, case.good)]
    hints = [tuple(hint_sources(sdls)) for *_, sdls in HINTS]
    behaviours = [_of_parts(*case.parts) for module in BEHAVIOURS for case in module.CASES]
    graphs = [_of_parts(*make().parts) for make in (shop, town, library)]
    return (*rules, *hints, *behaviours, *graphs, _of_parts(*PARTS))


def _of_parts(*parts: Part) -> SubgraphSet:
    return tuple(Source(part.name, f"http://{part.name}.example", part.sdl) for part in parts)


def _supergraph(random: Random) -> SubgraphSet:
    """The subgraphs of a random supergraph of `tests.federation.supergraphs`."""
    model = draw(random)
    texts = {home: sdl(model, home) for home in model.subgraphs}
    return tuple(Source(home, "", text) for home, text in texts.items() if text)


def drawn(seed: int) -> SubgraphSet:
    """The set of a seed: a hand-written, a stranger's or a random supergraph's, after up to four changes."""
    random = Random(seed)
    make = random.choice(
        (
            partial(random.choice, hand_written()),
            partial(random.choice, hand_written()),
            partial(strangers, random),
            partial(strangers, random),
            partial(strangers, random),
            partial(_supergraph, random),
        )
    )
    return mutated(random, make(), random.choice((0, 1, 1, 1, 2, 2, 3, 4)))


def subgraph_sets(count: int, first_seed: int = 0) -> Iterator[tuple[str, SubgraphSet]]:
    """This many sets with their names: the hand-written ones first, then those of the seeds."""
    written = hand_written()[:count] if first_seed == 0 else ()
    for number, sources in enumerate(written):
        yield f"written-{number}", sources
    for seed in range(first_seed, first_seed + count - len(written)):
        yield f"seed-{seed}", drawn(seed)
