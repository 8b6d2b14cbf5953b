"""People: identity, contact, household, RSA, constraints, referents; keys of their sources.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE people.agent (
    id UUID NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    first_name TEXT,
    last_name TEXT,
    organisation_siret TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT agent_pkey PRIMARY KEY (id),
    CONSTRAINT agent_email_key UNIQUE (email),
    CONSTRAINT agent_source_source_id_key UNIQUE (source, source_id)
);
CREATE TABLE people.person (
    id UUID NOT NULL,
    civility TEXT,
    first_name TEXT,
    last_name TEXT,
    birth_name TEXT,
    birth_date DATE,
    last_name_key TEXT COLLATE "C",
    birth_name_key TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT person_pkey PRIMARY KEY (id),
    CONSTRAINT person_civility_check CHECK (civility IN ('MADAME', 'MONSIEUR')),
    CONSTRAINT person_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX person_birth_date_idx ON people.person (birth_date);
CREATE INDEX person_birth_name_key_idx ON people.person (birth_name_key);
CREATE INDEX person_last_name_key_idx ON people.person (last_name_key);
CREATE TABLE people.source_record (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    removed BOOLEAN NOT NULL,
    CONSTRAINT source_record_pkey PRIMARY KEY (source, source_id)
);
CREATE TABLE people.contact (
    person_id UUID NOT NULL,
    email TEXT,
    phones TEXT[] NOT NULL,
    origin TEXT NOT NULL,
    authorisation TEXT NOT NULL,
    postal_code TEXT,
    city TEXT,
    city_code TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    address_source TEXT COLLATE "C",
    address_source_id TEXT COLLATE "C",
    address_as_of TIMESTAMP(0) WITH TIME ZONE,
    CONSTRAINT contact_pkey PRIMARY KEY (person_id),
    CONSTRAINT contact_origin_check CHECK (origin IN ('PERSONNE', 'DOSSIER')),
    CONSTRAINT contact_authorisation_check CHECK (authorisation IN ('A', 'R', 'I')),
    CONSTRAINT contact_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT contact_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX contact_city_code_idx ON people.contact (city_code);
CREATE TABLE people.household (
    person_id UUID NOT NULL,
    family_situation TEXT,
    dependent_children INTEGER,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT household_pkey PRIMARY KEY (person_id),
    CONSTRAINT household_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT household_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE TABLE people.identity (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    person_id UUID NOT NULL,
    civility TEXT,
    first_name TEXT,
    last_name TEXT,
    birth_name TEXT,
    birth_date DATE,
    nir_hash BYTEA,
    organisme TEXT COLLATE "C",
    matricule TEXT COLLATE "C",
    role TEXT,
    france_travail_id TEXT COLLATE "C",
    department TEXT COLLATE "C",
    department_internal_id TEXT COLLATE "C",
    email TEXT,
    phones TEXT[] NOT NULL,
    contact_origin TEXT NOT NULL,
    contact_authorisation TEXT NOT NULL,
    postal_code TEXT,
    city TEXT,
    city_code TEXT COLLATE "C",
    rsa_status TEXT,
    rsa_requested_on DATE,
    rsa_rights_and_duties BOOLEAN,
    rsa_suspended_on DATE,
    rsa_department TEXT COLLATE "C",
    family_situation TEXT,
    dependent_children INTEGER,
    CONSTRAINT identity_pkey PRIMARY KEY (source, source_id),
    CONSTRAINT identity_civility_check CHECK (civility IN ('MADAME', 'MONSIEUR')),
    CONSTRAINT identity_role_check CHECK (role IN ('DEMANDEUR', 'CONJOINT')),
    CONSTRAINT identity_rsa_status_check CHECK (rsa_status IN (
        'DEMANDE_EN_ATTENTE',
        'REFUSE',
        'DROIT_OUVERT_VERSABLE',
        'DROIT_OUVERT_ET_SUSPENDU',
        'DROIT_OUVERT_VERSEMENT_SUSPENDU',
        'CLOS',
        'CLOS_ANTERIEUR'
    )),
    CONSTRAINT identity_contact_origin_check CHECK (contact_origin IN ('PERSONNE', 'DOSSIER')),
    CONSTRAINT identity_contact_authorisation_check CHECK (contact_authorisation IN ('A', 'R', 'I')),
    CONSTRAINT identity_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX identity_department_department_internal_id_idx ON people.identity (department, department_internal_id);
CREATE INDEX identity_email_idx ON people.identity (email);
CREATE INDEX identity_france_travail_id_idx ON people.identity (france_travail_id);
CREATE INDEX identity_matricule_idx ON people.identity (matricule);
CREATE INDEX identity_nir_hash_idx ON people.identity (nir_hash);
CREATE INDEX identity_person_id_idx ON people.identity (person_id);
CREATE INDEX identity_phones_idx ON people.identity USING gin (phones);
CREATE TABLE people.person_constraint (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    theme TEXT NOT NULL,
    state TEXT,
    impact TEXT,
    recorded_on DATE,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    recorded_by TEXT COLLATE "C",
    CONSTRAINT person_constraint_pkey PRIMARY KEY (id),
    CONSTRAINT person_constraint_theme_check CHECK (theme IN (
        'MOBILITE',
        'FAMILLE',
        'SANTE',
        'LANGUE_CALCUL',
        'LOGEMENT',
        'FINANCES',
        'ADMIN_JURIDIQUE',
        'NUMERIQUE',
        'INSERTION_COMMUNICATION',
        'JUSTICE',
        'SEJOUR'
    )),
    CONSTRAINT person_constraint_state_check CHECK (state IN ('NON_ABORDEE', 'OUI', 'CLOTUREE')),
    CONSTRAINT person_constraint_impact_check CHECK (impact IN ('FAIBLE', 'MOYEN', 'FORT')),
    CONSTRAINT person_constraint_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT person_constraint_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
);
CREATE INDEX person_constraint_person_id_idx ON people.person_constraint (person_id);
CREATE TABLE people.referent (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    since DATE,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT referent_pkey PRIMARY KEY (id),
    CONSTRAINT referent_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT referent_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE,
    CONSTRAINT referent_agent_id_fkey FOREIGN KEY(agent_id) REFERENCES people.agent (id) ON DELETE CASCADE
);
CREATE INDEX referent_person_id_idx ON people.referent (person_id);
CREATE TABLE people.rsa (
    person_id UUID NOT NULL,
    status TEXT,
    requested_on DATE,
    rights_and_duties BOOLEAN,
    suspended_on DATE,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT rsa_pkey PRIMARY KEY (person_id),
    CONSTRAINT rsa_status_check CHECK (status IN (
        'DEMANDE_EN_ATTENTE',
        'REFUSE',
        'DROIT_OUVERT_VERSABLE',
        'DROIT_OUVERT_ET_SUSPENDU',
        'DROIT_OUVERT_VERSEMENT_SUSPENDU',
        'CLOS',
        'CLOS_ANTERIEUR'
    )),
    CONSTRAINT rsa_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT rsa_person_id_fkey FOREIGN KEY(person_id) REFERENCES people.person (id) ON DELETE CASCADE
)
"""

ROW_SECURITY = """
ALTER TABLE people.agent ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.agent FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.agent TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.agent FOR SELECT TO people_query USING (true);
ALTER TABLE people.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.person FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.person TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.person FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = person.id
    ));
ALTER TABLE people.source_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.source_record FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.source_record TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
REVOKE ALL ON people.source_record FROM people_query;
ALTER TABLE people.contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.contact FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.contact TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.contact FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = contact.person_id
    ));
ALTER TABLE people.household ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.household FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.household TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.household FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = household.person_id
    ));
ALTER TABLE people.identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.identity FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.identity TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
REVOKE ALL ON people.identity FROM people_query;
ALTER TABLE people.person_constraint ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.person_constraint FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.person_constraint TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.person_constraint FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = person_constraint.person_id
    ));
ALTER TABLE people.referent ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.referent FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.referent TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.referent FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = referent.person_id
    ));
ALTER TABLE people.rsa ENABLE ROW LEVEL SECURITY;
ALTER TABLE people.rsa FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON people.rsa TO people_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON people.rsa FOR SELECT TO people_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = rsa.person_id))
"""


def upgrade() -> None:
    """The tables, then who sees which rows of them."""
    for statement in (*TABLES.split(";"), *ROW_SECURITY.split(";")):
        op.execute(statement)
