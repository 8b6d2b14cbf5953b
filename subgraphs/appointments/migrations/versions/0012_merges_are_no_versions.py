"""A rendez-vous that goes to another person by a merge, or comes back, is in the version that it was in."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The trigger that counts versions, where the person stays."""
    op.execute("DROP TRIGGER count_version ON appointments.appointment")
    op.execute(
        "CREATE TRIGGER count_version BEFORE UPDATE ON appointments.appointment FOR EACH ROW"
        " WHEN (NEW.person_id = OLD.person_id) EXECUTE FUNCTION appointments.count_version()"
    )
