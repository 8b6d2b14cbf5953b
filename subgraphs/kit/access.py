"""Tables of the schema `access`, which every subgraph joins to decide on rows: who is linked to whom.

Source of the rule: docs/policy.md#relation. The schema has no GraphQL. Whoever ingests an item writes its links in that
transaction. Query roles read `link` and `person` under row security, for the scopes of their transaction only;
`person_reference` is closed to them. The migrations are in `infra/access/migrations`; a test holds both together.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

SCHEMA = "access"
HUB = "hub"
"""Origin of the links that the hub itself writes."""
SCOPES_SETTING = "spie.scopes"
"""Setting of a transaction that holds the actor's scopes: link keys (`schema.facts.link_key`), separated."""
SCOPES_SEPARATOR = "\x1f"

metadata = MetaData(schema=SCHEMA)


def _bytes() -> Text:
    """The type of an identifier: text that is compared as bytes, whatever the locale."""
    return Text(collation="C")


def _transaction(*, primary_key: bool = False) -> Column[int]:
    """The transaction that wrote the row."""
    default = text("(pg_current_xact_id()::text)::bigint")
    return Column("xid", BigInteger(), nullable=False, primary_key=primary_key, server_default=default)


link = Table(
    "link",
    metadata,
    Column("person_id", Uuid(), nullable=False),
    Column("relation", Integer, nullable=False),
    Column("scope_id", _bytes(), nullable=False),
    Column("key", _bytes(), Computed("relation || ' ' || scope_id", persisted=True), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("origin", _bytes(), nullable=False),
    Column("origin_id", _bytes(), nullable=False),
    Column("unmerged_person_id", Uuid()),
    PrimaryKeyConstraint("person_id", "key", "origin", "origin_id"),
    Index("link_key_person_id", "key", "person_id"),
    Index("link_origin_origin_id", "origin", "origin_id"),
    Index("link_unmerged_person_id", "unmerged_person_id", postgresql_where=text("unmerged_person_id IS NOT NULL")),
)
"""A relation (one bit of `schema.facts.RELATIONS`) of a scope to a person, both days of its validity included.

`origin` is the source system and `origin_id` its item that says so: two sources may say the same.
"""

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid(), primary_key=True),
    Column("department", _bytes()),
    Column("brsa", Boolean, nullable=False, server_default=text("false")),
    Column("referent_organisation", _bytes()),
    Column("last_contact", Date),
    Column("restrictions", Integer, nullable=False, server_default=text("0")),
    Column("erasure_on", Date),
    Column("own_restrictions", Integer, nullable=False, server_default=text("0")),
    Column("own_erasure_on", Date),
)
"""What decides on all the rows of one person: `restrictions` holds the bits OPPOSITION and LIMITATION, and from the day
`erasure_on` the fact ERASURE_DUE is true of it. The register of rights writes what it says of this person as `own_…`;
of people merged into one, what acts is the strictest of all."""

merged = Table(
    "merged",
    metadata,
    Column("person_id", Uuid(), primary_key=True),
    Column("survivor_id", Uuid(), nullable=False),
    Index("merged_survivor_id", "survivor_id"),
)
"""The person that a person was merged into, by the decision of an agent (`people.match_decision`), and whose id its
rows bear since then."""

person_reference = Table(
    "person_reference",
    metadata,
    Column("source", _bytes(), nullable=False),
    Column("source_id", _bytes(), nullable=False),
    Column("person_id", Uuid(), nullable=False),
    PrimaryKeyConstraint("source", "source_id"),
    Index("person_reference_person_id", "person_id"),
)
"""Which person each source system means by its own key; read and written by the ingest roles only."""

change = Table(
    "change",
    metadata,
    _transaction(),
    Column("person_id", Uuid(), nullable=False),
    Column("source", _bytes(), nullable=False),
    Column("owner", _bytes()),
    Column("recorder", _bytes()),
    Column("facts", Integer, nullable=False),
    Index("change_xid", "xid"),
    Index("change_person_id_xid", "person_id", "xid"),
)
"""That rows of a person changed: table, owner, recorder, and the categories for which such a row is dropped. Triggers
write it (`subgraphs.kit.change_sources`), as they do `link_change` and `person_change`: see docs/decisions/0101."""

link_change = Table(
    "link_change",
    metadata,
    Column("number", BigInteger(), Identity(always=True), primary_key=True),
    _transaction(),
    Column("added", Boolean, nullable=False),
    Column("person_id", Uuid(), nullable=False),
    Column("relation", Integer, nullable=False),
    Column("scope_id", _bytes(), nullable=False),
    Column("key", _bytes(), Computed("relation || ' ' || scope_id", persisted=True), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("origin", _bytes(), nullable=False),
    Column("origin_id", _bytes(), nullable=False),
    Index("link_change_key_xid", "key", "xid"),
    Index("link_change_person_id_key", "person_id", "key"),
)
"""Links that went or came, in their order: from the links of now they tell those of an earlier transaction."""

person_change = Table(
    "person_change",
    metadata,
    Column("number", BigInteger(), Identity(always=True), primary_key=True),
    _transaction(),
    Column("added", Boolean, nullable=False),
    Column("person_id", Uuid(), nullable=False),
    Column("last_contact", Date),
    Column("restrictions", Integer, nullable=False),
    Column("erasure_on", Date),
    Index("person_change_xid", "xid"),
    Index("person_change_person_id_xid", "person_id", "xid"),
)
"""What decided on a person's rows, in the same way."""

change_mark = Table(
    "change_mark",
    metadata,
    _transaction(primary_key=True),
    Column("at", TIMESTAMP(timezone=True), nullable=False, server_default=text("now()")),
)
"""Transactions by time; the changes before the first one are expired."""

NOTED = (change, link_change, person_change, change_mark)
"""Tables that no ingestion writes by itself."""
