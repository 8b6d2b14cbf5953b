"""The number of subscriptions is that of an application of one issuer: another may name one of its own alike."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """The issuer; a subscription of before, which has none, counts for each application of its name."""
    op.execute("""ALTER TABLE access.subscription ADD COLUMN issuer text COLLATE "C" """)
    op.execute("GRANT SELECT (issuer), INSERT (issuer) ON access.subscription TO subscriber")
