"""Who is notified of changes, and where each is in them; docs/decisions/0115 says why.

What decides (the actor, the query, the address, the secret) is sealed in `sealed`: only its progress can be read.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PROGRESS = "state, reason, cursor, failures, failing_since, next_at, last_success_at, delivered"


def upgrade() -> None:
    """A table, the rights of its two roles, and triggers that wake whoever listens once a change is committed."""
    op.execute("""CREATE TABLE access.subscription (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        client text COLLATE "C" NOT NULL,
        purpose text COLLATE "C" NOT NULL,
        host text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz NOT NULL,
        sealed bytea NOT NULL,
        state text COLLATE "C" NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'PAUSED', 'SUSPENDED', 'ENDED')),
        reason text COLLATE "C",
        cursor text COLLATE "C" NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        next_at timestamptz,
        last_success_at timestamptz,
        delivered bigint NOT NULL DEFAULT 0
    )""")
    op.execute("ALTER TABLE access.subscription ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE access.subscription FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY subscriptions ON access.subscription TO subscriptions_keeper, subscriptions_writer"
        r" USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON access.subscription TO subscriptions_keeper, subscriptions_writer")
    op.execute(f"GRANT UPDATE ({PROGRESS}) ON access.subscription TO subscriptions_keeper")
    op.execute(
        "GRANT INSERT, DELETE, UPDATE (state, reason, failures, failing_since, next_at)"
        " ON access.subscription TO subscriptions_writer"
    )
    op.execute("""CREATE FUNCTION access.wake() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
        BEGIN
            NOTIFY spie_changes;
            RETURN NULL;
        END $$""")
    for table in ("change", "link_change", "person_change"):
        op.execute(
            f"CREATE TRIGGER wake AFTER INSERT ON access.{table} FOR EACH STATEMENT EXECUTE FUNCTION access.wake()"
        )
    op.execute(
        "CREATE TRIGGER wake AFTER INSERT OR UPDATE OF state ON access.subscription"
        " FOR EACH STATEMENT EXECUTE FUNCTION access.wake()"
    )
