"""What is written for someone who was merged is the survivor's (docs/decisions/0137)."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A trigger of each table that mutations write."""
    for table in ("appointment",):
        op.execute(
            f"CREATE TRIGGER serve_survivor BEFORE INSERT ON appointments.{table}"
            " FOR EACH ROW WHEN (NEW.source = 'hub') EXECUTE FUNCTION access.serve_survivor()"
        )
