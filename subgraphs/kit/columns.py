"""Columns that tables of several subgraphs share: opaque keys, identifiers compared as bytes, instants, lineage."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Double, Index, Integer, MetaData, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

INTERNAL = {"internal": True}
"""`Table.info` of a table for matching and ingestion: the query role may read only the columns that a type shows."""
REVIEWED = {"internal": True, "reviewed": True}
"""`Table.info` of a table that is internal but for the agents who review whether two people are one."""
WRITTEN = {"written": True}
"""`Table.info` of a table of items that the writing role makes and changes, for an actor linked to their person."""
REQUESTS = {"internal": True, "requests": True}
"""`Table.info` of the table of what was asked to be written: an actor sees its own requests, while it writes."""
OUTGOING = {"internal": True, "outgoing": True}
"""`Table.info` of the queue of items to be sent: mutations add to it, and the role that sends reads it."""
PROFESSIONAL = {"professional": True}
"""`Table.info` of a table whose rows name agents: the query role sees them in the transaction of an actor alone."""


def metadata_of(schema: str) -> MetaData:
    """The metadata of one schema, with predictable names of constraints for its migrations."""
    return MetaData(
        schema=schema,
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        },
    )


def instant(name: str, *, nullable: bool = True) -> Column[datetime]:
    """A column of UTC instants, to the second: the finest precision that every source has."""
    return Column(name, TIMESTAMP(timezone=True, precision=0), nullable=nullable)


def identifier(name: str, *, nullable: bool = True) -> Column[str]:
    """A column of identifiers of a source or a registry, compared as bytes."""
    return Column(name, Text(collation="C"), nullable=nullable)


def key() -> Column[str]:
    """The primary key `id`, an opaque random UUID."""
    return Column("id", UUID(as_uuid=False), primary_key=True)


def lineage() -> list[Column[Any]]:
    """The columns of a row's provenance: source system, its key there, and the instant of the source's statement."""
    return [
        identifier("source", nullable=False),
        identifier("source_id", nullable=False),
        instant("as_of", nullable=False),
    ]


def found_at() -> list[Column[float]]:
    """The columns of a catalogue item's position, in decimal degrees (WGS 84): its own, else the centroid of its
    commune, else null. An index on both serves the search around a place."""
    return [Column("at_latitude", Double), Column("at_longitude", Double)]


def version() -> Column[int]:
    """The version of a row that mutations change: a trigger counts it at each change, whoever makes it, but a merge."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


UNMERGED = "unmerged_person_id"


def unmerged_person() -> list[Column[str] | Index]:
    """The column of the person whom the row is about by its source alone, null unless that person was merged into the
    one of `person_id` (decision 0084): `subgraphs.kit.ingest.table_shapes` writes it, and ingestion knows no other."""
    column: Column[str] = Column(UNMERGED, UUID(as_uuid=False))
    return [column, Index(None, UNMERGED, postgresql_where=text(f"{UNMERGED} IS NOT NULL"))]


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A constraint that closes the list of a column's values; a nullable column may still be null."""
    literals = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({literals})", name=column)
