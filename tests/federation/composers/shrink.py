"""The smallest part of a subgraph set of which something still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from graphql import GraphQLSyntaxError, parse, print_ast

from hub.federation.compose.composer import Source
from tests.federation.composers.tree import parts, without
from tests.federation.composers.verdict import SubgraphSet


def shrink(sources: SubgraphSet, holds: Callable[[SubgraphSet], bool], tries: int = 300) -> SubgraphSet:
    """Remove subgraphs, then parts of their documents, as long as `holds` says so of what stays."""
    start, changed = 0, False
    while tries > 0:
        smaller = next(islice(_smaller(sources), start, None), None)
        if smaller is None:
            if not changed:
                break
            start, changed = 0, False
            continue
        tries -= 1
        if holds(smaller):
            sources, changed = smaller, True
        else:
            start += 1
    return sources


def _smaller(sources: SubgraphSet) -> Iterator[SubgraphSet]:
    for index in range(len(sources)) if len(sources) > 1 else ():
        yield sources[:index] + sources[index + 1 :]
    for index, source in enumerate(sources):
        for sdl in _smaller_documents(source):
            yield (*sources[:index], replace(source, sdl=sdl), *sources[index + 1 :])


def _smaller_documents(source: Source) -> Iterator[str]:
    try:
        document = parse(source.sdl, no_location=True)
    except GraphQLSyntaxError:
        return
    for path, _ in parts(document):
        yield print_ast(without(document, path))
