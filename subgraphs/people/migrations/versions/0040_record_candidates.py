"""Known people of whom refused records may be, and what agents decide of them (docs/decisions/0148)."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None
expands = True

LINKED = """EXISTS (SELECT FROM access.link WHERE link.person_id = COALESCE(
    (SELECT survivor_id FROM access.merged WHERE merged.person_id = {table}.person_id), {table}.person_id))"""

TABLES = """
CREATE TABLE people.record_candidate (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    person_id UUID NOT NULL,
    record_id UUID NOT NULL,
    refused_on DATE NOT NULL,
    CONSTRAINT record_candidate_pkey PRIMARY KEY (source, source_id, person_id),
    CONSTRAINT record_candidate_person_id_fkey FOREIGN KEY (person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX record_candidate_person_id_idx ON people.record_candidate (person_id);
CREATE INDEX record_candidate_record_id_idx ON people.record_candidate (record_id);
CREATE INDEX record_candidate_refused_on_idx ON people.record_candidate (refused_on);
CREATE TABLE people.record_decision (
    record_id UUID NOT NULL,
    person_id UUID NOT NULL,
    number INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    ground TEXT NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    decided_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT record_decision_pkey PRIMARY KEY (record_id, person_id, number),
    CONSTRAINT record_decision_verdict_check CHECK (verdict IN ('SAME', 'DIFFERENT')),
    CONSTRAINT record_decision_ground_check CHECK (ground IN ('PERSON', 'DOCUMENT', 'SOURCE', 'MISTAKE')),
    CONSTRAINT record_decision_number_check CHECK (number > 0)
)
"""


def upgrade() -> None:
    """Two tables, for agents who are linked to the person."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table, privileges in (("record_candidate", "SELECT"), ("record_decision", "SELECT, INSERT")):
        linked = LINKED.format(table=table)
        lineage = "source <> '' AND source_id <> ''" if table == "record_candidate" else "true"
        op.execute(f"ALTER TABLE people.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE people.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY ingest ON people.{table} TO people_ingest USING (true) WITH CHECK ({lineage})")
        op.execute(f"REVOKE ALL ON people.{table} FROM people_query")
        op.execute(f"GRANT {privileges} ON people.{table} TO people_review")
        op.execute(f"CREATE POLICY review ON people.{table} TO people_review USING ({linked}) WITH CHECK ({linked})")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON people.record_decision FROM people_ingest")
