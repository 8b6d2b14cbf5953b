"""The subgraph that the hub answers itself: `myAccessJournal`, by graphql-core over the view.

It applies the residual like every other subgraph (policy.md rule 3): only to the person itself does a row exist, and
only fields that the residual opens are filled. What it answers is journalled in turn, by the guard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from graphql import DocumentNode, ExecutionResult, GraphQLObjectType, GraphQLResolveInfo, build_schema, execute, parse

from hub.errors import NotServed
from hub.federation.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.journal.keyring import Keyring
from hub.journal.view import NEWEST, Access, Place, View
from hub.journal.words import Words
from schema.context import Context
from schema.facts import Fact, link_key
from schema.residual import Rule, holds
from schema.sdl import HUB, sdl

LARGEST = 100
"""Most accesses of one page."""
USUAL = 20
"""Accesses of a page of which `first` is null: the default that the schema says."""
TYPE, FACTS = "AccessEntry", int(Fact.SELF)
PLACE = b"Query.myAccessJournal"
"""Name of the list, which cursors are sealed with."""


class Cursors(Protocol):
    """Cursors of one request: sealed for its actor and purpose."""

    def seal(self, place: bytes, sort: Any, identifier: Any) -> str:
        """The cursor of a row."""
        ...

    def open(self, place: bytes, cursor: Any) -> tuple[Any, str]:
        """Sort value and id; raises an error whose `code` is FORBIDDEN_INPUT."""
        ...


class BadFirst(Exception):
    """`first` is out of its bounds."""

    code = "BAD_FIRST"


class JournalSubgraph:
    """A transport that answers in this process. `policy` is the hash of the policy that the hub runs with."""

    def __init__(
        self, view: View, keyring: Keyring, words: Words, policy: str, cursors: Callable[[Context], Cursors]
    ) -> None:
        self._view, self._keyring, self._words = view, keyring, words
        self._policy, self._cursors = policy, cursors
        self._schema = build_schema(_FEDERATION + sdl(HUB), assume_valid=True, assume_valid_sdl=True)
        query = self._schema.query_type
        assert isinstance(query, GraphQLObjectType)
        query.fields["myAccessJournal"].resolve = self._page

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Answer one request; raises TransportError."""
        if context.policy != self._policy:
            raise TransportError("SUBGRAPH_STATUS", "CONTEXT_REFUSED")
        try:
            async with asyncio.timeout(request.deadline):
                result = await self._execute(request, context)
        except TimeoutError as error:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from error
        errors = [_told(error.original_error, error.path) for error in result.errors or ()]
        return SubgraphResponse(result.data, errors)

    async def _execute(self, request: SubgraphRequest, context: Context) -> ExecutionResult:
        document = _parsed(request.query)
        result = execute(self._schema, document, variable_values=request.variables, context_value=context)
        return result if isinstance(result, ExecutionResult) else await result

    async def _page(
        self, _: Any, info: GraphQLResolveInfo[Context], first: int | None = None, after: str | None = None
    ) -> Any:
        context = info.context
        first = USUAL if first is None else first
        if not 1 <= first <= LARGEST:
            raise BadFirst
        cursors = self._cursors(context)
        place = NEWEST if after is None else _place(*cursors.open(PLACE, after))
        found = await self._accesses(context, place, first + 1)
        person, rows = found if found is not None else ("", [])
        nodes = [self._node(person, access, context) for access in rows[:first]]
        sealed = [cursors.seal(PLACE, *_sealed(access.place)) for access in rows[:first]]
        return {
            "nodes": nodes,
            "edges": [{"cursor": cursor, "node": node} for cursor, node in zip(sealed, nodes, strict=True)],
            "pageInfo": {
                "hasNextPage": len(rows) > first,
                "hasPreviousPage": after is not None,
                "startCursor": sealed[0] if sealed else None,
                "endCursor": sealed[-1] if sealed else None,
            },
        }

    async def _accesses(self, context: Context, after: Place, most: int) -> tuple[str, list[Access]] | None:
        """The person who asks and what was told of it; None for whoever is nobody's self, or may not read a row."""
        own = link_key(Fact.SELF, "")
        person = next((scope[len(own) :] for scope in context.scopes if scope.startswith(own)), None)
        if person is None or not _opens(context.residual.rows.get(TYPE)):
            return None
        name = await self._keyring.find(person)
        return person, await self._view.accesses(name, after, most) if name is not None else []

    def _node(self, person: str, access: Access, context: Context) -> dict[str, Any]:
        values = {
            "at": access.place.at.isoformat(timespec="seconds"),
            "actorKind": access.actor_kind,
            "actorLabel": self._words.kinds.get(access.actor_kind),
            "organisation": access.organisation,
            "purpose": access.purpose,
            "purposeLabel": self._words.purposes.get(access.purpose),
            "data": self._words.data(access.released, access.masked),
        }
        rules = context.residual.fields
        opened = {name: value for name, value in values.items() if _opens(rules.get(f"{TYPE}.{name}"))}
        return {**opened, "_access": [person, FACTS]}


_FEDERATION = """
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @inaccessible on FIELD_DEFINITION
directive @shareable on OBJECT | FIELD_DEFINITION
"""


@lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    return parse(query, no_location=True)


def _opens(rule: Rule | None) -> bool:
    return rule is not None and holds(rule.read, FACTS)


def _sealed(place: Place) -> tuple[str, str]:
    return place.at.isoformat(), f"{place.stream}:{place.seq}:{place.rank}"


def _place(at: str, identifier: str) -> Place:
    stream, seq, rank = identifier.split(":")
    return Place(datetime.fromisoformat(at), UUID(stream), int(seq), int(rank))


def _told(cause: Exception | None, path: Any) -> dict[str, Any]:
    """An error as a subgraph tells it: its code, never its text."""
    if isinstance(cause, NotServed | OSError | asyncpg.PostgresError | asyncpg.InterfaceError | TimeoutError):
        code = "DATABASE_UNAVAILABLE"
    else:
        code = str(getattr(cause, "code", "INTERNAL_ERROR"))
    return {"message": code, "path": list(path or ()), "extensions": {"code": code}}
