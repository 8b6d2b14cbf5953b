"""Refused records are added by a role that can't read what it added; those of an API say by which account they came."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column, and the privileges on the table that was there before the role."""
    op.execute(
        'ALTER TABLE quarantine.record ADD COLUMN account text COLLATE "C",'
        " ADD CONSTRAINT record_account CHECK (account ~ '^[a-z0-9][a-z0-9-]*$')"
    )
    op.execute("GRANT INSERT, DELETE ON quarantine.record TO quarantine_writer")
    op.execute("GRANT SELECT (source, digest, place, refused_at, account) ON quarantine.record TO quarantine_writer")
