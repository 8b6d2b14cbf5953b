"""Organisations whose names in full reveal, as their acronyms do, are known as such (docs/decisions/0061)."""

from alembic import op

from subgraphs.kit.stored_sensitivity import look_up_anew

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """What the registry knows now, for the organisations that are held."""
    look_up_anew(op.get_bind(), "appointments.organisation", "name")
