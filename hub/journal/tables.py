"""Tables of the access journal; the hub's writing role may only insert."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData(schema="journal")

entry = Table(
    "entry",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", SqlText, nullable=False),
    Column("request", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("trace", SqlText, nullable=False),
    Column("actor", SqlText, nullable=False),
    Column("actor_kind", SqlText, nullable=False),
    Column("organisation", SqlText),
    Column("client", SqlText, nullable=False),
    Column("purpose", SqlText, nullable=False),
    Column("reference", SqlText),
    Column("operation_hash", SqlText, nullable=False),
    Column("operation_name", SqlText),
    Column("decisions", JSONB, nullable=False),
    CheckConstraint("kind IN ('INTENT', 'DISCLOSURE')", name="kind_known"),
    Index("entry_request", "request"),
    Index("entry_at", "at"),
)
"""One row per intent and per disclosure. `decisions` counts decisions by reason; no column ever holds a value."""

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("request", UUID, nullable=False),
    Column("coordinates", ARRAY(SqlText), nullable=False),
    Column("masked", ARRAY(SqlText), nullable=False),
    Column("subjects", ARRAY(LargeBinary), nullable=False),
    Index("disclosure_request", "request"),
    Index("disclosure_subjects", "subjects", postgresql_using="gin"),
)
"""One row per distinct set of coordinates of a request, with the pseudonyms of the subjects it was released of."""
