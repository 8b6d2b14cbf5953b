"""Pages leave room for what decides on a person, which the next file dates anew (docs/decisions/0124)."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An update that changes no indexed column then stays in its page, and adds nothing to any index."""
    op.execute("ALTER TABLE access.person SET (fillfactor = 90)")
