"""Applications make and end subscriptions of their own (docs/decisions/0149).

`actor`, `key` and `request` are keyed hashes of its owner, of the idempotency key and of the request that made it.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
expands = True

READ = "id, client, purpose, host, created_at, ends_at, state, reason, last_success_at, actor, key, request"
ADDED = "id, client, purpose, host, ends_at, sealed, cursor, actor, key, request"
OF_APPLICATION = "client = (SELECT current_setting('spie.client', true))"
OWN = f"{OF_APPLICATION} AND actor = ANY (string_to_array((SELECT current_setting('spie.actor', true)), ','))"


def upgrade() -> None:
    """Columns, and a role that adds and removes what the settings of its transaction name, and reads no term."""
    op.execute("""ALTER TABLE access.subscription
        ADD COLUMN actor text COLLATE "C", ADD COLUMN key text COLLATE "C", ADD COLUMN request text COLLATE "C",
        ADD CONSTRAINT subscription_once UNIQUE (actor, key)""")
    for command, rule in (
        ("SELECT", f"USING ({OF_APPLICATION})"),
        ("INSERT", f"WITH CHECK ({OWN})"),
        ("DELETE", f"USING ({OWN})"),
    ):
        op.execute(f"CREATE POLICY own_{command.lower()} ON access.subscription FOR {command} TO subscriber {rule}")
    op.execute(f"GRANT SELECT ({READ}), INSERT ({ADDED}), DELETE ON access.subscription TO subscriber")
