"""Namesakes are found by their name and birth date together: at a million people, fifty have the same birth date."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes in the place of one."""
    for name in ("last_name_key", "birth_name_key"):
        op.execute(f"CREATE INDEX person_birth_date_{name}_idx ON people.person (birth_date, {name})")
    op.execute("DROP INDEX people.person_birth_date_idx")
