"""The subgraph `people` with its writing role, and what its mutations are asked, for tests of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from hub.policy.decide.decision import DecisionClass
from schema.residual import Residual
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.people.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import AGENT, POLICY, SIRET, context
from tests.pinned_graph import graph


@pytest.fixture
async def writing(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph with its writing role."""
    pools = [Pool(fresh_database.dsn(f"people_{kind}"), 4) for kind in ("query", "write")]
    for pool in pools:
        await pool.open()
    yield Subgraph(MODEL, pools[0], policy=POLICY, cursors=b"c" * 32, writing=pools[1])
    for pool in pools:
        await pool.close()


def rights(kind: str, purpose: str) -> Residual:
    """All rights of a kind of actor, as the hub sends those of one operation."""
    decisions: DecisionClass = graph().table.decision_class(kind, purpose)
    return decisions.residual(decisions.by_coordinate, decisions.rows)


async def send(
    subgraph: Subgraph, name: str, selection: str, who: tuple[str, str, str], inputs: dict[str, Any], **more: Any
) -> Any:
    """The item that a mutation answers to `who` (kind, purpose, scope), or the codes of its errors."""
    kind, purpose, scope = who
    type_ = f"{name[0].upper()}{name[1:]}Input"
    document = f"mutation ($input: {type_}!) {{ made: {name}(input: $input) {{ {selection} }} }}"
    call_context = context(
        more.get("rights") or rights(kind, purpose),
        scope,
        organisation=more.get("organisation", SIRET),
        actor=more.get("actor", AGENT),
        purpose=purpose,
    )
    answer = await subgraph.execute(document, {"input": {"idempotencyKey": str(uuid4()), **inputs}}, call_context)
    if "errors" in answer:
        return sorted(error["extensions"].get("expected", error["extensions"]["code"]) for error in answer["errors"])
    return answer["data"]["made"]
