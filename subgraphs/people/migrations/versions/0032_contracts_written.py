"""Actors write contracts: signatures and version, what was asked to be written, what the writing role may do."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ORGANISATION = "(SELECT current_setting('spie.organisation', true))"
VISIBLE = f"""
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = contract.person_id
        AND (link.relation <> 8 OR contract.organisation_siret = {ORGANISATION}))
"""
STATEMENTS = (
    "ALTER TABLE people.contract ADD COLUMN organisation_signed_on date",
    "ALTER TABLE people.contract ADD COLUMN person_signed_on date",
    "ALTER TABLE people.contract ADD COLUMN renews uuid",
    "ALTER TABLE people.contract ADD COLUMN version integer NOT NULL DEFAULT 1",
    """
CREATE FUNCTION people.count_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$
""",
    """
CREATE TRIGGER count_version BEFORE UPDATE ON people.contract
FOR EACH ROW EXECUTE FUNCTION people.count_version()
""",
    """
CREATE FUNCTION people.sign_contract() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.signed_on := CASE WHEN NEW.organisation_signed_on IS NOT NULL AND NEW.person_signed_on IS NOT NULL
        THEN greatest(NEW.organisation_signed_on, NEW.person_signed_on) END;
    RETURN NEW;
END
$$
""",
    """
CREATE TRIGGER sign BEFORE INSERT OR UPDATE ON people.contract
FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION people.sign_contract()
""",
    """
CREATE TABLE people.write_request (
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
    "ALTER TABLE people.write_request ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE people.write_request FORCE ROW LEVEL SECURITY",
    "CREATE POLICY ingest ON people.write_request TO people_ingest USING (true) WITH CHECK (true)",
    """
CREATE POLICY own ON people.write_request TO people_write
    USING (actor = (SELECT current_setting('spie.actor', true)))
    WITH CHECK (actor = (SELECT current_setting('spie.actor', true)))
""",
    "CREATE POLICY expiry ON people.write_request TO people_owner USING (true)",
    "REVOKE ALL ON people.write_request FROM people_query",
    "GRANT SELECT, INSERT ON people.write_request TO people_write",
    """
GRANT INSERT (id, person_id, kind, starts_on, ends_on, organisation_siret, renews, source, source_id, as_of)
ON people.contract TO people_write
""",
    "GRANT UPDATE (organisation_signed_on, person_signed_on, as_of) ON people.contract TO people_write",
    f"""
CREATE POLICY creation ON people.contract FOR INSERT TO people_write
    WITH CHECK ({VISIBLE} AND source = 'hub' AND organisation_siret = {ORGANISATION})
""",
    f"""
CREATE POLICY change ON people.contract FOR UPDATE TO people_write
    USING ({VISIBLE}) WITH CHECK ({VISIBLE} AND source = 'hub')
""",
)


def upgrade() -> None:
    """Columns, triggers, table, and who writes which rows."""
    for statement in STATEMENTS:
        op.execute(statement)
