"""An item that goes to another person by a merge, or comes back, is in the version that it was in."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The triggers that count versions, where the person stays."""
    for table in ("contract", "referent", "person_constraint"):
        op.execute(f"DROP TRIGGER count_version ON people.{table}")
        op.execute(
            f"CREATE TRIGGER count_version BEFORE UPDATE ON people.{table} FOR EACH ROW"
            " WHEN (NEW.person_id = OLD.person_id) EXECUTE FUNCTION people.count_version()"
        )
