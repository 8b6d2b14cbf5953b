"""The gate that every row passes before it is written: no text of it brings a NIR into the database.

A value that holds one is set aside and reported by its column; in a key, or where a value is needed, it refuses the
record. An identifier that a NIR stands for is covered before by the registry of people (`People.covered`), which has
the key of the hash. Source of the rule: C. trav. R.5312-42 2° a); docs/domain.md#holes (5).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from schema.nir import SHORTEST, states_nir
from subgraphs.kit.ingest.ingestion_report import Refused, SetAside

PlainTexts = set[tuple[str, bool]]
"""Texts that state no NIR, and whether each was read as a number: a record writes its own keys in many rows."""


def screened(
    table: Table, values: Mapping[str, Any], set_aside: SetAside, plain_texts: PlainTexts
) -> Mapping[str, Any]:
    """Return the values without those that hold a NIR; raises Refused NIR_IN_KEY where one can't be left out.

    Texts in `seen` are not looked at again, and those that hold none are added.
    """
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str):
            if len(value) < SHORTEST:
                continue
            text = value, _is_number(table, name)
            if text in plain_texts:
                continue
            if not states_nir(value, number=text[1]):
                plain_texts.add(text)
                continue
            if not table.c[name].nullable:
                raise Refused("NIR_IN_KEY", f"{table.name}.{name}")
            changes[name] = None
        elif isinstance(value, (list, tuple)):
            items = [item for item in value if not isinstance(item, str) or not states_nir(item)]
            if len(items) < len(value):
                changes[name] = items
    for name in changes:
        set_aside("NIR_SET_ASIDE", f"{table.name}.{name}")
    return {**values, **changes} if changes else values


@lru_cache(maxsize=4096)
def _is_number(table: Table, name: str) -> bool:
    """Whether a column is of identifiers, compared as bytes."""
    return getattr(table.c[name].type, "collation", None) == "C"
