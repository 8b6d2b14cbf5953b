"""The DataLoaders of the plain resolvers: one statement per kind of object and level of the query.

A loader lives for one request, as Strawberry's documentation teaches. Pages are cut in SQL, by a lateral join.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeAlias

import asyncpg
from strawberry.dataloader import DataLoader

Row: TypeAlias = "asyncpg.Record"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Load = Callable[[list[Any]], Awaitable[Sequence[Any]]]


class Loaders:
    """Loaders of one request, made when they are first asked for."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._made: dict[Hashable, DataLoader[Any, Any]] = {}

    async def one(self, sql: str, key: Any) -> Row | None:
        """The row of a key; `sql` takes the keys as `$1` and gives the key in the column `key`."""

        async def load(keys: list[Any]) -> list[Row | None]:
            rows = {row["key"]: row for row in await self.pool.fetch(sql, keys)}
            return [rows.get(each) for each in keys]

        found: Row | None = await self._loader(sql, load).load(key)
        return found

    async def many(self, sql: str, key: Any, *more: Any) -> list[Row]:
        """The rows of a key, in their order; `more` are the parameters from `$2` on."""

        async def load(keys: list[Any]) -> list[list[Row]]:
            rows: dict[Any, list[Row]] = defaultdict(list)
            for row in await self.pool.fetch(sql, keys, *more):
                rows[row["key"]].append(row)
            return [rows[each] for each in keys]

        found: list[Row] = await self._loader((sql, *more), load).load(key)
        return found

    def _loader(self, name: Hashable, load: Load) -> DataLoader[Any, Any]:
        if name not in self._made:
            self._made[name] = DataLoader(load_fn=load)
        return self._made[name]
