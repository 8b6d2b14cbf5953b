"""How a service is referred to (DORA), beside its description.

No row is about a person: row security lets the query role read all of them, and write none.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table under forced row security."""
    op.execute("""
        CREATE TABLE offers.referral_terms (
            id text COLLATE "C" NOT NULL,
            accepts_form boolean NOT NULL,
            average_reply_days integer,
            supporting_documents text[] NOT NULL,
            source text COLLATE "C" NOT NULL,
            source_id text COLLATE "C" NOT NULL,
            as_of timestamp(0) with time zone NOT NULL,
            CONSTRAINT referral_terms_pkey PRIMARY KEY (id),
            CONSTRAINT referral_terms_source_source_id_key UNIQUE (source, source_id)
        )
    """)
    op.execute("ALTER TABLE offers.referral_terms ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE offers.referral_terms FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY ingest ON offers.referral_terms TO offers_ingest USING (true)"
        " WITH CHECK (source <> '' AND source_id <> '')"
    )
    op.execute("CREATE POLICY query ON offers.referral_terms FOR SELECT TO offers_query USING (true)")
