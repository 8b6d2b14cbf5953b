"""People who may be one, what agents decide of them, and rows that follow a merged person (docs/decisions/0084)."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOVED = ("person_constraint", "referent", "orientation", "contract", "project", "objective", "exercised_right")

LINKED = """EXISTS (SELECT FROM access.link WHERE link.person_id = COALESCE(
    (SELECT survivor_id FROM access.merged WHERE merged.person_id = {table}.{column}), {table}.{column}))"""

TABLES = """
ALTER TABLE people.exercised_right DROP CONSTRAINT exercised_right_pkey;
ALTER TABLE people.exercised_right ADD CONSTRAINT exercised_right_pkey PRIMARY KEY (source, source_id);
CREATE INDEX exercised_right_person_id_idx ON people.exercised_right (person_id);
CREATE TABLE people.match_candidate (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    person_id UUID NOT NULL,
    other_person_id UUID NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT match_candidate_pkey PRIMARY KEY (source, source_id, person_id, other_person_id, reason),
    CONSTRAINT match_candidate_person_id_fkey FOREIGN KEY (person_id) REFERENCES people.person (id) ON DELETE CASCADE,
    CONSTRAINT match_candidate_other_person_id_fkey FOREIGN KEY (other_person_id)
        REFERENCES people.person (id) ON DELETE CASCADE,
    CONSTRAINT match_candidate_reason_check CHECK (reason IN ('NIR', 'RECORD', 'NAMES', 'CONTACT')),
    CONSTRAINT match_candidate_order_check CHECK (person_id < other_person_id)
);
CREATE INDEX match_candidate_person_id_idx ON people.match_candidate (person_id);
CREATE INDEX match_candidate_other_person_id_idx ON people.match_candidate (other_person_id);
CREATE TABLE people.match_decision (
    person_id UUID NOT NULL,
    other_person_id UUID NOT NULL,
    number INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    ground TEXT NOT NULL,
    reasons TEXT[] NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    decided_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT match_decision_pkey PRIMARY KEY (person_id, other_person_id, number),
    CONSTRAINT match_decision_verdict_check CHECK (verdict IN ('SAME', 'DIFFERENT')),
    CONSTRAINT match_decision_ground_check CHECK (ground IN ('PERSON', 'DOCUMENT', 'SOURCE', 'MISTAKE')),
    CONSTRAINT match_decision_order_check CHECK (person_id < other_person_id AND number > 0)
)
"""


def upgrade() -> None:
    """Two tables, and a column more in each table of items, null until someone is merged."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table in MOVED:
        op.execute(f"ALTER TABLE people.{table} ADD COLUMN unmerged_person_id uuid")
        op.execute(
            f"CREATE INDEX {table}_unmerged_person_id_idx ON people.{table} (unmerged_person_id)"
            " WHERE unmerged_person_id IS NOT NULL"
        )
    for table, privileges in (("match_candidate", "SELECT"), ("match_decision", "SELECT, INSERT")):
        linked = " AND ".join(LINKED.format(table=table, column=name) for name in ("person_id", "other_person_id"))
        lineage = "source <> '' AND source_id <> ''" if table == "match_candidate" else "true"
        op.execute(f"ALTER TABLE people.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE people.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY ingest ON people.{table} TO people_ingest USING (true) WITH CHECK ({lineage})")
        op.execute(f"REVOKE ALL ON people.{table} FROM people_query")
        op.execute(f"GRANT {privileges} ON people.{table} TO people_review")
        op.execute(f"CREATE POLICY review ON people.{table} TO people_review USING ({linked}) WITH CHECK ({linked})")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON people.match_decision FROM people_ingest")
