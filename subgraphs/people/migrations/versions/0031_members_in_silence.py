"""A member of the follow-up group whom naming would reveal changes in silence (docs/decisions/0107)."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

FACTS = (
    "CASE (SELECT people.structure.sensitivity FROM people.structure WHERE people.structure.id = r.structure_id)"
    " WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 WHEN 'UNKNOWN' THEN 131072 ELSE 0 END"
)
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def upgrade() -> None:
    """The triggers of members, written anew."""
    texts = ("r.person_id", "r.organisation_siret", "NULL", FACTS)
    arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    for event, transition in EVENTS.items():
        op.execute(f"DROP TRIGGER note_{event.lower()} ON people.referent")
        op.execute(
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON people.referent {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
        )
