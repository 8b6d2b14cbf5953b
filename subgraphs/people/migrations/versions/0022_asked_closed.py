"""When people were asked about is for ingestion alone: the query role may not even name the columns."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the privilege that new tables come with."""
    op.execute("REVOKE ALL ON people.asked FROM people_query")
