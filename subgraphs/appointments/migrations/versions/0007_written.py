"""Actors write appointments: their version, what was asked to be written, and what the writing role may do."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VISIBLE = """
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = appointment.person_id
        AND (link.relation <> 8
            OR appointment.organisation_siret = (SELECT current_setting('spie.organisation', true))))
"""
STATEMENTS = (
    "ALTER TABLE appointments.appointment ADD COLUMN version integer NOT NULL DEFAULT 1",
    """
CREATE FUNCTION appointments.count_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$
""",
    """
CREATE TRIGGER count_version BEFORE UPDATE ON appointments.appointment
FOR EACH ROW EXECUTE FUNCTION appointments.count_version()
""",
    """
CREATE TABLE appointments.write_request (
    actor TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    mutation TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    item_id UUID NOT NULL,
    made_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    CONSTRAINT write_request_pkey PRIMARY KEY (actor, key)
)
""",
    "ALTER TABLE appointments.write_request ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE appointments.write_request FORCE ROW LEVEL SECURITY",
    "CREATE POLICY ingest ON appointments.write_request TO appointments_ingest USING (true) WITH CHECK (true)",
    """
CREATE POLICY own ON appointments.write_request TO appointments_write
    USING (actor = (SELECT current_setting('spie.actor', true)))
    WITH CHECK (actor = (SELECT current_setting('spie.actor', true)))
""",
    "REVOKE ALL ON appointments.write_request FROM appointments_query",
    "GRANT SELECT, INSERT ON appointments.write_request TO appointments_write",
    """
GRANT INSERT (id, person_id, starts_at, duration_minutes, mode, status, initiator, motive_category, organisation_siret,
    rdv_source_id, subject_source_id, source, source_id, as_of, recorded_by)
ON appointments.appointment TO appointments_write
""",
    "GRANT UPDATE (status, as_of) ON appointments.appointment TO appointments_write",
    f"""
CREATE POLICY creation ON appointments.appointment FOR INSERT TO appointments_write
    WITH CHECK ({VISIBLE} AND source = 'hub' AND recorded_by = (SELECT current_setting('spie.organisation', true)))
""",
    f"""
CREATE POLICY change ON appointments.appointment FOR UPDATE TO appointments_write
    USING ({VISIBLE}) WITH CHECK ({VISIBLE} AND source = 'hub')
""",
)


def upgrade() -> None:
    """Column, trigger, table, and who writes which rows."""
    for statement in STATEMENTS:
        op.execute(statement)
