"""Requests to write hold a keyed hash of their actor: docs/decisions/0095 says why."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Erase the requests that name their actor: the database has no key to hash it. The journal says who wrote."""
    op.execute("DELETE FROM appointments.write_request")
