"""Agents who share a mailbox are told apart by their names (docs/decisions/0069)."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Several agents may have one e-mail address."""
    op.execute("ALTER TABLE people.agent DROP CONSTRAINT agent_email_key")
    op.execute("CREATE INDEX agent_email_idx ON people.agent (email)")
