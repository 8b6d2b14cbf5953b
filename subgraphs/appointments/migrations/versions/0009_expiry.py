"""The owner erases the requests to write that are as old as the journal's months that go (`hub journal expire`)."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A policy more: row security binds the owner too."""
    op.execute("CREATE POLICY expiry ON appointments.write_request TO appointments_owner USING (true)")
