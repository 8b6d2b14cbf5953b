"""The day from which a person's data are to be erased: it acts by itself when it comes, whoever ingests or not.

The restrictions keep what has no day: opposition and limitation.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more, and one bit less among the restrictions."""
    op.execute("ALTER TABLE access.person ADD COLUMN erasure_on date")
    op.execute("ALTER TABLE access.person DROP CONSTRAINT person_restrictions")
    op.execute(
        "ALTER TABLE access.person ADD CONSTRAINT person_restrictions CHECK (restrictions & 3072 = restrictions)"
    )
