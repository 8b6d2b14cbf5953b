"""Changes of the rows of people are noted in `access.change` (docs/decisions/0101)."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NOTED = {
    "person": (
        "r.id",
        "NULL",
        "NULL",
        "0",
    ),
    "allocations": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "contact": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "contract": (
        "r.person_id",
        "r.organisation_siret",
        "NULL",
        "0",
    ),
    "disability": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "education": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "household": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "identifier": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "identity": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "objective": (
        "r.person_id",
        "r.organisation_siret",
        "NULL",
        (
            "CASE r.theme WHEN 'MOBILITE' THEN 1048576 WHEN 'FAMILLE' THEN 1048576 WHEN 'LANGUE_CALCUL' THEN "
            "1048576 WHEN 'LOGEMENT' THEN 1048576 WHEN 'FINANCES' THEN 1048576 WHEN 'ADMIN_JURIDIQUE' THEN 10"
            "48576 WHEN 'NUMERIQUE' THEN 1048576 WHEN 'SANTE' THEN 65536 ELSE 0 END"
        ),
    ),
    "orientation": (
        "r.person_id",
        "r.organisation_siret",
        "NULL",
        (
            "CASE (SELECT people.structure.sensitivity FROM people.structure WHERE people.structure.id = r.st"
            "ructure_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"
        ),
    ),
    "person_constraint": (
        "r.person_id",
        "NULL",
        "r.recorded_by",
        ("CASE r.theme WHEN 'JUSTICE' THEN 131072 WHEN 'SANTE' THEN 65536 WHEN 'SEJOUR' THEN 262144 ELSE 0 END"),
    ),
    "project": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "referent": (
        "r.person_id",
        "r.organisation_siret",
        "NULL",
        "0",
    ),
    "registration": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "resources": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "rsa": (
        "r.person_id",
        "NULL",
        "NULL",
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
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON people.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
            )
            op.execute(statement.replace(":", r"\:"))
