"""Writes items of a public catalogue: each row carries its own `as_of`, and none is about a person.

Absence from a file removes nothing here: pages of a catalogue shift between calls (docs/domain.md#data-inclusion).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.row_store import Store


async def revise(store: Store, table: Table, key: str, values: Mapping[str, Any], as_of: datetime) -> Outcome:
    """Insert or update the row whose `id` is `key`, unless the stored row is newer; raises what `is_older` raises."""
    row = await store.row(table, id=key)
    if store.is_older(as_of, row):
        return Outcome.OLDER
    written = await store.put(table, {"id": key}, {**values, "as_of": as_of})
    if row is None:
        return Outcome.CREATED
    return Outcome.UPDATED if written else Outcome.UNCHANGED
