"""One index of links instead of two that begin with the person (docs/decisions/0124)."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The primary key goes by the key of the link, which its relation and its scope make, and so leads to it too."""
    op.execute("ALTER TABLE access.link DROP CONSTRAINT link_pkey")
    op.execute("ALTER TABLE access.link ADD PRIMARY KEY (person_id, key, origin, origin_id)")
    op.execute("DROP INDEX access.link_person_id_key")
