"""The links of a row's person are looked up row by row, never all of an actor's (docs/decisions/0153)."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
expands = True

LINKED = "EXISTS (SELECT FROM access.link WHERE link.person_id = {}.{} OFFSET 0)"
WAS_LINKED = "EXISTS (SELECT FROM access.link_change WHERE link_change.person_id = {}.person_id OFFSET 0)"


def upgrade() -> None:
    """The policies of people, of those who were merged, and of changes."""
    linked = LINKED.format("person", "person_id")
    op.execute(f"ALTER POLICY linked ON access.person USING ({linked})")
    op.execute(f"ALTER POLICY hold ON access.person USING ({linked}) WITH CHECK (false)")
    op.execute(f"ALTER POLICY linked ON access.merged USING ({LINKED.format('merged', 'survivor_id')})")
    for table in ("person", "person_change", "change", "merged"):
        known = f"{LINKED.format(table, 'person_id')} OR {WAS_LINKED.format(table)}"
        op.execute(f"ALTER POLICY changes ON access.{table} USING ({known})")
