"""Which history of the database cursors of changes are of: a restored database begins another one.

docs/decisions/0101 says why.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A sequence, which `hub changes restart` advances."""
    op.execute("CREATE SEQUENCE access.change_history")
    op.execute("GRANT SELECT ON SEQUENCE access.change_history TO changes_reader")
