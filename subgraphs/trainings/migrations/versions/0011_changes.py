"""Changes of the rows of people are noted in `access.change` (docs/decisions/0101)."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NOTED = {
    "placement": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        (
            "CASE (SELECT p.sensitivity FROM trainings.training_provider AS p JOIN trainings.training AS o ON"
            " o.provider_id = p.id JOIN trainings.training_session AS s ON s.training_id = o.id WHERE s.id = "
            "r.session_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"
        ),
    ),
    "training_project": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        "0",
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
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON trainings.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
            )
            op.execute(statement.replace(":", r"\:"))
