"""The links of a row's person are looked up row by row, never all of an actor's (docs/decisions/0153)."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """The one policy of this schema that looks up links alone."""
    op.execute(
        "ALTER POLICY query ON appointments.appointment_agent"
        " USING (EXISTS (SELECT FROM access.link WHERE link.person_id = appointment_agent.person_id OFFSET 0))"
    )
