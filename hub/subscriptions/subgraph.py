"""The subgraph of subscriptions: `subscriptions`, `subscribeToChanges` and `endSubscription`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from hub.errors import DocumentRefused, RequestRefused
from hub.identity.caller import Caller
from hub.own_subgraph import OwnSubgraph
from hub.subscriptions.own_subscriptions import Subscribing, refused
from schema.context import Context
from schema.subgraphs import SUBSCRIPTIONS


def subscriptions_subgraph(subscribing: Subscribing, policy: str) -> OwnSubgraph:
    """The subscriptions of who asks; `policy` is the hash of the policy that the hub runs with."""

    async def add(_: Any, info: GraphQLResolveInfo[Context], input: Mapping[str, Any]) -> Any:  # noqa: A002 - named in the schema
        try:
            return await subscribing.add(_caller(info), input)
        except DocumentRefused as problem:
            raise refused("SUBSCRIPTION_QUERY", problem.detail) from None

    async def end(_: Any, info: GraphQLResolveInfo[Context], id: str) -> str:  # noqa: A002 - named in the schema
        return await subscribing.end(_caller(info).actor, id)

    async def listed(_: Any, info: GraphQLResolveInfo[Context]) -> list[dict[str, Any]]:
        return await subscribing.all(_caller(info).actor)

    resolvers: Mapping[str, Callable[..., Any]] = {
        "subscriptions": listed,
        "subscribeToChanges": add,
        "endSubscription": end,
    }
    return OwnSubgraph(SUBSCRIPTIONS, resolvers, policy)


def _caller(info: GraphQLResolveInfo[Context]) -> Caller:
    caller = info.context.caller
    if not isinstance(caller, Caller):
        raise RequestRefused("SUBSCRIPTION_NOT_OPEN", "", "nobody asks")
    return caller
