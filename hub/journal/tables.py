"""Tables of the access journal; the hub's writing role may only insert, and read checkpoints to add to their chain.

`entry` and `disclosure` are partitioned by the month (UTC) of `at`: `entry_2026_11`. Keys of people lie elsewhere.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData(schema="journal")

entry = Table(
    "entry",
    metadata,
    Column("stream", UUID, nullable=False),
    Column("seq", BigInteger, nullable=False),
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
    Column("digest", LargeBinary, nullable=False),
    Column("visible_from", DateTime(timezone=True)),
    Column("signature", LargeBinary),
    CheckConstraint("kind IN ('INTENT', 'DISCLOSURE')", name="kind_known"),
    PrimaryKeyConstraint("stream", "seq", "at"),
    Index("entry_request", "request"),
    Index("entry_at", "at"),
    Index("entry_actor", "actor", "at"),
    Index("entry_trace", "trace", postgresql_where="kind = 'DISCLOSURE'"),
    Index("entry_organisation", "organisation", "at", postgresql_where="kind = 'DISCLOSURE'"),
)
"""One row per intent and per disclosure, at place `seq` of the chain `stream` (`hub.journal.chain`). `decisions` counts
decisions by reason; before `visible_from`, if there is one, the persons don't see it; `signature` is that of the batch
that ends with this line. No column ever holds a value."""

disclosure = Table(
    "disclosure",
    metadata,
    Column("stream", UUID, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("request", UUID, nullable=False),
    Column("coordinates", ARRAY(SqlText), nullable=False),
    Column("masked", ARRAY(SqlText), nullable=False),
    Column("subjects", ARRAY(LargeBinary), nullable=False),
    PrimaryKeyConstraint("stream", "seq", "rank", "at"),
    Index("disclosure_request", "request"),
    Index("disclosure_subjects", "subjects", postgresql_using="gin"),
)
"""What an entry discloses: one row per distinct set of coordinates, with the pseudonyms of the subjects it was released
of; `rank` from 1."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("stream", UUID, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("state", SqlText, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("key", SqlText, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    CheckConstraint("state IN ('OPENED', 'PASSED', 'CLOSED', 'ROOT')", name="state_known"),
    Index("checkpoint_stream", "stream", "number"),
)
"""The signed chain that joins the streams (`hub.journal.checkpoint`)."""

keys = MetaData(schema="journal_keys")

person = Table(
    "person",
    keys,
    Column("person", SqlText(collation="C"), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
"""The key of each person's pseudonym; deleting a row erases the person from the journal."""
