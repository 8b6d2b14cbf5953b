"""Where the reading of an API stands, by source and account, and its circuit; nothing of a person, nor a secret."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.execute(
        """
        CREATE TABLE runs.sync_state (
            source text COLLATE "C" NOT NULL,
            account text COLLATE "C" NOT NULL,
            cursor text COLLATE "C",
            failures integer NOT NULL DEFAULT 0,
            rests_until timestamptz,
            PRIMARY KEY (source, account),
            CONSTRAINT sync_state_source CHECK (source ~ '^[a-z][a-z0-9-]*$'),
            CONSTRAINT sync_state_account CHECK (account ~ '^[a-z0-9][a-z0-9-]*$'),
            CONSTRAINT sync_state_cursor CHECK (length(cursor) <= 200)
        )
        """
    )
