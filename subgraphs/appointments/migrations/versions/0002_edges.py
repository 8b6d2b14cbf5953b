"""Who receives, what naming an organisation reveals, its structure in the offer, and whose an invitation is.

Row security as the declarations gave it on that day; a test holds the database and the declarations together.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE appointments.organisation
    ADD COLUMN structure_id TEXT COLLATE "C",
    ADD COLUMN sensitivity TEXT COLLATE "C",
    ADD CONSTRAINT organisation_sensitivity_check CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ'));
CREATE INDEX appointment_organisation_id_starts_at_idx ON appointments.appointment (organisation_id, starts_at);
CREATE TABLE appointments.appointment_agent (
    appointment_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT appointment_agent_pkey PRIMARY KEY (appointment_id, agent_id),
    CONSTRAINT appointment_agent_appointment_id_fkey FOREIGN KEY(appointment_id)
        REFERENCES appointments.appointment (id) ON DELETE CASCADE
);
UPDATE appointments.invitation SET delivery_status = NULL
    WHERE delivery_status NOT IN ('delivered', 'soft_bounce', 'hard_bounce', 'blocked', 'invalid_email', 'error');
ALTER TABLE appointments.invitation
    ADD COLUMN organisation_siret TEXT COLLATE "C",
    ADD CONSTRAINT invitation_delivery_status_check CHECK (delivery_status IN (
        'delivered',
        'soft_bounce',
        'hard_bounce',
        'blocked',
        'invalid_email',
        'error'
    ))
"""

ROW_SECURITY = """
ALTER TABLE appointments.appointment_agent ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments.appointment_agent FORCE ROW LEVEL SECURITY;
CREATE POLICY ingest ON appointments.appointment_agent TO appointments_ingest
    USING (true) WITH CHECK (true);
CREATE POLICY query ON appointments.appointment_agent FOR SELECT TO appointments_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = appointment_agent.person_id
    ));
DROP POLICY query ON appointments.invitation;
CREATE POLICY query ON appointments.invitation FOR SELECT TO appointments_query USING (
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = invitation.person_id
        AND (link.relation <> 8
            OR invitation.organisation_siret = (SELECT current_setting('spie.organisation', true)))))
"""


def upgrade() -> None:
    """The tables, then who sees which rows of them."""
    for statement in (*TABLES.split(";"), *ROW_SECURITY.split(";")):
        op.execute(statement)
