"""What is written for someone who was merged is the survivor's, and goes back to whom it was written for when both are
parted (docs/decisions/0137)."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SERVE = """
CREATE FUNCTION access.serve_survivor() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    survivor uuid;
BEGIN
    SELECT survivor_id INTO survivor FROM access.merged WHERE person_id = NEW.person_id;
    IF FOUND THEN
        NEW.unmerged_person_id := NEW.person_id;
        NEW.person_id := survivor;
    END IF;
    RETURN NEW;
END
$$
"""
FOLLOW = """
CREATE OR REPLACE FUNCTION access.follow_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    item jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    item_key text := TG_TABLE_NAME || ' ' || (item ->> 'id');
    last_day date;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO access.link
            (person_id, unmerged_person_id, relation, scope_id, valid_from, valid_until, origin, origin_id)
        VALUES ((item ->> 'person_id')::uuid, (item ->> 'unmerged_person_id')::uuid, TG_ARGV[0]::integer,
            item ->> TG_ARGV[1], (item ->> TG_ARGV[2])::date, (item ->> TG_ARGV[3])::date, 'hub', item_key);
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
    """A function for triggers of written rows; the one of links says for whom their item was written."""
    op.execute(SERVE)
    op.execute(FOLLOW)
