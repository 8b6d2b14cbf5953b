"""The links that an item of a source states are found by that item, without reading the others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index more."""
    op.execute("CREATE INDEX link_origin_origin_id ON access.link (origin, origin_id)")
