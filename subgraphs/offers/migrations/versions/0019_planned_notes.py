"""What notes changes is planned once by each connection, not at each of them (docs/decisions/0101)."""

from alembic import op

from infra.noted_changes import note_by_functions

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A function for each table whose changes are noted."""
    note_by_functions(op.get_bind(), "offers")
