"""What ties a person to the offer, under row security, and the flag of structures that must not be named.

An item is seen by whoever a link leads to its person; through an own item alone, only by the organisation that has it.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LINEAGE = """
    source text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    as_of timestamp(0) with time zone NOT NULL"""

TABLES = f"""
ALTER TABLE offers.structure ADD COLUMN sensitive boolean;
UPDATE offers.structure SET sensitive = networks && ARRAY['ase', 'caarud', 'cada', 'cidff', 'cmp', 'cph', 'csapa',
    'esat', 'huda', 'maison-departementale-de-lautonomie', 'mdph', 'pjj', 'spip'];
ALTER TABLE offers.structure ALTER COLUMN sensitive SET NOT NULL;

CREATE TABLE offers.company (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    kind text COLLATE "C" NOT NULL,
    siret text COLLATE "C" NOT NULL,
    city text,{LINEAGE},
    CONSTRAINT company_pkey PRIMARY KEY (id),
    CONSTRAINT company_kind_check CHECK (
        kind IN ('ACI', 'AI', 'EA', 'EATT', 'EI', 'EITI', 'ETTI', 'GEIQ', 'OPCS')
    ),
    CONSTRAINT company_source_source_id_key UNIQUE (source, source_id)
);

CREATE TABLE offers.referral (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    service_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    sent_on date NOT NULL,
    processed_on date,
    prescriber_structure_id text COLLATE "C",
    organisation_siret text COLLATE "C",
    recorded_by text COLLATE "C",{LINEAGE},
    CONSTRAINT referral_pkey PRIMARY KEY (id),
    CONSTRAINT referral_status_check CHECK (
        status IN ('MODERATION_EN_COURS', 'MODERATION_REJETEE', 'OUVERTE', 'VALIDEE', 'REFUSEE', 'EXPIREE')
    ),
    CONSTRAINT referral_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX referral_person_id_idx ON offers.referral (person_id);

CREATE TABLE offers.job_application (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    company_id text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    sender text COLLATE "C" NOT NULL,
    created_at timestamp(0) with time zone NOT NULL,
    updated_at timestamp(0) with time zone NOT NULL,
    starts_on date,
    ends_on date,
    organisation_siret text COLLATE "C",
    recorded_by text COLLATE "C",{LINEAGE},
    CONSTRAINT job_application_pkey PRIMARY KEY (id),
    CONSTRAINT job_application_state_check CHECK (
        state IN (
            'new', 'processing', 'postponed', 'prior_to_hire', 'accepted', 'refused', 'cancelled', 'obsolete', 'pool'
        )
    ),
    CONSTRAINT job_application_sender_check CHECK (sender IN ('job_seeker', 'prescriber', 'employer')),
    CONSTRAINT job_application_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX job_application_person_id_idx ON offers.job_application (person_id);

CREATE TABLE offers.pass_iae (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    number text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    starts_on date,
    ends_on date,{LINEAGE},
    CONSTRAINT pass_iae_pkey PRIMARY KEY (id),
    CONSTRAINT pass_iae_status_check CHECK (status IN ('EXPIRED', 'VALID', 'FUTURE', 'SUSPENDED')),
    CONSTRAINT pass_iae_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX pass_iae_person_id_idx ON offers.pass_iae (person_id);

CREATE TABLE offers.immersion_agreement (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    status text COLLATE "C" NOT NULL,
    objective text COLLATE "C" NOT NULL,
    siret text COLLATE "C" NOT NULL,
    company_name text NOT NULL,
    rome_code text COLLATE "C",
    occupation text,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    agency_kind text COLLATE "C" NOT NULL,
    assessment text COLLATE "C",
    ended_with_job boolean,
    is_rqth boolean,
    organisation_siret text COLLATE "C",
    recorded_by text COLLATE "C",{LINEAGE},
    CONSTRAINT immersion_agreement_pkey PRIMARY KEY (id),
    CONSTRAINT immersion_agreement_status_check CHECK (
        status IN (
            'READY_TO_SIGN', 'PARTIALLY_SIGNED', 'IN_REVIEW', 'REJECTED', 'CANCELLED', 'DEPRECATED',
            'ACCEPTED_BY_COUNSELLOR', 'ACCEPTED_BY_VALIDATOR'
        )
    ),
    CONSTRAINT immersion_agreement_objective_check CHECK (
        objective IN ('CONFIRMER_UN_PROJET_PROFESSIONNEL', 'DECOUVRIR_UN_METIER', 'INITIER_UN_RECRUTEMENT')
    ),
    CONSTRAINT immersion_agreement_assessment_check CHECK (
        assessment IN ('COMPLETED', 'PARTIALLY_COMPLETED', 'DID_NOT_SHOW')
    ),
    CONSTRAINT immersion_agreement_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX immersion_agreement_person_id_idx ON offers.immersion_agreement (person_id);

CREATE TABLE offers.source_record ({LINEAGE},
    removed boolean NOT NULL,
    CONSTRAINT source_record_pkey PRIMARY KEY (source, source_id)
)
"""

OWNED = ("referral", "job_application", "immersion_agreement")


def upgrade() -> None:
    """Six tables under forced row security; that of the sources' records is closed to the query role."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table in ("company", *OWNED, "pass_iae", "source_record"):
        op.execute(f"ALTER TABLE offers.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE offers.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY ingest ON offers.{table} TO offers_ingest USING (true)"
            " WITH CHECK (source <> '' AND source_id <> '')"
        )
    op.execute("CREATE POLICY query ON offers.company FOR SELECT TO offers_query USING (true)")
    op.execute(
        "CREATE POLICY query ON offers.pass_iae FOR SELECT TO offers_query"
        " USING (EXISTS (SELECT FROM access.link WHERE link.person_id = pass_iae.person_id))"
    )
    for table in OWNED:
        op.execute(
            f"CREATE POLICY query ON offers.{table} FOR SELECT TO offers_query USING (EXISTS ("
            f"SELECT FROM access.link WHERE link.person_id = {table}.person_id AND (link.relation <> 8"
            f" OR {table}.organisation_siret = (SELECT current_setting('spie.organisation', true)))))"
        )
    op.execute("REVOKE ALL ON offers.source_record FROM offers_query")
