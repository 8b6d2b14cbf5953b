"""The subgraph of changes: `changes`."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from hub.changes.change_list import ChangeList
from hub.own_subgraph import OwnSubgraph
from schema.context import Context
from schema.subgraphs import CHANGES


def changes_subgraph(changes: ChangeList, policy: str) -> OwnSubgraph:
    """What changed; `policy` is the hash of the policy that the hub runs with."""

    async def listed(
        _: Any, info: GraphQLResolveInfo[Context], since: str | None = None, first: int | None = None
    ) -> Any:
        return await changes.page(info.context, since, first)

    return OwnSubgraph(CHANGES, {"changes": listed}, policy)
