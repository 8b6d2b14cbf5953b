"""Records that were removed are found without reading the others."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index more, of the removed ones alone."""
    op.execute("CREATE INDEX source_record_removed_idx ON people.source_record (source, source_id) WHERE removed")
