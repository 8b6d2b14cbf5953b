"""Columns that tables of several subgraphs share: opaque keys, identifiers compared as bytes, instants, lineage."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Double, MetaData, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

INTERNAL = {"internal": True}
"""`Table.info` of a table for matching and ingestion only: no GraphQL field reads it, the query role may not either."""


def metadata_of(schema: str) -> MetaData:
    """Metadata of one schema, with constraint names that a migration can foretell."""
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
    """UTC instant at second precision, the finest that every source has."""
    return Column(name, TIMESTAMP(timezone=True, precision=0), nullable=nullable)


def identifier(name: str, *, nullable: bool = True) -> Column[str]:
    """Identifier or key of a source or a registry, compared as bytes."""
    return Column(name, Text(collation="C"), nullable=nullable)


def key() -> Column[str]:
    """Opaque random key of ours."""
    return Column("id", UUID(as_uuid=False), primary_key=True)


def lineage() -> list[Column[Any]]:
    """Where a row comes from: source system, its key there, and when the source said it."""
    return [
        identifier("source", nullable=False),
        identifier("source_id", nullable=False),
        instant("as_of", nullable=False),
    ]


def found_at() -> list[Column[float]]:
    """Where an item of a catalogue is found, decimal degrees (WGS 84): its own position, else the centroid of its
    commune; both null for one without a place. An index on the two serves the search around a place."""
    return [Column("at_latitude", Double), Column("at_longitude", Double)]


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Closed list of a column's values; null stays allowed where the column is nullable."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
