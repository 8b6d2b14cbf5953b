"""Applications are found by their employer, so that one that has vanished stays as they tell of it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The index."""
    op.execute("CREATE INDEX job_application_company_id_idx ON offers.job_application (company_id)")
