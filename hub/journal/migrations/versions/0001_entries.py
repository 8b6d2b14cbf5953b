"""Entries and disclosures of the access journal: the writing role inserts, the reading role reads, nobody changes."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE journal.entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    request uuid NOT NULL,
    at timestamptz NOT NULL,
    trace text NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL,
    organisation text,
    client text NOT NULL,
    purpose text NOT NULL,
    reference text,
    operation_hash text NOT NULL,
    operation_name text,
    decisions jsonb NOT NULL,
    CONSTRAINT kind_known CHECK (kind IN ('INTENT', 'DISCLOSURE'))
);
CREATE INDEX entry_request ON journal.entry (request);
CREATE INDEX entry_at ON journal.entry (at);

CREATE TABLE journal.disclosure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request uuid NOT NULL,
    coordinates text[] NOT NULL,
    masked text[] NOT NULL,
    subjects bytea[] NOT NULL
);
CREATE INDEX disclosure_request ON journal.disclosure (request);
CREATE INDEX disclosure_subjects ON journal.disclosure USING gin (subjects)
"""


def upgrade() -> None:
    """Two tables; privileges come from the owner's default privileges."""
    for statement in TABLES.split(";"):
        op.execute(statement)
