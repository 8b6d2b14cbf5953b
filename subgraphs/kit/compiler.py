"""Compiles an operation into a statement, cached by query text, conditions, residual and the arguments it is given.

The document is parsed and validated once, read once per value of its conditions, and compiled once per residual and
shape. Ids, scopes, dates, organisation and page sizes are parameters of the statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, TypeAlias

from sqlalchemy import Uuid

from schema.context import Context
from schema.days import PARIS
from schema.facts import Fact, link_key
from schema.lru import Lru
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.document import ENTITIES, Query, Reading
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.identity_match import IdentityMatch
from subgraphs.kit.page_arguments import Listing, listings, read_page, uuid_or_none
from subgraphs.kit.representations import Form, forms, split
from subgraphs.kit.root_fields import RootField, RootKind
from subgraphs.kit.root_sql import compile_statement
from subgraphs.kit.statement import Call, Statement
from subgraphs.kit.subgraph_model import Model

READING_BYTES, STATEMENT_BYTES = 2 * 1024 * 1024, 5 * 1024 * 1024
"""Memory for the readings of operations, and for their statements, of one subgraph."""

SELF = link_key(Fact.SELF, "")


@lru_cache(maxsize=8)
def _day(now: int) -> date:
    return datetime.fromtimestamp(now, PARIS).date()


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """An operation whose `@skip` and `@include` are decided."""

    reading: Reading
    listings: tuple[Listing, ...]
    forms: Mapping[int, Mapping[str, Form]]


InTurn: TypeAlias = Callable[[str, Callable[[], Statement]], asyncio.Future[Statement]]
"""Runs work of an actor outside of the event loop, when it is the actor's turn."""


class Compiler:
    """Statements of one subgraph; `key` seals cursors, `match_secret` makes the keys by which rows are found, `in_turn`
    compiles a new statement: it takes up to a tenth of a second, for which without it the event loop waits."""

    def __init__(
        self, model: Model, key: bytes, match_secret: bytes | None = None, in_turn: InTurn | None = None
    ) -> None:
        self.model, self.key, self.match_secret, self._in_turn = model, key, match_secret, in_turn
        self.prepared: Lru[tuple[str, Any], PreparedOperation] = Lru("readings", READING_BYTES, _reading_memory)
        self.statements: Lru[tuple[Any, ...], Statement] = Lru("statements", STATEMENT_BYTES, _statement_memory)
        self._compilations: dict[tuple[Any, ...], asyncio.Future[Statement]] = {}

    def statement(
        self, text: str, query: Query, variables: Mapping[str, Any], context: Context
    ) -> tuple[Statement, Call]:
        """Return the statement of a query and the values of this request; raises RequestFailed for a bad argument."""
        key, compile_now, call = self._statement_call(text, query, variables, context)
        return self.statements.get_or(key, compile_now), call

    async def statement_in_turn(
        self, text: str, query: Query, variables: Mapping[str, Any], context: Context
    ) -> tuple[Statement, Call]:
        """As `statement`; a new statement is compiled in the actor's turn, once for all requests that wait for it."""
        key, compile_now, call = self._statement_call(text, query, variables, context)
        statement = self.statements.get(key)
        if statement is not None or self._in_turn is None:
            return statement or self.statements.put(key, compile_now()), call
        compilation = self._compilations.get(key)
        if compilation is None:
            compilation = self._compilations[key] = self._in_turn(context.actor, compile_now)
            compilation.add_done_callback(lambda _: self._compilations.pop(key))
        return self.statements.put(key, await asyncio.shield(compilation)), call

    def _statement_call(
        self, text: str, query: Query, variables: Mapping[str, Any], context: Context
    ) -> tuple[tuple[Any, ...], Callable[[], Statement], Call]:
        """Return the key of a statement, what compiles it, and the values of this request."""
        settled = query.settled(variables)
        prepared = self.prepared_operation(text, query, settled)
        call = self._call(prepared, variables, context)
        shapes = {number: page.shape for number, page in call.pages.items()}
        key = (text, settled, context.residual.digest, tuple(shapes.items()))
        return key, partial(compile_statement, self.model, prepared.reading, context.residual, shapes), call

    def prepared_operation(self, text: str, query: Query, settled: tuple[bool, ...]) -> PreparedOperation:
        """Return the operation under these values of its conditions."""
        return self.prepared.get_or((text, settled), lambda: self._prepare(query.read(settled)))

    def _prepare(self, reading: Reading) -> PreparedOperation:
        entities = {node.number: forms(node, self.model) for node in reading.roots if node.name == ENTITIES}
        return PreparedOperation(reading, listings(reading, self.model), entities)

    def _call(self, prepared: PreparedOperation, variables: Mapping[str, Any], context: Context) -> Call:
        reading, sealer = prepared.reading, Sealer(self.key, context)
        pages = {listing.node.number: read_page(listing, reading, variables, sealer) for listing in prepared.listings}
        batches, counts, link_keys = {}, {}, {}
        keys: dict[int, str | None] = {}
        for node in reading.roots:
            if node.name == ENTITIES:
                representations = reading.value(node, "representations", variables)
                counts[node.number], batches[node.number] = split(representations, prepared.forms[node.number])
            elif (root := self.model.roots.get(node.name)) is None or node.number in pages:
                continue
            elif root.identity_match is not None:
                link_keys[node.number] = self._link_keys(
                    root.identity_match, reading.value(node, root.identity_match.argument, variables)
                )
            else:
                keys[node.number] = self._key(root, reading.value(node, "id", variables), context)
        return Call(context, list(context.scopes), _day(context.now), sealer, pages, batches, keys, counts, link_keys)

    def _link_keys(self, match: IdentityMatch, identity: Any) -> tuple[str | None, ...]:
        """Return the link keys that an argument names; raises RequestFailed without the secret that makes them."""
        if self.match_secret is None:
            raise RequestFailed("INTERNAL_ERROR", "Le sous-graphe n'a pas pu répondre.")
        return tuple(key and link_key(Fact.NATIONWIDE, key) for key in match.read(identity, self.match_secret))

    def _key(self, root: RootField, identifier: Any, context: Context) -> str | None:
        if root.kind is RootKind.SELF:
            identifier = next((scope.removeprefix(SELF) for scope in context.scopes if scope.startswith(SELF)), None)
        entity = root.entity
        if entity.key is not None and not isinstance(entity.key.column.type, Uuid):
            return identifier if type(identifier) is str and identifier.isprintable() else None
        return uuid_or_none(identifier)


def _reading_memory(key: tuple[str, Any], prepared: PreparedOperation) -> int:
    """Memory of a reading, in bytes; its query is cached beside it, and may leave first."""
    return 4_000 + 50 * len(key[0])


def _statement_memory(key: tuple[Any, ...], statement: Statement) -> int:
    """Memory of a statement, in bytes: its text and the code of its readers, which grows with it."""
    return 8_000 + 4 * len(statement.sql) + len(key[0])
