"""What a schedule needs of an account after a restart: its slot, whether a reading is under way, when to try again."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute(
        "ALTER TABLE runs.sync_state ADD COLUMN slot_at timestamptz, ADD COLUMN reading_since timestamptz,"
        " ADD COLUMN retry_at timestamptz"
    )
