"""The catalogue of trainings, and the placements of people under row security.

A placement is seen by whoever a link leads to its person; through an own item alone, only by the provider that has it.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE trainings.training_provider (
    id text COLLATE "C" NOT NULL,
    siret text COLLATE "C" NOT NULL,
    name text,
    activity_number text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT training_provider_pkey PRIMARY KEY (id),
    CONSTRAINT training_provider_source_source_id_key UNIQUE (source, source_id)
);

CREATE TABLE trainings.training (
    id text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C",
    title text NOT NULL,
    formacodes text[] COLLATE "C" NOT NULL,
    rome_codes text[] COLLATE "C" NOT NULL,
    rncp_code text COLLATE "C",
    certifying boolean,
    entry_level text COLLATE "C",
    exit_level text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT training_pkey PRIMARY KEY (id),
    CONSTRAINT training_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX training_provider_id_idx ON trainings.training (provider_id);

CREATE TABLE trainings.training_session (
    id text COLLATE "C" NOT NULL,
    training_id text COLLATE "C" NOT NULL,
    starts_on date,
    ends_on date,
    recruitment_state text COLLATE "C",
    city text,
    city_code text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT training_session_pkey PRIMARY KEY (id),
    CONSTRAINT training_session_recruitment_state_check CHECK (recruitment_state IN ('OUVERT', 'FERME', 'SUSPENDU')),
    CONSTRAINT training_session_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX training_session_training_id_idx ON trainings.training_session (training_id);

CREATE TABLE trainings.placement (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    proposed_on date,
    decided_on date,
    entered_on date,
    ended_on date,
    organisation_siret text COLLATE "C",
    recorded_by text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT placement_pkey PRIMARY KEY (id),
    CONSTRAINT placement_status_check CHECK (
        status IN ('PROPOSE', 'INFO_COLLECTIVE', 'RETENU', 'REFUSE', 'ABANDONNE', 'ENTRE', 'TERMINE')
    ),
    CONSTRAINT placement_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX placement_person_id_idx ON trainings.placement (person_id);

CREATE TABLE trainings.source_record (
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    removed boolean NOT NULL,
    CONSTRAINT source_record_pkey PRIMARY KEY (source, source_id)
)
"""

CATALOGUE = ("training_provider", "training", "training_session")

READING = """
CREATE POLICY query ON trainings.placement FOR SELECT TO trainings_query USING (
    EXISTS (
        SELECT FROM access.link
        WHERE link.person_id = placement.person_id
        AND (
            link.relation <> 8
            OR placement.organisation_siret = (SELECT current_setting('spie.organisation', true))
        )
    )
)
"""


def upgrade() -> None:
    """Five tables under forced row security; that of the sources' records is closed to the query role."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table in (*CATALOGUE, "placement", "source_record"):
        op.execute(f"ALTER TABLE trainings.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE trainings.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY ingest ON trainings.{table} TO trainings_ingest USING (true)"
            " WITH CHECK (source <> '' AND source_id <> '')"
        )
    for table in CATALOGUE:
        op.execute(f"CREATE POLICY query ON trainings.{table} FOR SELECT TO trainings_query USING (true)")
    op.execute(READING)
    op.execute("REVOKE ALL ON trainings.source_record FROM trainings_query")
