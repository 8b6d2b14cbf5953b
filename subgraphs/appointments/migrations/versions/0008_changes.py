"""Changes of the rows of people are noted in `access.change` (docs/decisions/0101)."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NOTED = {
    "invitation": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        "0",
    ),
    "appointment": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        (
            "CASE (SELECT appointments.organisation.sensitivity FROM appointments.organisation WHERE appointm"
            "ents.organisation.id = r.organisation_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SE"
            "J' THEN 262144 ELSE 0 END"
        ),
    ),
}
"""By table, SQL over a row `r`: its person, owner and recorder, and bits of the categories for which it is dropped."""
TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def upgrade() -> None:
    """A trigger for each event of each table."""
    for table, expressions in NOTED.items():
        arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in expressions)
        for event, transition in TRANSITIONS.items():
            statement = (
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON appointments.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
            )
            op.execute(statement.replace(":", r"\:"))
