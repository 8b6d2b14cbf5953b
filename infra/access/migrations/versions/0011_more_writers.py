"""Roles that write items for actors, made since, hold people and note changes as the first one does."""

from alembic import op

from infra.role_names import WRITERS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The rights of 0008 and 0010, for all of them; a database that is new has them."""
    writers = ", ".join(WRITERS)
    for table in ("change", "link_change", "person_change"):
        op.execute(f"GRANT INSERT ON access.{table} TO {writers}")
    op.execute(f"GRANT UPDATE (person_id) ON access.person TO {writers}")
    op.execute(f"ALTER POLICY hold ON access.person TO {writers}")
