"""An item that is erased leaves the queue with its author, and one that was accepted keeps who recorded it."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ITEMS = ("referral", "job_application")
FUNCTIONS = (
    """
CREATE FUNCTION offers.leave_outgoing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    DELETE FROM offers.outgoing WHERE item_id = OLD.id;
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION offers.keep_recorder() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.recorded_by := OLD.recorded_by;
    RETURN NEW;
END
$$
""",
)
TRIGGERS = (
    """
CREATE TRIGGER leave_outgoing AFTER DELETE ON offers.{table}
FOR EACH ROW WHEN (OLD.transmission_state = 'PENDING') EXECUTE FUNCTION offers.leave_outgoing()
""",
    """
CREATE TRIGGER keep_recorder BEFORE UPDATE OF recorded_by ON offers.{table}
FOR EACH ROW WHEN (OLD.transmission_state = 'ACCEPTED') EXECUTE FUNCTION offers.keep_recorder()
""",
)


def upgrade() -> None:
    """Two triggers on each table of items, and what the role that sends reads and keeps of who recorded them."""
    for function in FUNCTIONS:
        op.execute(function)
    for table in ITEMS:
        for trigger in TRIGGERS:
            op.execute(trigger.format(table=table))
        op.execute(f"GRANT SELECT (recorded_by), UPDATE (recorded_by) ON offers.{table} TO outgoing_sender")
