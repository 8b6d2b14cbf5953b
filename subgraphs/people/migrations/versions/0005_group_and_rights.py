"""Whose the members of a follow-up group are, and since when a right is in force.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE people.referent ADD COLUMN organisation_siret TEXT COLLATE "C";
CREATE TABLE people.exercised_right (
    person_id UUID NOT NULL,
    opposed_on DATE,
    limited_on DATE,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT exercised_right_pkey PRIMARY KEY (person_id),
    CONSTRAINT exercised_right_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
ALTER TABLE people.exercised_right ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.exercised_right FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.exercised_right TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.exercised_right FOR SELECT TO people_query USING (
    EXISTS (SELECT FROM access.link WHERE link.person_id = exercised_right.person_id))
"""


def upgrade() -> None:
    """The column, the table, then who sees which of its rows."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
