"""Actors write difficulties: their version, and what the writing role may do; who recorded an orientation opens it to
nobody, and its changes name no recorder any more."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LINKED = "EXISTS (SELECT FROM access.link WHERE link.person_id = person_constraint.person_id)"
ORGANISATION = "(SELECT current_setting('spie.organisation', true))"
STATEMENTS = (
    "ALTER TABLE people.person_constraint ADD COLUMN version integer NOT NULL DEFAULT 1",
    """
CREATE TRIGGER count_version BEFORE UPDATE ON people.person_constraint
FOR EACH ROW EXECUTE FUNCTION people.count_version()
""",
    """
GRANT INSERT (id, person_id, theme, state, impact, recorded_on, recorded_by, source, source_id, as_of)
ON people.person_constraint TO people_write
""",
    "GRANT UPDATE (state, recorded_on, as_of) ON people.person_constraint TO people_write",
    f"""
CREATE POLICY creation ON people.person_constraint FOR INSERT TO people_write
    WITH CHECK ({LINKED} AND source = 'hub' AND recorded_by = {ORGANISATION})
""",
    f"""
CREATE POLICY change ON people.person_constraint FOR UPDATE TO people_write
    USING ({LINKED}) WITH CHECK ({LINKED} AND source = 'hub')
""",
)
REVEALED = (
    "CASE (SELECT people.structure.sensitivity FROM people.structure WHERE people.structure.id = r.structure_id)"
    " WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"
)
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def upgrade() -> None:
    """A column, its trigger, who writes which rows, and the triggers that note changes of orientations."""
    for statement in STATEMENTS:
        op.execute(statement)
    texts = ("r.person_id", "r.organisation_siret", "NULL", REVEALED)
    arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    for event, transition in EVENTS.items():
        op.execute(f"DROP TRIGGER note_{event.lower()} ON people.orientation")
        op.execute(
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON people.orientation {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
        )
