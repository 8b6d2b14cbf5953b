"""A message that comes again as it was taken is told from its digest, and not read into rows."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more; the messages taken before have none, and are read once more."""
    op.execute("ALTER TABLE people.source_record ADD COLUMN digest bytea")
