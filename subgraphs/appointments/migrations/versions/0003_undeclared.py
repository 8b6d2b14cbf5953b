"""An organisation that nobody has declared is told from one whose name would reveal something.

One that is declared has a SIRET. What the name of the others says is read with their file again.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One value more, and its rows."""
    op.execute("ALTER TABLE appointments.organisation DROP CONSTRAINT organisation_sensitivity_check")
    op.execute(
        "ALTER TABLE appointments.organisation ADD CONSTRAINT organisation_sensitivity_check "
        "CHECK (sensitivity IN ('SAN', 'JUST', 'SEJ', 'UNKNOWN'))"
    )
    op.execute("UPDATE appointments.organisation SET sensitivity = 'UNKNOWN' WHERE siret IS NULL")
