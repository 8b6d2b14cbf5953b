"""Row security, the third lock: one policy per table and role, from the tables and what is declared on them.

A query role sees a row of a person only if a link of its transaction's scopes leads to that person (`access.link` has
its own policy). A row that has an owner is not seen through OWN_ITEM alone unless the actor's organisation owns it.
Settings are read in a sub-select, once per statement. Tables for matching (`INTERNAL`) are closed to the query role.
Rows only: which columns are read is the residual's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import MetaData, Table

from schema.facts import Fact
from subgraphs.kit.columns import INTERNAL
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.transactions import ORGANISATION_SETTING

SUBJECT = "person_id"
"""Subject of a table on which no entity is declared."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What row security must know of a table; `subject` None is public, `internal` closed to the query role."""

    table: Table
    subject: str | None
    owner: str | None
    internal: bool


def protections(metadata: MetaData, types: Iterable[type]) -> list[Protection]:
    """Every table of a schema, in the order of its migrations.

    Of two types made of a table's rows, one as items with an owner and one as a part of the person, the second is
    followed: its rows are for whoever reads the person, and the residual keeps the first to its owner.
    """
    declared: dict[str, Entity] = {}
    for item in map(entity_of, types):
        if isinstance(item.table, Table) and not item.stub:
            known = declared.setdefault(item.table.key, item)
            if known.subject != item.subject or (known.owner and item.owner and known.owner != item.owner):
                raise ValueError(f"{known.name} and {item.name} disagree on the rows of {item.table.key}")
            declared[item.table.key] = item if item.owner is None else known
    return [_protection(table, declared.get(table.key)) for table in metadata.sorted_tables]


def _protection(table: Table, item: Entity | None) -> Protection:
    internal = table.info == INTERNAL
    if item is not None:
        return Protection(table, item.subject, item.owner, internal)
    return Protection(table, SUBJECT if SUBJECT in table.c else None, None, internal)


def statements(found: Protection) -> list[str]:
    """SQL that closes one table, its default privileges being those of `infra.roles`."""
    table = f"{found.table.schema}.{found.table.name}"
    query, ingest = f"{found.table.schema}_query", f"{found.table.schema}_ingest"
    made = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY ingest ON {table} TO {ingest} USING (true) WITH CHECK ({_check(found)})",
    ]
    if found.internal:
        return [*made, f"REVOKE ALL ON {table} FROM {query}"]
    return [*made, f"CREATE POLICY query ON {table} FOR SELECT TO {query} USING ({_seen(found)})"]


def _seen(found: Protection) -> str:
    if found.subject is None:
        return "true"
    name = found.table.name
    linked = f"SELECT FROM access.link WHERE link.person_id = {name}.{found.subject}"
    if found.owner is None:
        return f"EXISTS ({linked})"
    own = f"{name}.{found.owner} = (SELECT current_setting('{ORGANISATION_SETTING}', true))"
    return f"EXISTS ({linked} AND (link.relation <> {int(Fact.OWN_ITEM)} OR {own}))"


def _check(found: Protection) -> str:
    lineage = [f"{column} <> ''" for column in ("source", "source_id") if column in found.table.c]
    return " AND ".join(lineage) or "true"
