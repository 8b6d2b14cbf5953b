"""The items that hold a person's record are found by it, without reading the others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index for each kind of item."""
    for table in ("appointment", "invitation"):
        op.execute(
            f"CREATE INDEX {table}_source_subject_source_id_idx ON appointments.{table} (source, subject_source_id)"
        )
