"""Actors refer and apply: how far that has come, the queue of what is sent, and who may do what (decision 0122)."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ITEMS = {"referral": "status", "job_application": "state"}
"""The tables that mutations write, and the column that is unknown until their system of record tells it."""
PUBLIC = ("commune", "company", "immersion_offer", "job_posting", "referral_terms", "service", "structure")
TRANSMISSION = """
ALTER TABLE offers.{table}
    ADD COLUMN transmission_state TEXT COLLATE "C",
    ADD COLUMN transmission_since TIMESTAMP(0) WITH TIME ZONE,
    ADD COLUMN transmission_reason TEXT COLLATE "C",
    ADD COLUMN transmission_code TEXT COLLATE "C",
    ADD CONSTRAINT {table}_transmission_state_check CHECK (transmission_state IN ('PENDING', 'ACCEPTED', 'REJECTED')),
    ADD CONSTRAINT {table}_transmission_reason_check
        CHECK (transmission_reason IN ('NOT_PERMITTED', 'INCOMPLETE', 'EXPIRED', 'REFUSED')),
    ALTER COLUMN {told} DROP NOT NULL
"""
VISIBLE = """
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = {table}.person_id
        AND (link.relation <> 8
            OR {table}.organisation_siret = (SELECT current_setting('spie.organisation', true))))
"""
COLUMNS = {
    "referral": "service_id, sent_on",
    "job_application": "company_id, sender, created_at, updated_at",
}
"""What a mutation writes of an item, besides what all have."""
TABLES = (
    """
CREATE TABLE offers.write_request (
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
    """
CREATE TABLE offers.outgoing (
    item_id UUID NOT NULL,
    system TEXT COLLATE "C" NOT NULL,
    key UUID DEFAULT gen_random_uuid() NOT NULL,
    author BYTEA NOT NULL,
    queued_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP(0) WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT outgoing_pkey PRIMARY KEY (item_id)
)
""",
    "CREATE INDEX outgoing_system_due_at_idx ON offers.outgoing (system, due_at)",
)
OWN = "actor = (SELECT current_setting('spie.actor', true))"
RIGHTS = (
    *(f"ALTER TABLE offers.{table} ENABLE ROW LEVEL SECURITY" for table in ("write_request", "outgoing")),
    *(f"ALTER TABLE offers.{table} FORCE ROW LEVEL SECURITY" for table in ("write_request", "outgoing")),
    *(
        f"CREATE POLICY ingest ON offers.{table} TO offers_ingest USING (true) WITH CHECK (true)"
        for table in ("write_request", "outgoing")
    ),
    "REVOKE ALL ON offers.write_request, offers.outgoing FROM offers_query",
    f"CREATE POLICY own ON offers.write_request TO offers_write USING ({OWN}) WITH CHECK ({OWN})",
    "CREATE POLICY expiry ON offers.write_request TO offers_owner USING (true)",
    "GRANT SELECT, INSERT ON offers.write_request TO offers_write",
    "CREATE POLICY queue ON offers.outgoing FOR INSERT TO offers_write WITH CHECK (true)",
    "GRANT INSERT (item_id, system, author, queued_at, due_at) ON offers.outgoing TO offers_write",
    "CREATE POLICY sending ON offers.outgoing TO outgoing_sender USING (true)",
    "GRANT SELECT, UPDATE (due_at, attempts), DELETE ON offers.outgoing TO outgoing_sender",
    "CREATE POLICY lateness ON offers.outgoing FOR SELECT TO runs_reader USING (true)",
    "GRANT SELECT (system, queued_at) ON offers.outgoing TO runs_reader",
    *(f"CREATE POLICY sending ON offers.{table} FOR SELECT TO outgoing_sender USING (true)" for table in PUBLIC),
    "GRANT SELECT ON offers.company, offers.service, offers.structure TO outgoing_sender",
)
WAITING = "source = 'hub' AND transmission_state = 'PENDING'"
OPEN = f"transmission_state IS NULL OR {WAITING}"
ITEM_RIGHTS = (
    """
GRANT INSERT (id, person_id, {columns}, source, source_id, as_of, recorded_by, transmission_state, transmission_since)
ON offers.{table} TO offers_write
""",
    """
CREATE POLICY creation ON offers.{table} FOR INSERT TO offers_write
    WITH CHECK ({visible} AND source = 'hub' AND recorded_by = (SELECT current_setting('spie.organisation', true)))
""",
    """
CREATE POLICY change ON offers.{table} FOR UPDATE TO offers_write
    USING ({visible}) WITH CHECK ({visible} AND source = 'hub')
""",
    "CREATE POLICY sent ON offers.{table} FOR SELECT TO outgoing_sender USING (true)",
    """
CREATE POLICY settling ON offers.{table} FOR UPDATE TO outgoing_sender
    USING ({open}) WITH CHECK (transmission_state IN ('ACCEPTED', 'REJECTED'))
""",
    "CREATE POLICY doubled ON offers.{table} FOR DELETE TO outgoing_sender USING ({waiting})",
    "GRANT SELECT (id, person_id, source, source_id, transmission_state), DELETE ON offers.{table} TO outgoing_sender",
    """
GRANT UPDATE (id, source, source_id, transmission_state, transmission_since, transmission_reason, transmission_code)
ON offers.{table} TO outgoing_sender
""",
)
TELL = (
    """
CREATE FUNCTION offers.tell_outgoing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_notify('spie_outgoing', '');
    RETURN NULL;
END
$$
""",
    """
CREATE TRIGGER tell_outgoing AFTER INSERT ON offers.outgoing
FOR EACH STATEMENT EXECUTE FUNCTION offers.tell_outgoing()
""",
)
"""Wakes whoever sends, once what is queued is committed."""


def upgrade() -> None:
    """Columns, tables, and who writes, reads and settles which rows."""
    for statement in (*TABLES, *RIGHTS, *TELL):
        op.execute(statement)
    for table, told in ITEMS.items():
        names = {"table": table, "told": told, "columns": COLUMNS[table], "waiting": WAITING, "open": OPEN}
        for statement in (TRANSMISSION, *ITEM_RIGHTS):
            op.execute(statement.format(**names, visible=VISIBLE.format(table=table)))
