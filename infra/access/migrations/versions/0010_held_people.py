"""Whoever writes an item holds what decides on its person until it commits: docs/decisions/0095 says why."""

from alembic import op

from infra.role_names import WRITERS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A lock of a row needs the right to update; a policy that no new row passes leaves the lock alone."""
    writers = ", ".join(WRITERS)
    op.execute(f"GRANT UPDATE (person_id) ON access.person TO {writers}")
    op.execute(f"""
        CREATE POLICY hold ON access.person FOR UPDATE TO {writers}
        USING (EXISTS (SELECT FROM access.link WHERE link.person_id = person.person_id)) WITH CHECK (false)
    """)
