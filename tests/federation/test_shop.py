"""Keys, hops, lists, aliases, requires and provides on a graph of four subgraphs."""

from __future__ import annotations

from tests.federation.harness import snapshot
from tests.federation.shop import shop


async def test_one_subgraph_is_asked_once() -> None:
    gateway = shop()
    query = "{ topProducts(first: 2) { name price } }"
    data, errors = await gateway.answer(query)
    assert data == {"topProducts": [{"name": "Table", "price": 899}, {"name": "Chaise", "price": 54}]}
    assert not errors
    assert gateway.calls() == ["products"]
    snapshot("one-subgraph", query, gateway.plan(query))


async def test_benchmark_query() -> None:
    gateway = shop()
    query = """{
      users { id username name reviews { id body product { inStock name price shippingEstimate upc weight
        reviews { id body author { id username name } } } } }
      topProducts(first: 2) { inStock name price shippingEstimate upc weight reviews { id body author { id username name } } }
    }"""
    data, errors = await gateway.answer(query)
    print(gateway.plan(query).text())
    print(data, errors, gateway.calls())
    assert 0
