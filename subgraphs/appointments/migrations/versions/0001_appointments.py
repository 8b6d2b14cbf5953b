"""Appointments, invitations and the organisations that give them.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE appointments.invitation (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    format TEXT,
    sent_at TIMESTAMP(0) WITH TIME ZONE,
    expires_at TIMESTAMP(0) WITH TIME ZONE,
    delivery_status TEXT,
    clicked BOOLEAN,
    motive_category TEXT,
    motive_type TEXT,
    subject_source_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    recorded_by TEXT COLLATE "C",
    CONSTRAINT invitation_pkey PRIMARY KEY (id),
    CONSTRAINT invitation_format_check CHECK (format IN ('SMS', 'EMAIL', 'POSTAL')),
    CONSTRAINT invitation_motive_type_check CHECK (motive_type IN (
        'rsa_orientation',
        'rsa_accompagnement',
        'siae',
        'autre'
    )),
    CONSTRAINT invitation_source_source_id_key UNIQUE (source, source_id)
);
CREATE INDEX invitation_person_id_idx ON appointments.invitation (person_id);
CREATE TABLE appointments.organisation (
    id UUID NOT NULL,
    name TEXT,
    siret TEXT COLLATE "C",
    type TEXT,
    department TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT organisation_pkey PRIMARY KEY (id),
    CONSTRAINT organisation_type_check CHECK (type IN (
        'conseil_departemental',
        'delegataire_rsa',
        'france_travail',
        'siae',
        'autre'
    )),
    CONSTRAINT organisation_source_source_id_key UNIQUE (source, source_id)
);
CREATE TABLE appointments.source_record (
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    removed BOOLEAN NOT NULL,
    CONSTRAINT source_record_pkey PRIMARY KEY (source, source_id)
);
CREATE TABLE appointments.appointment (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    starts_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    duration_minutes INTEGER,
    mode TEXT,
    collective BOOLEAN,
    place_name TEXT,
    place_address TEXT,
    status TEXT NOT NULL,
    initiator TEXT,
    motive_category TEXT,
    motive_type TEXT,
    organisation_id UUID,
    organisation_siret TEXT COLLATE "C",
    rdv_source_id TEXT COLLATE "C" NOT NULL,
    subject_source_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    recorded_by TEXT COLLATE "C",
    CONSTRAINT appointment_pkey PRIMARY KEY (id),
    CONSTRAINT appointment_mode_check CHECK (mode IN ('PHYSIQUE', 'TELEPHONE', 'VISIO', 'DOMICILE')),
    CONSTRAINT appointment_status_check CHECK (status IN ('INCONNU', 'VU', 'EXCUSE', 'ANNULE', 'ABSENT')),
    CONSTRAINT appointment_initiator_check CHECK (initiator IN ('agent', 'user', 'file_attente', 'prescripteur')),
    CONSTRAINT appointment_motive_type_check CHECK (motive_type IN (
        'rsa_orientation',
        'rsa_accompagnement',
        'siae',
        'autre'
    )),
    CONSTRAINT appointment_source_source_id_key UNIQUE (source, source_id),
    CONSTRAINT appointment_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES appointments.organisation (id)
);
CREATE INDEX appointment_person_id_starts_at_idx ON appointments.appointment (person_id, starts_at);
CREATE INDEX appointment_source_rdv_source_id_idx ON appointments.appointment (source, rdv_source_id)
"""

ROW_SECURITY = """
ALTER TABLE appointments.invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments.invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON appointments.invitation TO appointments_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON appointments.invitation FOR SELECT TO appointments_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = invitation.person_id
    ));
ALTER TABLE appointments.organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments.organisation FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON appointments.organisation TO appointments_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON appointments.organisation FOR SELECT TO appointments_query USING (true);
ALTER TABLE appointments.source_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments.source_record FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON appointments.source_record TO appointments_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
REVOKE ALL ON appointments.source_record FROM appointments_query;
ALTER TABLE appointments.appointment ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments.appointment FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON appointments.appointment TO appointments_ingest
    USING (true) WITH CHECK (source <> '' AND source_id <> '');
CREATE POLICY query ON appointments.appointment FOR SELECT TO appointments_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = appointment.person_id
        AND (link.relation <> 8
            OR appointment.organisation_siret = (SELECT current_setting('spie.organisation', true)))))
"""


def upgrade() -> None:
    """The tables, then who sees which rows of them."""
    for statement in (*TABLES.split(";"), *ROW_SECURITY.split(";")):
        op.execute(statement)
