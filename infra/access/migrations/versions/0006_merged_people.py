"""Whom a person was merged into, links that follow it, restrictions of which the strictest acts.

docs/decisions/0084 says why.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INGESTS = "access_ingest, people_ingest, appointments_ingest, offers_ingest, trainings_ingest"
QUERIES = "access_query, people_query, appointments_query, offers_query, trainings_query"

STATEMENTS = f"""
CREATE TABLE access.merged (
    person_id uuid PRIMARY KEY,
    survivor_id uuid NOT NULL,
    CONSTRAINT merged_other CHECK (person_id <> survivor_id)
);
CREATE INDEX merged_survivor_id ON access.merged (survivor_id);
ALTER TABLE access.merged ENABLE ROW LEVEL SECURITY;
ALTER TABLE access.merged FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON access.merged TO {INGESTS};
CREATE POLICY ingest ON access.merged TO {INGESTS} USING (true) WITH CHECK (true);
GRANT SELECT ON access.merged TO {QUERIES}, people_review;
CREATE POLICY linked ON access.merged FOR SELECT TO {QUERIES}, people_review
    USING (EXISTS (SELECT FROM access.link WHERE link.person_id = merged.survivor_id));
ALTER TABLE access.link ADD COLUMN unmerged_person_id uuid;
CREATE INDEX link_unmerged_person_id ON access.link (unmerged_person_id) WHERE unmerged_person_id IS NOT NULL;
ALTER TABLE access.link DROP CONSTRAINT link_self;
ALTER TABLE access.link ADD CONSTRAINT link_self
    CHECK (relation <> 1 OR scope_id = coalesce(unmerged_person_id, person_id)::text);
GRANT SELECT ON access.link TO people_review;
ALTER POLICY scopes ON access.link TO {QUERIES}, people_review;
ALTER TABLE access.person ADD COLUMN own_restrictions integer NOT NULL DEFAULT 0;
ALTER TABLE access.person ADD COLUMN own_erasure_on date;
ALTER TABLE access.person ADD CONSTRAINT person_own_restrictions CHECK (own_restrictions & 3072 = own_restrictions);
UPDATE access.person SET own_restrictions = restrictions, own_erasure_on = erasure_on
    WHERE restrictions <> 0 OR erasure_on IS NOT NULL
"""


def upgrade() -> None:
    """One table more, a column of links, two of people."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
