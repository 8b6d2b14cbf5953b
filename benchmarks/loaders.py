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
    """The DataLoaders of one request, each made at its first use."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def row(self, sql: str, key: Any) -> Row | None:
        """Load the row of a key; `sql` takes the keys as `$1` and returns the key in the column `key`."""

        async def load(keys: list[Any]) -> list[Row | None]:
            rows_by_key = {row["key"]: row for row in await self.pool.fetch(sql, keys)}
            return [rows_by_key.get(key) for key in keys]

        row_of_key: Row | None = await self._loader(sql, load).load(key)
        return row_of_key

    async def rows(self, sql: str, key: Any, *parameters: Any) -> list[Row]:
        """Load the rows of a key, in the order of the statement; `parameters` start at `$2`."""

        async def load(keys: list[Any]) -> list[list[Row]]:
            rows_by_key: dict[Any, list[Row]] = defaultdict(list)
            for row in await self.pool.fetch(sql, keys, *parameters):
                rows_by_key[row["key"]].append(row)
            return [rows_by_key[key] for key in keys]

        rows_of_key: list[Row] = await self._loader((sql, *parameters), load).load(key)
        return rows_of_key

    def _loader(self, name: Hashable, load: Load) -> DataLoader[Any, Any]:
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=load)
        return self._loaders[name]
