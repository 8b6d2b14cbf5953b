"""Row-level security of PostgreSQL: one policy per table and role, from the tables and the declared entities.

A query role sees a row of a person only if a link of its transaction's scopes leads to that person (`access.link` has
its own policy). A row that has an owner is not seen through OWN_ITEM alone unless the actor's organisation owns it.
Settings are read in a sub-select, once per statement. Rows of professionals are seen by actors alone: by whoever has a
scope. Tables for matching (`INTERNAL`) are closed to the query role, but for the columns that a type shows of them.
It protects rows; the residual decides which columns are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.sql.visitors import iterate

from schema.facts import Fact
from schema.served_people import served_as
from subgraphs.kit.access import SCOPES_SETTING
from subgraphs.kit.columns import INTERNAL, OUTGOING, PROFESSIONAL, REQUESTS, REVIEWED, WRITTEN, lineage
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.fields import ColumnField
from subgraphs.kit.transactions import ACTOR_SETTING, ORGANISATION_SETTING
from subgraphs.kit.write.mutations import RECORDER, SOURCE
from subgraphs.kit.write.outgoing import SENDER
from subgraphs.kit.write.transmission import STATE, TransmissionState

SUBJECT = "person_id"
"""Subject of a table on which no entity is declared."""
PAIR = (SUBJECT, "other_person_id")
"""Columns of the two people of a pair that may be one person, or of the one of whom a record may be."""
ROW_BY_ROW = "OFFSET 0"
"""Ends a look-up of the links of a row's person: without it, PostgreSQL may first read all links of the actor's scopes,
a whole département's, to test a few rows (docs/decisions/0153)."""
RUNS_READER = "runs_reader"
"""Role of a hub that tells how late what it reads and sends is."""
REVIEWER = "people_review"
"""Role that reads such pairs, and writes decisions on them, for an actor whose scopes are linked to both."""


@dataclass(frozen=True, slots=True)
class Protection:
    """How a table is protected: `subject` None if its rows are of nobody who is followed, `internal` if the query role
    may read no more than `shown` of it, `professional` if its rows name agents, `reviewed` are the columns of the
    people of a pair that an agent reviews; `written` if mutations write its rows, `requests` if it holds what was asked
    to be written, `outgoing` if it is the queue of what is to be sent, `sends` if its schema has one."""

    table: Table
    subject: str | None
    owner: str | None
    internal: bool
    professional: bool
    reviewed: tuple[str, ...]
    shown: tuple[str, ...] = ()
    written: bool = False
    requests: bool = False
    outgoing: bool = False
    sends: bool = False


def protections(metadata: MetaData, types: Iterable[type]) -> list[Protection]:
    """Return the protection of every table of a schema, in the order of its migrations.

    If two types are made of a table's rows, one with an owner and one without, the one without decides: its rows are
    for whoever reads the person, and the residual keeps the other type to its owner.
    """
    declared: dict[str, Entity] = {}
    for entity in map(entity_of, types):
        if isinstance(entity.table, Table) and not entity.stub:
            first = declared.setdefault(entity.table.key, entity)
            if first.subject != entity.subject or (first.owner and entity.owner and first.owner != entity.owner):
                raise ValueError(f"{first.name} and {entity.name} disagree on the rows of {entity.table.key}")
            declared[entity.table.key] = entity if entity.owner is None else first
    tables = metadata.sorted_tables
    sends = any(table.info == OUTGOING for table in tables)
    return [replace(_protection(table, declared.get(table.key)), sends=sends) for table in tables]


def _protection(table: Table, entity: Entity | None) -> Protection:
    internal, professional = table.info in (INTERNAL, REVIEWED, REQUESTS, OUTGOING), table.info == PROFESSIONAL
    written, requests = table.info == WRITTEN, table.info == REQUESTS
    reviewed = tuple(name for name in PAIR if name in table.c) if table.info == REVIEWED else ()
    if entity is not None:
        shown = _shown(table, entity) if internal else ()
        return Protection(table, entity.subject, entity.owner, internal, professional, reviewed, shown, written)
    subject = SUBJECT if SUBJECT in table.c else None
    queue = table.info == OUTGOING
    return Protection(table, subject, None, internal, professional, reviewed, (), written, requests, queue)


def _shown(table: Table, entity: Entity) -> tuple[str, ...]:
    """The columns of a table that a type shows, with its subject and its lineage, in the order of the table."""
    fields = (field for field in entity.fields.values() if isinstance(field, ColumnField))
    read = {node.name for field in fields for node in iterate(field.column) if isinstance(node, Column)}
    read |= {column.name for column in lineage()}
    return tuple(column.name for column in table.columns if column.name in read or column.name == entity.subject)


def statements(protection: Protection) -> list[str]:
    """Return the SQL that protects one table, on top of the default privileges of `infra.roles`."""
    table = f"{protection.table.schema}.{protection.table.name}"
    query, ingest = f"{protection.table.schema}_query", f"{protection.table.schema}_ingest"
    sql = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY ingest ON {table} TO {ingest} USING (true) WITH CHECK ({_check(protection)})",
    ]
    if protection.reviewed:
        linked = " AND ".join(_linked(protection.table, column) for column in protection.reviewed)
        sql.append(f"CREATE POLICY review ON {table} TO {REVIEWER} USING ({linked}) WITH CHECK ({linked})")
    if protection.written or protection.requests:
        sql += _writing(protection, table)
    if protection.sends:
        sql += _sending(protection, table)
    if protection.internal:
        sql.append(f"REVOKE ALL ON {table} FROM {query}")
        if not protection.shown:
            return sql
        sql.append(f"GRANT SELECT ({', '.join(protection.shown)}) ON {table} TO {query}")
    return [*sql, f"CREATE POLICY query ON {table} FOR SELECT TO {query} USING ({_visible(protection)})"]


def _writing(protection: Protection, table: str) -> list[str]:
    """The policies of the writing role: its actor's own requests; of items, those of people to whom the actor is
    linked, which the hub itself keeps and the actor's organisation recorded, or owns."""
    role = f"{protection.table.schema}_write"
    if protection.requests:
        own = f"actor = (SELECT current_setting('{ACTOR_SETTING}', true))"
        return [
            f"CREATE POLICY own ON {table} TO {role} USING ({own}) WITH CHECK ({own})",
            f"CREATE POLICY expiry ON {table} TO {protection.table.schema}_owner USING (true)",
        ]
    visible, ours = _visible(protection), f"source = '{SOURCE}'"
    recorder = RECORDER if RECORDER in protection.table.c else "organisation_siret"
    organisation = f"{recorder} = (SELECT current_setting('{ORGANISATION_SETTING}', true))"
    return [
        f"CREATE POLICY creation ON {table} FOR INSERT TO {role} WITH CHECK ({visible} AND {ours} AND {organisation})",
        f"CREATE POLICY change ON {table} FOR UPDATE TO {role} USING ({visible}) WITH CHECK ({visible} AND {ours})",
    ]


def _sending(protection: Protection, table: str) -> list[str]:
    """The policies of the role that sends: the queue, to which mutations add; of items, those that have a transmission
    and those that systems told of; the public offer, of which the triggers of changes read what an item reveals."""
    if protection.outgoing:
        return [
            f"CREATE POLICY queue ON {table} FOR INSERT TO {protection.table.schema}_write WITH CHECK (true)",
            f"CREATE POLICY sending ON {table} TO {SENDER} USING (true)",
            f"CREATE POLICY lateness ON {table} FOR SELECT TO {RUNS_READER} USING (true)",
        ]
    if STATE in protection.table.c:
        waiting = f"source = '{SOURCE}' AND {STATE} = '{TransmissionState.PENDING.name}'"
        unsettled = f"{STATE} IS NULL OR {waiting}"
        settled = f"{STATE} IN ('{TransmissionState.ACCEPTED.name}', '{TransmissionState.REJECTED.name}')"
        return [
            f"CREATE POLICY sent ON {table} FOR SELECT TO {SENDER} USING (true)",
            f"CREATE POLICY settling ON {table} FOR UPDATE TO {SENDER} USING ({unsettled}) WITH CHECK ({settled})",
            f"CREATE POLICY doubled ON {table} FOR DELETE TO {SENDER} USING ({waiting})",
        ]
    is_public = protection.subject is None and not protection.internal and not protection.professional
    return [f"CREATE POLICY sending ON {table} FOR SELECT TO {SENDER} USING (true)"] if is_public else []


def _visible(protection: Protection) -> str:
    if protection.professional:
        return f"(SELECT current_setting('{SCOPES_SETTING}', true)) <> ''"
    if protection.subject is None:
        return "true"
    name = protection.table.name
    linked = f"SELECT FROM access.link WHERE link.person_id = {name}.{protection.subject}"
    if protection.owner is None:
        return f"EXISTS ({linked} {ROW_BY_ROW})"
    own = f"{name}.{protection.owner} = (SELECT current_setting('{ORGANISATION_SETTING}', true))"
    return f"EXISTS ({linked} AND (link.relation <> {int(Fact.OWN_ITEM)} OR {own}))"


def _linked(table: Table, column: str) -> str:
    """Whether the actor is linked to the person, or to the one whom it was merged into."""
    person = served_as(f"{table.name}.{column}")
    return f"EXISTS (SELECT FROM access.link WHERE link.person_id = {person} {ROW_BY_ROW})"


def _check(protection: Protection) -> str:
    lineage = [f"{column} <> ''" for column in ("source", "source_id") if column in protection.table.c]
    return " AND ".join(lineage) or "true"
