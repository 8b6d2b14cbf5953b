"""The plan that PostgreSQL follows for a statement: the one that it made once, whatever the parameters are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson

from subgraphs.kit.connection_pool import SETTINGS
from subgraphs.kit.statement import Call, Statement

Plan = dict[str, Any]


async def plan(connection: asyncpg.Connection[asyncpg.Record], statement: Statement, call: Call) -> Plan:
    """The plan of a statement as it ran just now, under the settings of the connections that serve."""
    for name, value in SETTINGS.items():
        await connection.execute(f"SET {name} = '{value}'")
    prepared = await connection.prepare(statement.sql)
    values = zip(statement.arguments(call), prepared.get_parameters(), strict=True)
    literals = [await connection.fetchval(f"SELECT quote_nullable($1::{type_.name}::text)", it) for it, type_ in values]
    await connection.execute(f"PREPARE served AS {statement.sql}")
    served = f"served({', '.join(literals)})" if literals else "served"
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE {served}")
    node: Plan = orjson.loads(explained)[0]["Plan"]
    return node


def scans(node: Plan) -> Iterator[tuple[str, str]]:
    """Each table that a plan reads, and how."""
    if "Relation Name" in node:
        yield node["Node Type"], node["Relation Name"]
    for child in node.get("Plans", ()):
        yield from scans(child)


def pages_read(node: Plan) -> int:
    """How many pages of tables and indexes a plan went to, each as often as it did."""
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])
