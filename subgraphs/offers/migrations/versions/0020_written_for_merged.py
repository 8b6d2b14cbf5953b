"""What is written for someone who was merged is the survivor's (docs/decisions/0137)."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A trigger of each table that mutations write."""
    for table in ("referral", "job_application"):
        op.execute(
            f"CREATE TRIGGER serve_survivor BEFORE INSERT ON offers.{table}"
            " FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION access.serve_survivor()"
        )
