"""Referrals, whose format is the hub's own, no longer bear the name of DORA (docs/decisions/0099)."""

from alembic import op

from infra.renamed_sources import rename

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The source `dora` is `orientations`."""
    rename(op.get_bind(), "people", before="dora", after="orientations")
