"""When an API that answers about one person at a time was last asked about a person."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE people.asked (
    source text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL CONSTRAINT asked_person_id_fkey REFERENCES people.person (id) ON DELETE CASCADE,
    asked_at timestamp(0) with time zone NOT NULL,
    CONSTRAINT asked_pkey PRIMARY KEY (source, person_id)
);
CREATE INDEX asked_person_id_idx ON people.asked (person_id);
ALTER TABLE people.asked ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.asked FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.asked TO people_ingest USING (true) WITH CHECK (source <> '')
"""


def upgrade() -> None:
    """The table, which ingestion alone reads."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
