"""Actors place people in trainings: how far that has come, the queue of what is sent, and who may do what."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PUBLIC = ("training", "training_action", "training_provider", "training_session")
TABLES = (
    """
ALTER TABLE trainings.placement
    ADD COLUMN transmission_state TEXT COLLATE "C",
    ADD COLUMN transmission_since TIMESTAMP(0) WITH TIME ZONE,
    ADD COLUMN transmission_reason TEXT COLLATE "C",
    ADD COLUMN transmission_code TEXT COLLATE "C",
    ADD CONSTRAINT placement_transmission_state_check
        CHECK (transmission_state IN ('PENDING', 'ACCEPTED', 'REJECTED')),
    ADD CONSTRAINT placement_transmission_reason_check
        CHECK (transmission_reason IN ('NOT_PERMITTED', 'INCOMPLETE', 'EXPIRED', 'REFUSED')),
    ALTER COLUMN status DROP NOT NULL
""",
    """
CREATE TABLE trainings.write_request (
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
CREATE TABLE trainings.outgoing (
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
    "CREATE INDEX outgoing_system_due_at_idx ON trainings.outgoing (system, due_at)",
)
OWN = "actor = (SELECT current_setting('spie.actor', true))"
VISIBLE = """
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = placement.person_id
        AND (link.relation <> 8
            OR placement.organisation_siret = (SELECT current_setting('spie.organisation', true))))
"""
WAITING = "source = 'hub' AND transmission_state = 'PENDING'"
RIGHTS = (
    *(f"ALTER TABLE trainings.{table} ENABLE ROW LEVEL SECURITY" for table in ("write_request", "outgoing")),
    *(f"ALTER TABLE trainings.{table} FORCE ROW LEVEL SECURITY" for table in ("write_request", "outgoing")),
    *(
        f"CREATE POLICY ingest ON trainings.{table} TO trainings_ingest USING (true) WITH CHECK (true)"
        for table in ("write_request", "outgoing")
    ),
    "REVOKE ALL ON trainings.write_request, trainings.outgoing FROM trainings_query",
    f"CREATE POLICY own ON trainings.write_request TO trainings_write USING ({OWN}) WITH CHECK ({OWN})",
    "CREATE POLICY expiry ON trainings.write_request TO trainings_owner USING (true)",
    "GRANT SELECT, INSERT ON trainings.write_request TO trainings_write",
    "CREATE POLICY queue ON trainings.outgoing FOR INSERT TO trainings_write WITH CHECK (true)",
    "GRANT INSERT (item_id, system, author, queued_at, due_at) ON trainings.outgoing TO trainings_write",
    "CREATE POLICY sending ON trainings.outgoing TO outgoing_sender USING (true)",
    "GRANT SELECT, UPDATE (due_at, attempts), DELETE ON trainings.outgoing TO outgoing_sender",
    "CREATE POLICY lateness ON trainings.outgoing FOR SELECT TO runs_reader USING (true)",
    "GRANT SELECT (system, queued_at) ON trainings.outgoing TO runs_reader",
    *(f"CREATE POLICY sending ON trainings.{table} FOR SELECT TO outgoing_sender USING (true)" for table in PUBLIC),
    "GRANT SELECT ON trainings.training, trainings.training_provider, trainings.training_session TO outgoing_sender",
    """
GRANT INSERT (id, person_id, session_id, proposed_on, source, source_id, as_of, recorded_by, transmission_state,
    transmission_since)
ON trainings.placement TO trainings_write
""",
    f"""
CREATE POLICY creation ON trainings.placement FOR INSERT TO trainings_write
    WITH CHECK ({VISIBLE} AND source = 'hub' AND recorded_by = (SELECT current_setting('spie.organisation', true)))
""",
    f"""
CREATE POLICY change ON trainings.placement FOR UPDATE TO trainings_write
    USING ({VISIBLE}) WITH CHECK ({VISIBLE} AND source = 'hub')
""",
    "CREATE POLICY sent ON trainings.placement FOR SELECT TO outgoing_sender USING (true)",
    f"""
CREATE POLICY settling ON trainings.placement FOR UPDATE TO outgoing_sender
    USING (transmission_state IS NULL OR {WAITING}) WITH CHECK (transmission_state IN ('ACCEPTED', 'REJECTED'))
""",
    f"CREATE POLICY doubled ON trainings.placement FOR DELETE TO outgoing_sender USING ({WAITING})",
    """
GRANT SELECT (id, person_id, source, source_id, recorded_by, transmission_state), DELETE
ON trainings.placement TO outgoing_sender
""",
    """
GRANT UPDATE (id, source, source_id, recorded_by, transmission_state, transmission_since, transmission_reason,
    transmission_code)
ON trainings.placement TO outgoing_sender
""",
)
TRIGGERS = (
    """
CREATE FUNCTION trainings.tell_outgoing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_notify('spie_outgoing', '');
    RETURN NULL;
END
$$
""",
    """
CREATE TRIGGER tell_outgoing AFTER INSERT ON trainings.outgoing
FOR EACH STATEMENT EXECUTE FUNCTION trainings.tell_outgoing()
""",
    """
CREATE FUNCTION trainings.leave_outgoing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    DELETE FROM trainings.outgoing WHERE item_id = OLD.id;
    RETURN NULL;
END
$$
""",
    """
CREATE TRIGGER leave_outgoing AFTER DELETE ON trainings.placement
FOR EACH ROW WHEN (OLD.transmission_state = 'PENDING') EXECUTE FUNCTION trainings.leave_outgoing()
""",
    """
CREATE FUNCTION trainings.keep_recorder() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.recorded_by := OLD.recorded_by;
    RETURN NEW;
END
$$
""",
    """
CREATE TRIGGER keep_recorder BEFORE UPDATE OF recorded_by ON trainings.placement
FOR EACH ROW WHEN (OLD.transmission_state = 'ACCEPTED') EXECUTE FUNCTION trainings.keep_recorder()
""",
    """
CREATE FUNCTION trainings.mark_project() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.with_project := EXISTS (SELECT FROM trainings.training_project WHERE person_id = NEW.person_id);
    RETURN NEW;
END
$$
""",
    """
CREATE TRIGGER mark_project BEFORE INSERT ON trainings.placement
FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION trainings.mark_project()
""",
)
"""Whoever sends wakes once what is queued is committed; an erased item leaves the queue; an accepted one keeps who
recorded it; and one that a mutation makes has the duration of those of a person with a project."""


def upgrade() -> None:
    """Columns, tables, and who writes, reads and settles which rows."""
    for statement in (*TABLES, *RIGHTS, *TRIGGERS):
        op.execute(statement)
