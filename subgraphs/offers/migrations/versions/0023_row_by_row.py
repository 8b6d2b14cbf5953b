"""The links of a row's person are looked up row by row, never all of an actor's (docs/decisions/0153)."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """The one policy of this schema that looks up links alone."""
    op.execute(
        "ALTER POLICY query ON offers.pass_iae"
        " USING (EXISTS (SELECT FROM access.link WHERE link.person_id = pass_iae.person_id OFFSET 0))"
    )
