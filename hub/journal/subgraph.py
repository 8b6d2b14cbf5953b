"""The subgraph of the journal: `myAccessJournal` and `accessJournal`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from hub.journal.read.access_lists import AccessLists
from hub.own_subgraph import OwnSubgraph
from schema.context import Context
from schema.subgraphs import JOURNAL


def journal_subgraph(lists: AccessLists, policy: str) -> OwnSubgraph:
    """The two lists of accesses; `policy` is the hash of the policy that the hub runs with."""

    async def own(_: Any, info: GraphQLResolveInfo[Context], first: int | None = None, after: str | None = None) -> Any:
        return await lists.own_accesses(info.context, first, after)

    async def searched(
        _: Any,
        info: GraphQLResolveInfo[Context],
        first: int | None = None,
        after: str | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named in the schema
    ) -> Any:
        return await lists.search(info.context, first, after, filter or {})

    return OwnSubgraph(JOURNAL, {"myAccessJournal": own, "accessJournal": searched}, policy)
