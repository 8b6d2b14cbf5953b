"""What nobody may read is not kept: an agent's organisation, the key of the record that says an address."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop both columns."""
    op.execute("ALTER TABLE people.agent DROP COLUMN organisation_siret")
    op.execute("ALTER TABLE people.contact DROP COLUMN address_source_id")
