"""Actors propose immersions: how far that has come, and who writes, sends and settles them (decision 0122)."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
expands = True

COLUMNS = """
ALTER TABLE offers.immersion_agreement
    ADD COLUMN offer_id TEXT COLLATE "C",
    ADD COLUMN transmission_state TEXT COLLATE "C",
    ADD COLUMN transmission_since TIMESTAMP(0) WITH TIME ZONE,
    ADD COLUMN transmission_reason TEXT COLLATE "C",
    ADD COLUMN transmission_code TEXT COLLATE "C",
    ADD CONSTRAINT immersion_agreement_transmission_state_check
        CHECK (transmission_state IN ('PENDING', 'ACCEPTED', 'REJECTED')),
    ADD CONSTRAINT immersion_agreement_transmission_reason_check
        CHECK (transmission_reason IN ('NOT_PERMITTED', 'INCOMPLETE', 'EXPIRED', 'REFUSED')),
    ALTER COLUMN status DROP NOT NULL,
    ALTER COLUMN agency_kind DROP NOT NULL
"""
VISIBLE = """
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = immersion_agreement.person_id
        AND (link.relation <> 8
            OR immersion_agreement.organisation_siret = (SELECT current_setting('spie.organisation', true))))
"""
WAITING = "source = 'hub' AND transmission_state = 'PENDING'"
RIGHTS = (
    """
GRANT INSERT (id, person_id, offer_id, siret, company_name, rome_code, sensitivity, objective, starts_on, ends_on,
    source, source_id, as_of, recorded_by, transmission_state, transmission_since)
ON offers.immersion_agreement TO offers_write
""",
    f"""
CREATE POLICY creation ON offers.immersion_agreement FOR INSERT TO offers_write
    WITH CHECK ({VISIBLE} AND source = 'hub' AND recorded_by = (SELECT current_setting('spie.organisation', true)))
""",
    f"""
CREATE POLICY change ON offers.immersion_agreement FOR UPDATE TO offers_write
    USING ({VISIBLE}) WITH CHECK ({VISIBLE} AND source = 'hub')
""",
    "CREATE POLICY sent ON offers.immersion_agreement FOR SELECT TO outgoing_sender USING (true)",
    f"""
CREATE POLICY settling ON offers.immersion_agreement FOR UPDATE TO outgoing_sender
    USING (transmission_state IS NULL OR {WAITING}) WITH CHECK (transmission_state IN ('ACCEPTED', 'REJECTED'))
""",
    f"CREATE POLICY doubled ON offers.immersion_agreement FOR DELETE TO outgoing_sender USING ({WAITING})",
    """
GRANT SELECT (id, person_id, source, source_id, recorded_by, transmission_state), DELETE
ON offers.immersion_agreement TO outgoing_sender
""",
    """
GRANT UPDATE (id, source, source_id, recorded_by, transmission_state, transmission_since, transmission_reason,
    transmission_code)
ON offers.immersion_agreement TO outgoing_sender
""",
)
TRIGGERS = (
    """
CREATE TRIGGER leave_outgoing AFTER DELETE ON offers.immersion_agreement
FOR EACH ROW WHEN (OLD.transmission_state = 'PENDING') EXECUTE FUNCTION offers.leave_outgoing()
""",
    """
CREATE TRIGGER keep_recorder BEFORE UPDATE OF recorded_by ON offers.immersion_agreement
FOR EACH ROW WHEN (OLD.transmission_state = 'ACCEPTED') EXECUTE FUNCTION offers.keep_recorder()
""",
    """
CREATE TRIGGER serve_survivor BEFORE INSERT ON offers.immersion_agreement
FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION access.serve_survivor()
""",
)


def upgrade() -> None:
    """Columns, and what tables of items that mutations write have besides (0017, 0018, 0020)."""
    for statement in (COLUMNS, *RIGHTS, *TRIGGERS):
        op.execute(statement)
