"""What the flux of the CNAF says of activity, resources, suspension and identity, and where somebody was born.

A birthplace of 99… is a country, which was kept as a commune until now. Row security as the declarations gave it on
that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORK_SITUATIONS = """(
        'EN_EMPLOI',
        'SANS_EMPLOI',
        'EN_FORMATION',
        'IAE',
        'CREATION_ENTREPRISE',
        'RETRAITE',
        'AUTRE',
        'MALADIE',
        'INVALIDITE'
    )"""
SUSPENSION_REASONS = "('RESSOURCES', 'SITUATION', 'AUTRE', 'SANTE', 'SEJOUR', 'JUSTICE')"
INCOME_BANDS = "('AUCUNE', 'MOINS_DE_500', 'DE_500_A_1000', 'DE_1000_A_1500', 'AU_MOINS_1500')"
LINEAGE = """
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL"""

TABLES = f"""
ALTER TABLE people.person
    ADD COLUMN birth_country_code TEXT COLLATE "C",
    ADD COLUMN identity_certified BOOLEAN,
    ADD COLUMN nir_last_digits TEXT COLLATE "C",
    ADD COLUMN work_situation TEXT,
    ADD CONSTRAINT person_work_situation_check CHECK (work_situation IN {WORK_SITUATIONS});
ALTER TABLE people.contact ADD COLUMN street TEXT;
ALTER TABLE people.identity
    ADD COLUMN birth_country_code TEXT COLLATE "C",
    ADD COLUMN identity_certified BOOLEAN,
    ADD COLUMN nir_last_digits TEXT COLLATE "C",
    ADD COLUMN request_number TEXT COLLATE "C",
    ADD COLUMN street TEXT,
    ADD COLUMN work_situation TEXT,
    ADD COLUMN unemployment_insurance BOOLEAN,
    ADD COLUMN specific_solidarity BOOLEAN,
    ADD COLUMN income_month DATE,
    ADD COLUMN income_band TEXT,
    ADD COLUMN earned_income BOOLEAN,
    ADD COLUMN rsa_suspension_reason TEXT,
    ADD CONSTRAINT identity_work_situation_check CHECK (work_situation IN {WORK_SITUATIONS}),
    ADD CONSTRAINT identity_income_band_check CHECK (income_band IN {INCOME_BANDS}),
    ADD CONSTRAINT identity_rsa_suspension_reason_check CHECK (rsa_suspension_reason IN {SUSPENSION_REASONS});
ALTER TABLE people.rsa
    ADD COLUMN suspension_reason TEXT,
    ADD CONSTRAINT rsa_suspension_reason_check CHECK (suspension_reason IN {SUSPENSION_REASONS});
ALTER TABLE people.identifier ADD COLUMN request_number TEXT COLLATE "C";
CREATE TABLE people.allocations (
    person_id UUID NOT NULL,
    unemployment_insurance BOOLEAN,
    specific_solidarity BOOLEAN,{LINEAGE},
    CONSTRAINT allocations_pkey PRIMARY KEY (person_id),
    CONSTRAINT allocations_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT allocations_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE TABLE people.resources (
    person_id UUID NOT NULL,
    month DATE NOT NULL,
    band TEXT,
    earned BOOLEAN,{LINEAGE},
    CONSTRAINT resources_pkey PRIMARY KEY (person_id),
    CONSTRAINT resources_band_check CHECK (band IN {INCOME_BANDS}),
    CONSTRAINT resources_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT resources_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
)
"""


def _birthplaces(table: str) -> str:
    abroad = "birth_city_code LIKE '99%'"
    return (
        f"UPDATE people.{table} SET birth_country_code = CASE WHEN {abroad} THEN birth_city_code ELSE '99100' END,"
        f" birth_city_code = CASE WHEN {abroad} THEN NULL ELSE birth_city_code END WHERE birth_city_code IS NOT NULL"
    )


def _closed(table: str) -> tuple[str, ...]:
    check = "source <> '' AND source_id <> ''"
    condition = f"EXISTS (SELECT FROM access.link WHERE link.person_id = {table}.person_id)"
    return (
        f"ALTER TABLE people.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE people.{table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY ingest ON people.{table} TO people_ingest USING (true) WITH CHECK ({check})",
        f"CREATE POLICY query ON people.{table} FOR SELECT TO people_query USING ({condition})",
    )


def upgrade() -> None:
    """The columns and tables, the birthplaces known so far, then who sees which rows."""
    for statement in (
        *TABLES.split(";"),
        *map(_birthplaces, ("identity", "person")),
        *_closed("allocations"),
        *_closed("resources"),
    ):
        op.execute(statement)
