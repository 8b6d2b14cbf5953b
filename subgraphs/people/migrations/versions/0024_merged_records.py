"""What each source says of a person is shown of whoever was merged into it too (docs/decisions/0084)."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column more, null until someone is merged."""
    op.execute("ALTER TABLE people.identity ADD COLUMN unmerged_person_id uuid")
    op.execute(
        "CREATE INDEX identity_unmerged_person_id_idx ON people.identity (unmerged_person_id)"
        " WHERE unmerged_person_id IS NOT NULL"
    )
