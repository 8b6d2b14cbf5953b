"""What the API of France Travail says beyond its extract: registration, RQTH, decisions, priority district."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATUSES = "('INSCRIT', 'NON_INSCRIT')"
DECISIONS = "('ACCEPTEE', 'REFUSEE')"
ROW_SECURITY = """
ALTER TABLE people.disability ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.disability FORCE ROW LEVEL SECURITY;
CREATE POLICY query ON people.disability FOR SELECT TO people_query
    USING (EXISTS (SELECT FROM access.link WHERE link.person_id = disability.person_id));
CREATE POLICY ingest ON people.disability TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '')
"""
"""As the declarations give it on this day."""


def upgrade() -> None:
    """Add the columns and the table; a registration that was told by its day is one."""
    op.execute(
        f"""
        ALTER TABLE people.identity
            ADD COLUMN registration_status text
                CONSTRAINT identity_registration_status_check CHECK (registration_status IN {STATUSES}),
            ADD COLUMN registered_months_in_last_year integer,
            ADD COLUMN registered_months_in_last_two_years integer,
            ADD COLUMN registered_months_in_last_three_years integer,
            ADD COLUMN in_priority_district boolean,
            ADD COLUMN rqth_starts_on date,
            ADD COLUMN rqth_ends_on date,
            ADD COLUMN employment_obligation boolean
        """
    )
    op.execute("UPDATE people.identity SET registration_status = 'INSCRIT' WHERE registered_on IS NOT NULL")
    op.execute("ALTER TABLE people.person ADD COLUMN in_priority_district boolean")
    op.execute(
        "ALTER TABLE people.registration ADD COLUMN months_in_last_year integer,"
        " ADD COLUMN months_in_last_two_years integer, ADD COLUMN months_in_last_three_years integer"
    )
    op.execute(
        """
        CREATE TABLE people.disability (
            person_id uuid NOT NULL
                CONSTRAINT disability_person_id_fkey REFERENCES people.person (id) ON DELETE CASCADE,
            rqth_starts_on date,
            rqth_ends_on date,
            employment_obligation boolean,
            source text COLLATE "C" NOT NULL,
            source_id text COLLATE "C" NOT NULL,
            as_of timestamp(0) with time zone NOT NULL,
            CONSTRAINT disability_pkey PRIMARY KEY (person_id),
            CONSTRAINT disability_source_source_id_key UNIQUE (source, source_id)
        )
        """
    )
    for statement in ROW_SECURITY.split(";"):
        op.execute(statement)
    op.execute(
        f"ALTER TABLE people.orientation ADD COLUMN decision text CONSTRAINT orientation_decision_check"
        f" CHECK (decision IN {DECISIONS}), ADD COLUMN decided_on date"
    )
    op.execute("ALTER TABLE people.project ADD COLUMN priority boolean")
