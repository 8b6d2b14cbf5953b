"""Ways of contact that the CNAF says of a dossier, beside what is said of each person.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE people.dossier_contact (
    organisme TEXT COLLATE "C" NOT NULL,
    matricule TEXT COLLATE "C" NOT NULL,
    email TEXT,
    phones TEXT[] NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT dossier_contact_pkey PRIMARY KEY (organisme, matricule)
);
ALTER TABLE people.dossier_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.dossier_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.dossier_contact TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
REVOKE ALL ON people.dossier_contact FROM people_query
"""


def upgrade() -> None:
    """The table, which stays closed to the query role."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
