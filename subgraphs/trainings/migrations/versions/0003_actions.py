"""The actions of a training: the ways in which it may be followed. Public, as the rest of the catalogue."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE trainings.training_action (
    id text COLLATE "C" NOT NULL,
    training_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C",
    publics text[] COLLATE "C" NOT NULL,
    prerequisites text,
    funders text[] COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT training_action_pkey PRIMARY KEY (id),
    CONSTRAINT training_action_mode_check CHECK (mode IN ('PRESENTIEL', 'MIXTE', 'DISTANCE')),
    CONSTRAINT training_action_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX training_action_training_id_idx ON trainings.training_action (training_id);
ALTER TABLE trainings.training_action ENABLE ROW LEVEL SECURITY;
ALTER TABLE trainings.training_action FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON trainings.training_action TO trainings_ingest USING (true)
    WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON trainings.training_action FOR SELECT TO trainings_query USING (true)
"""


def upgrade() -> None:
    """One table under forced row security, which the query role reads."""
    for statement in TABLE.split(";"):
        op.execute(statement)
