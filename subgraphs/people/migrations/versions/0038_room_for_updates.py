"""Pages leave room for the rows that the next file dates anew (docs/decisions/0124)."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = (
    "person", "identity", "contact", "household", "rsa", "allocations", "resources", "education", "registration",
    "disability", "identifier", "source_record",
)  # fmt: skip


def upgrade() -> None:
    """An update that changes no indexed column then stays in its page, and adds nothing to any index."""
    for table in TABLES:
        op.execute(f"ALTER TABLE people.{table} SET (fillfactor = 90)")
