"""No row holds a NIR in clear (docs/decisions/0073)."""

from alembic import context, op

from infra.stored_nirs import cover

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was written before the gate, mended with the key of the hashes."""
    cover(op.get_bind(), "offers", context.config.attributes["nir_key"])
