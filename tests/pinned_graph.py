"""The graph that the hub serves and the schema of its clients, read once per test process; nothing changes them."""

from functools import cache

from graphql import GraphQLSchema, build_schema

from hub.graph import Graph, load_graph
from schema.subgraphs import GENERATED


@cache
def graph() -> Graph:
    """The pinned graph."""
    return load_graph()


@cache
def client_schema() -> GraphQLSchema:
    """The schema that is printed for clients."""
    return build_schema((GENERATED / "api.graphql").read_text(encoding="utf-8"))
