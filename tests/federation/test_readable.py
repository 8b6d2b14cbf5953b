"""Readable is what a subgraph resolves: no external key field, no overridden one, but where it is provided."""

from __future__ import annotations

from typing import Any

import pytest

from hub.federation.supergraph_reader import read_supergraph
from tests.federation.behaviours.case import by, part
from tests.federation.harness import Gateway, snapshot

ANA: dict[str, Any] = {"id": "1", "email": "a@x", "name": "Ana"}
QUERY = "{ me { id } named { id } }"


def gateway(key: str, mark: str = "", provides: str = "") -> Gateway:
    """A subgraph whose entity has two keys, of which it may not resolve one, beside one that resolves both."""
    return Gateway(
        part(
            "front",
            f"""
            type Query {{ me: User named: User {provides} }}
            type User @key(fields: "id") @key(fields: "email") {{ id: ID! {mark} email: String! @shareable }}
            """,
            {"me": ANA, "named": ANA},
            {"User": by("email", ANA)},
        ),
        part(
            "users",
            f"""
            type User @key(fields: "id") @key(fields: "email") {{ id: ID! {key} email: String! @shareable }}
            """,
            {},
            {"User": by("email", ANA)},
        ),
    )


@pytest.mark.parametrize("label", [None, "percent(5)"])
async def test_an_overridden_key_field_is_read_in_the_subgraph_that_took_it(label: str | None) -> None:
    override = f'@override(from: "front"{f", label: {chr(34)}{label}{chr(34)}" if label else ""})'
    graph = gateway(override)
    graph.labels = frozenset([label] if label else [])
    data, errors = await graph.answer(QUERY)
    assert (data, errors) == ({"me": {"id": "1"}, "named": {"id": "1"}}, [])
    assert graph.calls() == ["front", "users"]
    if label is None:
        snapshot("overridden-key", QUERY, graph.plan(QUERY))


async def test_an_external_key_field_is_read_only_where_it_is_provided() -> None:
    graph = gateway("@shareable", "@external", '@provides(fields: "id")')
    text = graph.supergraph.text
    joined = "id: ID! @join__field(graph: FRONT, external: true) @join__field(graph: USERS)"
    if joined not in " ".join(text.split()):
        text = text.replace("id: ID!\n", f"{joined}\n")
    graph.supergraph = read_supergraph(text)
    data, errors = await graph.answer(QUERY)
    assert (data, errors) == ({"me": {"id": "1"}, "named": {"id": "1"}}, [])
    assert graph.calls() == ["front", "users"]
    snapshot("external-key", QUERY, graph.plan(QUERY))
