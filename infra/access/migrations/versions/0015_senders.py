"""The role that writes offers' items holds their people, and it and the one that sends note what they change."""

from alembic import op

from infra.role_names import OUTGOING_SENDER, WRITERS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The rights of 0008, 0010 and 0011 for the roles made since; a database that is new has those of writers."""
    writers = ", ".join(WRITERS)
    for table in ("change", "link_change", "person_change"):
        op.execute(f"GRANT INSERT ON access.{table} TO {writers}")
    op.execute(f"GRANT INSERT ON access.change TO {OUTGOING_SENDER}")
    op.execute(f"GRANT UPDATE (person_id) ON access.person TO {writers}")
    op.execute(f"ALTER POLICY hold ON access.person TO {writers}")
