"""MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: a directive that stands once, and says another thing in each subgraph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hub.federation.compose.directive_merging import STRATEGIES
from hub.federation.compose.hints import together
from hub.federation.compose.hints.hint import Hint, hint
from hub.federation.compose.subgraph_model import FEDERATION, Subgraph


def check(subgraphs: Sequence[Subgraph]) -> Iterator[Hint]:
    """One hint per element and directive."""
    for coordinate, sides in together.elements(subgraphs):
        for name in STRATEGIES:
            said = {
                subgraph: json.dumps(each.values, sort_keys=True)
                for subgraph, element in sides.items()
                for each in element.directives
                if (each.spec, each.name) == (FEDERATION, name)
            }
            if len(set(said.values())) > 1:
                text = f"@{name} n'y dit pas la même chose ; le supergraphe en fait une seule"
                yield hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coordinate, said, text)
