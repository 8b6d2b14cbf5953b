"""Orientations, contracts, projects, registration, identifiers; whose structure follows, and what that reveals.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LINEAGE = """
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL"""

TABLES = f"""
CREATE TABLE people.structure (
    id TEXT COLLATE "C" NOT NULL,
    sensitivity TEXT COLLATE "C",
    CONSTRAINT structure_pkey PRIMARY KEY (id),
    CONSTRAINT structure_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'))
);
ALTER TABLE people.person
    ADD COLUMN birth_city_code TEXT COLLATE "C",
    ADD COLUMN structure_id TEXT COLLATE "C",
    ADD CONSTRAINT person_structure_id_fkey FOREIGN KEY(structure_id) REFERENCES people.structure (id);
ALTER TABLE people.identity
    ADD COLUMN birth_city_code TEXT COLLATE "C",
    ADD COLUMN rsa_rights_and_duties_since DATE,
    ADD COLUMN registered_on DATE,
    ADD COLUMN registration_category TEXT COLLATE "C",
    ADD COLUMN referent_organisation TEXT COLLATE "C",
    ADD COLUMN structure_id TEXT COLLATE "C",
    ADD CONSTRAINT identity_structure_id_fkey FOREIGN KEY(structure_id) REFERENCES people.structure (id);
ALTER TABLE people.rsa ADD COLUMN rights_and_duties_since DATE;
ALTER TABLE people.referent
    ADD COLUMN structure_id TEXT COLLATE "C",
    ADD CONSTRAINT referent_structure_id_fkey FOREIGN KEY(structure_id) REFERENCES people.structure (id);
CREATE TABLE people.orientation (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    pathway TEXT,
    starts_on DATE,
    ends_on DATE,
    structure_id TEXT COLLATE "C",
    organisation_siret TEXT COLLATE "C",{LINEAGE},
    CONSTRAINT orientation_pkey PRIMARY KEY (id),
    CONSTRAINT orientation_pathway_check CHECK (pathway IN ('EMPLOI', 'SOCIO_PRO', 'SOCIAL')),
    CONSTRAINT orientation_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT orientation_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE,
    CONSTRAINT orientation_structure_id_fkey FOREIGN KEY(structure_id) REFERENCES people.structure (id)
);
CREATE INDEX orientation_person_id_idx ON people.orientation (person_id);
CREATE TABLE people.contract (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    signed_on DATE,
    starts_on DATE,
    ends_on DATE,
    organisation_siret TEXT COLLATE "C",{LINEAGE},
    CONSTRAINT contract_pkey PRIMARY KEY (id),
    CONSTRAINT contract_kind_check CHECK (kind IN ('CER', 'PPAE', 'CEJ', 'PACEA', 'CONTRAT_ENGAGEMENT')),
    CONSTRAINT contract_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT contract_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX contract_person_id_idx ON people.contract (person_id);
CREATE TABLE people.registration (
    person_id UUID NOT NULL,
    status TEXT NOT NULL,
    category_code TEXT COLLATE "C",
    registered_on DATE,{LINEAGE},
    CONSTRAINT registration_pkey PRIMARY KEY (person_id),
    CONSTRAINT registration_status_check CHECK (status IN ('INSCRIT', 'NON_INSCRIT')),
    CONSTRAINT registration_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT registration_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE TABLE people.project (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    rome_code TEXT COLLATE "C" NOT NULL,
    occupation TEXT,{LINEAGE},
    CONSTRAINT project_pkey PRIMARY KEY (id),
    CONSTRAINT project_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT project_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX project_person_id_idx ON people.project (person_id);
CREATE TABLE people.identifier (
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C",
    role TEXT,{LINEAGE},
    CONSTRAINT identifier_pkey PRIMARY KEY (person_id, kind, value),
    CONSTRAINT identifier_kind_check CHECK (kind IN (
        'CAF', 'MSA', 'FRANCE_TRAVAIL', 'CD_INTERNE', 'PASS_IAE', 'RDV_INSERTION'
    )),
    CONSTRAINT identifier_role_check CHECK (role IN ('DEMANDEUR', 'CONJOINT')),
    CONSTRAINT identifier_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
)
"""

OWNED = ("orientation", "contract")
OF_THE_PERSON = ("registration", "project", "identifier")


def _closed(table: str, check: str, condition: str) -> tuple[str, ...]:
    return (
        f"ALTER TABLE people.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE people.{table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY ingest ON people.{table} TO people_ingest USING (true) WITH CHECK ({check})",
        f"CREATE POLICY query ON people.{table} FOR SELECT TO people_query USING ({condition})",
    )


def _row_security() -> list[str]:
    statements = [*_closed("structure", "true", "true")]
    for table in (*OWNED, *OF_THE_PERSON):
        own = (
            f" AND (link.relation <> 8 OR {table}.organisation_siret ="
            " (SELECT current_setting('spie.organisation', true)))"
        )
        linked = f"SELECT FROM access.link WHERE link.person_id = {table}.person_id{own if table in OWNED else ''}"
        statements += _closed(table, "source <> '' AND source_id <> ''", f"EXISTS ({linked})")
    return statements


def upgrade() -> None:
    """The tables, then who sees which rows of them."""
    for statement in (*TABLES.split(";"), *_row_security()):
        op.execute(statement)
