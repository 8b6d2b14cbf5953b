"""One index by name and birth date instead of two, by the name and by both (docs/decisions/0124)."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A search by the beginning of a name and a look-up by both use the same index."""
    for name in ("last_name_key", "birth_name_key"):
        op.execute(f"CREATE INDEX person_{name}_birth_date_idx ON people.person ({name}, birth_date)")
        op.execute(f"DROP INDEX people.person_{name}_idx")
        op.execute(f"DROP INDEX people.person_birth_date_{name}_idx")
