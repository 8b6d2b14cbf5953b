"""The number of the PASS IAE as an identifier of the person."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column; the table stays closed to the query role."""
    op.execute('ALTER TABLE people.identity ADD COLUMN pass_iae TEXT COLLATE "C"')
