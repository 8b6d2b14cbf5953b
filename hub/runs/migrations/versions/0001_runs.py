"""Runs of the sources and the files that each was given; no column has a place for a value of a person.

`day` is that of the notifications whose counts one row adds up, null for a run of its own.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE runs.run (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text COLLATE "C" NOT NULL,
    day date,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    outcome text COLLATE "C",
    error text COLLATE "C",
    read bigint NOT NULL DEFAULT 0,
    written bigint NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',
    refusals jsonb NOT NULL DEFAULT '{}',
    asides jsonb NOT NULL DEFAULT '{}',
    cursor text COLLATE "C",
    CONSTRAINT run_day UNIQUE (source, day),
    CONSTRAINT run_source CHECK (source ~ '^[a-z][a-z0-9-]*$'),
    CONSTRAINT run_outcome CHECK (outcome IN ('complete', 'cut', 'failed')),
    CONSTRAINT run_ended CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT run_error CHECK (error ~ '^[A-Z][A-Z0-9_]*$'),
    CONSTRAINT run_cursor CHECK (length(cursor) <= 200)
);
CREATE INDEX run_source_number ON runs.run (source, number);
CREATE INDEX run_source_success ON runs.run (source, ended_at) WHERE outcome = 'complete';

CREATE TABLE runs.input (
    run bigint NOT NULL REFERENCES runs.run ON DELETE CASCADE,
    place integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    digest text COLLATE "C",
    PRIMARY KEY (run, place),
    CONSTRAINT input_digest CHECK (digest ~ '^[0-9a-f]{64}$')
)
"""


def upgrade() -> None:
    """Two tables; privileges come from the owner's default privileges."""
    for statement in TABLES.split(";"):
        op.execute(statement)
