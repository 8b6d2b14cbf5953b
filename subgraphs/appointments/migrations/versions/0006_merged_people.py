"""Items follow a person that is merged into another, and remember whose they were (docs/decisions/0084)."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("appointment", "appointment_agent", "invitation")


def upgrade() -> None:
    """A column more in each table of items, null until someone is merged."""
    for table in TABLES:
        op.execute(f"ALTER TABLE appointments.{table} ADD COLUMN unmerged_person_id uuid")
        op.execute(
            f"CREATE INDEX {table}_unmerged_person_id_idx ON appointments.{table} (unmerged_person_id)"
            " WHERE unmerged_person_id IS NOT NULL"
        )
