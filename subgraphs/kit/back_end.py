"""A connection whose back end keeps the plans of few statements, the latest used, and is left when it is worn.

A plan takes some 170 times the text of its statement in the back end, and PostgreSQL forgets none by itself: distinct
documents made back ends of gigabytes (decision 0064).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from schema.lru import Lru

PLAN_BYTES = 24 * 1024 * 1024
"""Memory for the plans of one back end: those of some forty statements of a journey."""
PLAN_BASE, PLAN_PER_CHARACTER = 60_000, 170
"""Memory of a plan, in bytes: measured at 0.56 MB for a statement of 3,400 characters."""
WORN = 1_000_000
"""Characters of statements after which a back end is left: what it was given back is in pieces then."""

if TYPE_CHECKING:
    _Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    _Prepared: TypeAlias = PreparedStatement[asyncpg.Record]
else:
    _Connection = asyncpg.Connection


class BackEnd(_Connection):
    """A connection, and the statements that are prepared in its back end."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plans: Lru[str, _Prepared] = Lru("plans in back ends", PLAN_BYTES, _plan_memory)
        self._prepared_characters = self._prepared_statements = 0

    @property
    def worn(self) -> bool:
        """Whether it has prepared so much that it should be closed."""
        return self._prepared_characters > WORN

    def terminate(self) -> None:
        """Close without waiting, and forget the statements, which refer to the connection in turn."""
        super().terminate()
        self._plans.clear()

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as of asyncpg
        """Close, and forget the statements."""
        await super().close(timeout=timeout)
        self._plans.clear()

    async def rows(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Return the rows of a statement, which is prepared unless it is among the latest used."""
        statement = self._plans.get(sql)
        if statement is None:
            self._prepared_characters += len(sql)
            self._prepared_statements += 1
            # PostgreSQL plans a statement without a name again each time
            statement = await self.prepare(sql, name=f"statement_{self._prepared_statements}")
            self._plans.put(sql, statement)
        return await statement.fetch(*arguments)


def _plan_memory(sql: str, statement: _Prepared) -> int:
    """Memory of a plan in its back end, in bytes."""
    return PLAN_BASE + PLAN_PER_CHARACTER * len(sql)
