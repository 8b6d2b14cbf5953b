"""The graph that the hub serves, read once per test process; nothing changes it."""

from functools import cache

from hub.graph import Graph, load_graph


@cache
def graph() -> Graph:
    """The pinned graph."""
    return load_graph()
