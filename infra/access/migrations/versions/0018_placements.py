"""The role that writes placements holds their people, and notes what it changes."""

from alembic import op

from infra.role_names import WRITERS

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The rights of 0015 for the role made since; a database that is new has them."""
    writers = ", ".join(WRITERS)
    for table in ("change", "link_change", "person_change"):
        op.execute(f"GRANT INSERT ON access.{table} TO {writers}")
    op.execute(f"GRANT UPDATE (person_id) ON access.person TO {writers}")
    op.execute(f"ALTER POLICY hold ON access.person TO {writers}")
