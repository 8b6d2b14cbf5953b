"""Which record of a source spoke last of a person's referents in a département.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE people.referents_word (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    person_id UUID NOT NULL,
    department TEXT COLLATE "C" NOT NULL,
    CONSTRAINT referents_word_pkey PRIMARY KEY (source, person_id, department),
    CONSTRAINT referents_word_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX referents_word_person_id_idx ON people.referents_word (person_id);
ALTER TABLE people.referents_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.referents_word FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.referents_word TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
REVOKE ALL ON people.referents_word FROM people_query
"""


def upgrade() -> None:
    """The table, closed to the query role."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
