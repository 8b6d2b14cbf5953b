"""The public offer: structures, services, and the centroids of communes.

No row is about a person: row security lets the query role read all of them, and write none.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE offers.commune (
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    CONSTRAINT commune_pkey PRIMARY KEY (code)
);

CREATE TABLE offers.structure (
    id text COLLATE "C" NOT NULL,
    producer text COLLATE "C" NOT NULL,
    name text NOT NULL,
    description text,
    siret text COLLATE "C",
    networks text[] COLLATE "C" NOT NULL,
    opening_hours text,
    street text,
    postal_code text COLLATE "C",
    city text,
    city_code text COLLATE "C",
    latitude double precision,
    longitude double precision,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT structure_pkey PRIMARY KEY (id),
    CONSTRAINT structure_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX structure_siret_idx ON offers.structure (siret);

CREATE TABLE offers.service (
    id text COLLATE "C" NOT NULL,
    structure_id text COLLATE "C" NOT NULL,
    producer text COLLATE "C" NOT NULL,
    name text NOT NULL,
    description text,
    type text COLLATE "C",
    thematics text[] COLLATE "C" NOT NULL,
    categories text[] COLLATE "C" NOT NULL,
    publics text[] COLLATE "C" NOT NULL,
    fees text COLLATE "C",
    access_modes text[] COLLATE "C" NOT NULL,
    eligibility_zone text[] COLLATE "C" NOT NULL,
    open_to_people boolean,
    street text,
    postal_code text COLLATE "C",
    city text,
    city_code text COLLATE "C",
    latitude double precision,
    longitude double precision,
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL,
    CONSTRAINT service_pkey PRIMARY KEY (id),
    CONSTRAINT service_type_check CHECK (
        type IN ('accompagnement', 'aide-financiere', 'aide-materielle', 'atelier', 'formation', 'information')
    ),
    CONSTRAINT service_fees_check CHECK (fees IN ('gratuit', 'payant')),
    CONSTRAINT service_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX service_structure_id_idx ON offers.service (structure_id)
"""

LINEAGE = "source <> '' AND source_id <> ''"


def upgrade() -> None:
    """Three tables; revision 0010 fills the communes."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for name, check in (("commune", "true"), ("structure", LINEAGE), ("service", LINEAGE)):
        op.execute(f"ALTER TABLE offers.{name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE offers.{name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY ingest ON offers.{name} TO offers_ingest USING (true) WITH CHECK ({check})")
        op.execute(f"CREATE POLICY query ON offers.{name} FOR SELECT TO offers_query USING (true)")
