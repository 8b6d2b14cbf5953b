"""Links that what actors write opens and ends: made by the database from the item, so that no role that writes can
make one by itself (docs/decisions/0116)."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OWN = "origin = 'hub' AND (origin_id LIKE 'referent %' OR origin_id LIKE 'orientation %')"
FUNCTION = """
CREATE FUNCTION access.follow_item() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    item jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    item_key text := TG_TABLE_NAME || ' ' || (item ->> 'id');
    last_day date;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO access.link (person_id, relation, scope_id, valid_from, valid_until, origin, origin_id)
        VALUES ((item ->> 'person_id')::uuid, TG_ARGV[0]::integer, item ->> TG_ARGV[1],
            (item ->> TG_ARGV[2])::date, (item ->> TG_ARGV[3])::date, 'hub', item_key);
        RETURN NULL;
    END IF;
    last_day := CASE WHEN TG_OP = 'DELETE' THEN '-infinity'::date
        ELSE (item ->> TG_ARGV[0])::date - TG_ARGV[1]::integer END;
    DELETE FROM access.link WHERE origin = 'hub' AND origin_id = item_key AND valid_from > last_day;
    UPDATE access.link SET valid_until = least(valid_until, last_day)
    WHERE origin = 'hub' AND origin_id = item_key AND last_day IS NOT NULL;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """A function for triggers, which adds a link, ends it and never opens it again."""
    op.execute(FUNCTION)
    op.execute(f"CREATE POLICY written ON access.link TO access_owner USING ({OWN}) WITH CHECK ({OWN})")
