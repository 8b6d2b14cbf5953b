"""Where each session is found, with an index: a search around a place reads what is near only."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    "ALTER TABLE trainings.training_session"
    " ADD COLUMN at_latitude double precision, ADD COLUMN at_longitude double precision"
)
INDEX = (
    "CREATE INDEX training_session_at_latitude_at_longitude_idx"
    " ON trainings.training_session (at_latitude, at_longitude)"
)


def upgrade() -> None:
    """Two columns, which revision 0009 fills, and their index."""
    op.execute(COLUMNS)
    op.execute(INDEX)
