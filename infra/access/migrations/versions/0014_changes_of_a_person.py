"""A page of changes reads what was noted of its people alone (docs/decisions/0101)."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# PostgreSQL takes a round for a few changes, and would sort all of it for each page.
CHANGED_PEOPLE = """CREATE FUNCTION access.changed_people(
        after uuid, begun_xmin bigint, begun_xmax bigint, begun_under_way bigint[],
        ended_xmax bigint, ended_under_way bigint[], most integer
    ) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_sort = off SET enable_bitmapscan = off SET enable_seqscan = off AS $$
        SELECT DISTINCT person_id FROM access.change
        WHERE person_id > after
            AND xid >= begun_xmin AND (xid >= begun_xmax OR xid = ANY (begun_under_way))
            AND xid < ended_xmax AND xid <> ALL (ended_under_way)
        ORDER BY person_id LIMIT most
    $$"""


def upgrade() -> None:
    """Add the index that goes from one person to the next, and the function that follows it, under row security."""
    op.execute("CREATE INDEX change_person_id_xid ON access.change (person_id, xid)")
    op.execute(CHANGED_PEOPLE.replace(":", r"\:"))
