"""Training projects of people, and what a placement says of prerequisites and of a request for accommodation."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
ALTER TABLE trainings.placement ADD COLUMN prerequisites_met boolean, ADD COLUMN accommodation_requested boolean;
CREATE TABLE trainings.training_project (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    formacode text COLLATE "C" NOT NULL,
    recorded_on date NOT NULL,
    organisation_siret text COLLATE "C",
    recorded_by text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT training_project_pkey PRIMARY KEY (id),
    CONSTRAINT training_project_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX training_project_person_id_idx ON trainings.training_project (person_id);
ALTER TABLE trainings.training_project ENABLE ROW LEVEL SECURITY;
ALTER TABLE trainings.training_project FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON trainings.training_project TO trainings_ingest USING (true)
    WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON trainings.training_project FOR SELECT TO trainings_query USING (
    EXISTS (
        SELECT FROM access.link
        WHERE link.person_id = training_project.person_id
        AND (
            link.relation <> 8
            OR training_project.organisation_siret = (SELECT current_setting('spie.organisation', true))
        )
    )
)
"""


def upgrade() -> None:
    """One personal table under forced row security, and two columns."""
    for statement in TABLE.split(";"):
        op.execute(statement)
