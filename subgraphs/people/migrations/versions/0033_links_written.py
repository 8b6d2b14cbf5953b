"""Actors write orientations and members of follow-up groups, by which links open and end (docs/decisions/0116)."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ORGANISATION = "(SELECT current_setting('spie.organisation', true))"
LINKED = "EXISTS (SELECT FROM access.link WHERE link.person_id = referent.person_id)"
VISIBLE = f"""
    EXISTS (
        SELECT FROM access.link WHERE link.person_id = orientation.person_id
        AND (link.relation <> 8 OR orientation.organisation_siret = {ORGANISATION}))
"""
REVEALED = (
    "CASE (SELECT people.structure.sensitivity FROM people.structure WHERE people.structure.id = r.structure_id)"
    " WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"
)
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}
HERE = "FOR EACH ROW WHEN ({}.source = 'hub'{}) EXECUTE FUNCTION access.follow_item({})"
STATEMENTS = (
    'ALTER TABLE people.agent ADD COLUMN organisation_siret text COLLATE "C"',
    'ALTER TABLE people.structure ADD COLUMN siret text COLLATE "C"',
    'ALTER TABLE people.orientation ADD COLUMN recorded_by text COLLATE "C"',
    "ALTER TABLE people.referent ADD COLUMN is_referent boolean NOT NULL DEFAULT true",
    "ALTER TABLE people.referent ADD COLUMN ended_on date",
    "ALTER TABLE people.referent ADD COLUMN version integer NOT NULL DEFAULT 1",
    """
CREATE TRIGGER count_version BEFORE UPDATE ON people.referent
FOR EACH ROW EXECUTE FUNCTION people.count_version()
""",
    "CREATE TRIGGER open_referent AFTER INSERT ON people.referent "
    + HERE.format("NEW", " AND NEW.is_referent", "2, 'agent_id', 'since', 'ended_on'"),
    "CREATE TRIGGER open_member AFTER INSERT ON people.referent "
    + HERE.format("NEW", " AND NOT NEW.is_referent", "4, 'agent_id', 'since', 'ended_on'"),
    "CREATE TRIGGER end_member AFTER UPDATE OF ended_on ON people.referent "
    + HERE.format("NEW", "", "'ended_on', '1'"),
    "CREATE TRIGGER close_member AFTER DELETE ON people.referent " + HERE.format("OLD", "", ""),
    "CREATE TRIGGER open_orientation AFTER INSERT ON people.orientation "
    + HERE.format("NEW", "", "16, 'organisation_siret', 'starts_on', 'ends_on'"),
    "CREATE TRIGGER end_orientation AFTER UPDATE OF ends_on ON people.orientation "
    + HERE.format("NEW", "", "'ends_on', '0'"),
    "CREATE TRIGGER close_orientation AFTER DELETE ON people.orientation " + HERE.format("OLD", "", ""),
    """
CREATE FUNCTION people.end_earlier_orientations() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.person_id::text, 0));
    UPDATE people.orientation SET ends_on = NEW.starts_on - 1
    WHERE person_id = NEW.person_id AND source = 'hub' AND id <> NEW.id
        AND (ends_on IS NULL OR ends_on >= NEW.starts_on);
    RETURN NULL;
END
$$
""",
    """
CREATE TRIGGER end_earlier AFTER INSERT ON people.orientation
FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION people.end_earlier_orientations()
""",
    """
GRANT INSERT (id, person_id, agent_id, since, organisation_siret, is_referent, source, source_id, as_of)
ON people.referent TO people_write
""",
    "GRANT UPDATE (ended_on, as_of) ON people.referent TO people_write",
    """
GRANT INSERT (id, person_id, pathway, starts_on, structure_id, organisation_siret, recorded_by, source, source_id,
    as_of)
ON people.orientation TO people_write
""",
    "GRANT UPDATE (ends_on) ON people.orientation TO people_write",
    f"""
CREATE POLICY creation ON people.referent FOR INSERT TO people_write
    WITH CHECK ({LINKED} AND source = 'hub' AND organisation_siret = {ORGANISATION})
""",
    f"""
CREATE POLICY change ON people.referent FOR UPDATE TO people_write
    USING ({LINKED}) WITH CHECK ({LINKED} AND source = 'hub')
""",
    f"""
CREATE POLICY creation ON people.orientation FOR INSERT TO people_write
    WITH CHECK ({VISIBLE} AND source = 'hub' AND recorded_by = {ORGANISATION})
""",
    f"""
CREATE POLICY change ON people.orientation FOR UPDATE TO people_write
    USING ({VISIBLE}) WITH CHECK ({VISIBLE} AND source = 'hub')
""",
)


def upgrade() -> None:
    """Columns, links that follow items, who writes which rows, and triggers that note the recorder of orientations."""
    for statement in STATEMENTS:
        op.execute(statement)
    texts = ("r.person_id", "r.organisation_siret", "r.recorded_by", REVEALED)
    arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    for event, transition in EVENTS.items():
        op.execute(f"DROP TRIGGER note_{event.lower()} ON people.orientation")
        op.execute(
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON people.orientation {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
        )
