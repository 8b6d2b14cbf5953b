"""An index by which whom a professional follows is found: a sender names none who follow people of others alone."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX referent_agent_id_idx ON people.referent (agent_id)")
