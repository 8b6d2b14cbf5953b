"""Where someone was born, hashed, by which a record with names alone is compared (docs/decisions/0100)."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; records fill it as they are read again."""
    op.execute("ALTER TABLE people.identity ADD COLUMN birth_place_hash bytea")
