"""Organisations whose names in full reveal, as their acronyms do, are known as such (docs/decisions/0061)."""

from alembic import op

from subgraphs.kit.stored_sensitivity import look_up_anew

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    """What the registry knows now, for the structures, employers and agreements that are held."""
    connection = op.get_bind()
    look_up_anew(connection, "offers.structure", "name", "networks")
    look_up_anew(connection, "offers.company", "name", "kind")
    look_up_anew(connection, "offers.immersion_agreement", "company_name", "agency_kind")
