"""Apollo's own library reads our supergraphs, and composes the same subgraphs to the same client schema."""

from __future__ import annotations

from graphql import build_schema, lexicographic_sort_schema, print_schema

from tests.federation.library import library
from tests.federation.shop import shop
from tests.federation.test_override import LABEL, moving
from tests.federation.town import town
from tests.node import Node


def canonical(text: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(text)))


def test_apollo_reads_our_supergraph_to_the_same_client_schema_and_subgraphs(node: Node) -> None:
    gateways = [shop(), town(), library(), moving(LABEL)]
    for gateway, read in zip(
        gateways, node.run("read.cjs", [{"supergraph": each.supergraph.text} for each in gateways]), strict=True
    ):
        assert "errors" not in read, read
        assert canonical(read["api"]) == canonical(print_schema(gateway.supergraph.client_schema))
        assert set(read["subgraphs"]) == {part.name for part in gateway.parts}
