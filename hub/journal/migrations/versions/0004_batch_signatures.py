"""The last line of a batch holds a signature of the hub that wrote it: nobody else can add a line to a stream.

Lines from before have none; a checkpoint covers them, or `hub journal adopt` signs them as they are found.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column without a default, on every month that is there and to come."""
    op.execute("ALTER TABLE journal.entry ADD COLUMN signature bytea")
