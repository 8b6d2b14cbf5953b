"""Objectives of a person, its level of education and the prime d'activité, as tools of accompaniment tell them.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LEVELS = "('AFS', 'CP4', 'CFG', 'C3A', 'C12', 'NV5', 'NV4', 'NV3', 'NV2', 'NV1')"
LINEAGE = """
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL"""

TABLES = f"""
ALTER TABLE people.identity
    ADD COLUMN activity_bonus BOOLEAN,
    ADD COLUMN education_level TEXT,
    ADD COLUMN education_code TEXT COLLATE "C",
    ADD CONSTRAINT identity_education_level_check CHECK (education_level IN {LEVELS});
ALTER TABLE people.allocations ADD COLUMN activity_bonus BOOLEAN;
CREATE TABLE people.education (
    person_id UUID NOT NULL,
    level TEXT,
    code TEXT COLLATE "C",{LINEAGE},
    CONSTRAINT education_pkey PRIMARY KEY (person_id),
    CONSTRAINT education_level_check CHECK (level IN {LEVELS}),
    CONSTRAINT education_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT education_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE TABLE people.objective (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    theme TEXT NOT NULL,
    status TEXT,
    contract_kind TEXT,
    recorded_on DATE,
    action_statuses TEXT[] NOT NULL,
    organisation_siret TEXT COLLATE "C",{LINEAGE},
    CONSTRAINT objective_pkey PRIMARY KEY (id),
    CONSTRAINT objective_theme_check CHECK (theme IN (
        'EMPLOI', 'FORMATION', 'CHOISIR_UN_METIER', 'SE_FORMER', 'PREPARER_SA_CANDIDATURE', 'TROUVER_UN_EMPLOI',
        'CREER_UNE_ENTREPRISE', 'S_OUVRIR_A_L_INTERNATIONAL', 'MOBILITE', 'FAMILLE', 'LANGUE_CALCUL', 'LOGEMENT',
        'FINANCES', 'ADMIN_JURIDIQUE', 'NUMERIQUE', 'SANTE'
    )),
    CONSTRAINT objective_status_check CHECK (
        status IN ('PREVU', 'EN_COURS', 'EN_PAUSE', 'REALISE', 'ABANDONNE', 'ANNULE')
    ),
    CONSTRAINT objective_contract_kind_check CHECK (
        contract_kind IN ('CER', 'PPAE', 'CEJ', 'PACEA', 'CONTRAT_ENGAGEMENT')
    ),
    CONSTRAINT objective_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT objective_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX objective_person_id_idx ON people.objective (person_id)
"""


def _closed(table: str, owned: str = "") -> tuple[str, ...]:
    check = "source <> '' AND source_id <> ''"
    condition = f"EXISTS (SELECT FROM access.link WHERE link.person_id = {table}.person_id{owned})"
    return (
        f"ALTER TABLE people.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE people.{table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY ingest ON people.{table} TO people_ingest USING (true) WITH CHECK ({check})",
        f"CREATE POLICY query ON people.{table} FOR SELECT TO people_query USING ({condition})",
    )


def upgrade() -> None:
    """The columns and tables, then who sees which rows."""
    own = (
        " AND (link.relation <> 8 OR objective.organisation_siret ="
        " (SELECT current_setting('spie.organisation', true)))"
    )
    for statement in (*TABLES.split(";"), *_closed("education"), *_closed("objective", own)):
        op.execute(statement)
