"""Referrals, whose format is the hub's own, no longer bear the name of DORA (docs/decisions/0099)."""

from alembic import op

from infra.renamed_sources import rename

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The source `dora` is `orientations`."""
    rename(op.get_bind(), "offers", before="dora", after="orientations")
