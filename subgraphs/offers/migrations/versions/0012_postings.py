"""Job postings and immersion offers, and where an employer is; an employer may have no SIRET, an application no sender,
an immersion no objective.

No row is about a person: row security lets the query role read all of them, and write none.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE offers.job_application ALTER COLUMN sender DROP NOT NULL;
ALTER TABLE offers.immersion_agreement ALTER COLUMN objective DROP NOT NULL;
ALTER TABLE offers.company
    ALTER COLUMN siret DROP NOT NULL,
    ADD COLUMN street text,
    ADD COLUMN postal_code text COLLATE "C",
    ADD COLUMN city_code text COLLATE "C",
    ADD COLUMN website text,
    ADD COLUMN open_to_applications boolean;
CREATE TABLE offers.job_posting (
    id text COLLATE "C" NOT NULL,
    company_id text COLLATE "C" NOT NULL,
    title text,
    rome_code text COLLATE "C",
    contract_type text COLLATE "C",
    open_positions integer,
    description text,
    city text,
    city_code text COLLATE "C",
    at_latitude double precision,
    at_longitude double precision,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT job_posting_pkey PRIMARY KEY (id),
    CONSTRAINT job_posting_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX job_posting_company_id_idx ON offers.job_posting (company_id);
CREATE INDEX job_posting_rome_code_idx ON offers.job_posting (rome_code);
CREATE INDEX job_posting_at_latitude_at_longitude_idx ON offers.job_posting (at_latitude, at_longitude);
CREATE TABLE offers.immersion_offer (
    id text COLLATE "C" NOT NULL,
    siret text COLLATE "C" NOT NULL,
    company_name text NOT NULL,
    rome_code text COLLATE "C" NOT NULL,
    occupations text[] NOT NULL,
    contact_mode text COLLATE "C",
    volunteers boolean,
    website text,
    street text,
    postal_code text COLLATE "C",
    city text,
    city_code text COLLATE "C",
    latitude double precision,
    longitude double precision,
    at_latitude double precision,
    at_longitude double precision,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT immersion_offer_pkey PRIMARY KEY (id),
    CONSTRAINT immersion_offer_contact_mode_check CHECK (contact_mode IN ('EMAIL', 'PHONE', 'IN_PERSON')),
    CONSTRAINT immersion_offer_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX immersion_offer_rome_code_idx ON offers.immersion_offer (rome_code);
CREATE INDEX immersion_offer_at_latitude_at_longitude_idx ON offers.immersion_offer (at_latitude, at_longitude)
"""


def upgrade() -> None:
    """Two tables under forced row security, and the columns."""
    for statement in STATEMENTS.split(";"):
        op.execute(statement)
    for table in ("job_posting", "immersion_offer"):
        op.execute(f"ALTER TABLE offers.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE offers.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY ingest ON offers.{table} TO offers_ingest USING (true)"
            " WITH CHECK (source <> '' AND source_id <> '')"
        )
        op.execute(f"CREATE POLICY query ON offers.{table} FOR SELECT TO offers_query USING (true)")
