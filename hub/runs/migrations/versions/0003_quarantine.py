"""Refused records, encrypted, with the code of their refusal and where they were; nothing of a person is readable."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE quarantine.record (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    place bigint NOT NULL,
    file text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    sealed bytea,
    CONSTRAINT record_once UNIQUE (source, digest, place),
    CONSTRAINT record_source CHECK (source ~ '^[a-z][a-z0-9-]*$'),
    CONSTRAINT record_digest CHECK (digest ~ '^[0-9a-f]{64}$'),
    CONSTRAINT record_code CHECK (code ~ '^[A-Z][A-Z0-9_]*$')
)
"""


def upgrade() -> None:
    """One table; privileges come from the owner's default privileges."""
    op.execute(TABLE)
