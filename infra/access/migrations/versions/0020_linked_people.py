"""A page of people reads the links of its people alone (docs/decisions/0133)."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# PostgreSQL takes a scope for one of a few people, and would sort all of them for each page.
LINKED_PEOPLE = """CREATE FUNCTION access.linked_people(scopes text[], today date, after uuid, most integer)
    RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_sort = off SET enable_bitmapscan = off SET enable_seqscan = off AS $$
        SELECT DISTINCT next.person_id
        FROM unnest(scopes) AS scope (key) CROSS JOIN LATERAL (
            SELECT DISTINCT link.person_id FROM access.link
            WHERE link.key = scope.key AND link.person_id > after
                AND link.valid_from <= today AND (link.valid_until IS NULL OR link.valid_until >= today)
            ORDER BY link.person_id LIMIT most
        ) AS next
        ORDER BY next.person_id LIMIT most
    $$"""


def upgrade() -> None:
    """Add the function that goes along the people of each scope, under row security."""
    op.execute(LINKED_PEOPLE)
