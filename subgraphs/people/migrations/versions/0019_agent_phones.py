"""The telephone of a professional, which Carnet de bord's files of professionals tell."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE people.agent ADD COLUMN phone text")
