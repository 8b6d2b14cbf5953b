"""The day of an erasure, in each row of a register: what one département does not plan lifts nothing of another."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the registers fill it, all of which are read again after this."""
    op.execute("ALTER TABLE people.exercised_right ADD COLUMN erasure_on date")
