"""Indexes of the search in the public catalogue, one for each input that finds few rows."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    "CREATE INDEX structure_networks_idx ON offers.structure USING gin (networks)",
    "CREATE INDEX service_thematics_idx ON offers.service USING gin (thematics)",
    "CREATE INDEX service_categories_idx ON offers.service USING gin (categories)",
    "CREATE INDEX service_publics_idx ON offers.service USING gin (publics)",
)


def upgrade() -> None:
    """Nothing but indexes."""
    for statement in INDEXES:
        op.execute(statement)
