"""A link may be a key by which a person is found: relation NATIONWIDE, in nobody's scopes but a search's."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One relation more."""
    op.execute("ALTER TABLE access.link DROP CONSTRAINT link_relation")
    op.execute("ALTER TABLE access.link ADD CONSTRAINT link_relation CHECK (relation IN (1, 2, 4, 8, 16, 32, 64, 128))")
