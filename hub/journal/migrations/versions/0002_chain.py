"""The journal as a chain: streams, months, checkpoints, and a key per person.

What was written before keeps its rows as one stream, chained here as it is found. Its pseudonyms were made under one
key of the hub, so that no person is found in it: it goes with its months.
"""

from hashlib import sha256
from uuid import UUID

import orjson
from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE = UUID(int=0)
"""Stream of what was written before there were chains."""

TABLES = """
ALTER TABLE journal.entry RENAME TO old_entry;
ALTER TABLE journal.disclosure RENAME TO old_disclosure;
ALTER INDEX journal.entry_pkey RENAME TO old_entry_pkey;
ALTER INDEX journal.entry_request RENAME TO old_entry_request;
ALTER INDEX journal.entry_at RENAME TO old_entry_at;
ALTER INDEX journal.disclosure_pkey RENAME TO old_disclosure_pkey;
ALTER INDEX journal.disclosure_request RENAME TO old_disclosure_request;
ALTER INDEX journal.disclosure_subjects RENAME TO old_disclosure_subjects;

CREATE TABLE journal.entry (
    stream uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    request uuid NOT NULL,
    at timestamptz NOT NULL,
    trace text NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL,
    organisation text,
    client text NOT NULL,
    purpose text NOT NULL,
    reference text,
    operation_hash text NOT NULL,
    operation_name text,
    decisions jsonb NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT kind_known CHECK (kind IN ('INTENT', 'DISCLOSURE')),
    PRIMARY KEY (stream, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX entry_request ON journal.entry (request);
CREATE INDEX entry_at ON journal.entry (at);
CREATE INDEX entry_actor ON journal.entry (actor, at);

CREATE TABLE journal.disclosure (
    stream uuid NOT NULL,
    seq bigint NOT NULL,
    rank integer NOT NULL,
    at timestamptz NOT NULL,
    request uuid NOT NULL,
    coordinates text[] NOT NULL,
    masked text[] NOT NULL,
    subjects bytea[] NOT NULL,
    PRIMARY KEY (stream, seq, rank, at)
) PARTITION BY RANGE (at);
CREATE INDEX disclosure_request ON journal.disclosure (request);
CREATE INDEX disclosure_subjects ON journal.disclosure USING gin (subjects);

CREATE TABLE journal.checkpoint (
    number bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    stream uuid NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL,
    state text NOT NULL,
    previous bytea NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT state_known CHECK (state IN ('OPENED', 'PASSED', 'CLOSED', 'ROOT'))
);
CREATE INDEX checkpoint_stream ON journal.checkpoint (stream, number);
GRANT SELECT ON journal.checkpoint TO journal_writer;

CREATE TABLE journal_keys.person (
    person text COLLATE "C" PRIMARY KEY,
    key bytea NOT NULL
)
"""

MONTHS = """
CREATE FUNCTION journal.open_month(base text, month timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = '' SET timezone = 'UTC' AS $$
DECLARE
    part text := base || to_char(month, '_YYYY_MM');
BEGIN
    IF to_regclass('journal.' || part) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('journal.open_month'));
        IF to_regclass('journal.' || part) IS NULL THEN
            EXECUTE format('CREATE TABLE journal.%I (LIKE journal.%I INCLUDING ALL)', part, base);
            EXECUTE format('ALTER TABLE journal.%I ATTACH PARTITION journal.%I FOR VALUES FROM (%L) TO (%L)',
                           base, part, month, month + interval '1 month');
        END IF;
    END IF;
END $$
"""
"""Attached, not made in place: the lock that this takes stops no reader and no writer."""

AHEAD = """
CREATE FUNCTION journal.open_months() RETURNS void
LANGUAGE plpgsql SET search_path = '' SET timezone = 'UTC' AS $$
BEGIN
    FOR ahead IN 0..6 LOOP
        PERFORM journal.open_month('entry', date_trunc('month', now()) + make_interval(months => ahead));
        PERFORM journal.open_month('disclosure', date_trunc('month', now()) + make_interval(months => ahead));
    END LOOP;
END $$
"""
"""This month and the six to come; `infra.migrate` asks it each time, as the owner."""

CLOSED = "REVOKE ALL ON FUNCTION journal.open_month(text, timestamptz), journal.open_months() FROM PUBLIC"

COPY = """
SET LOCAL timezone = 'UTC';
SELECT journal.open_month('entry', month), journal.open_month('disclosure', month)
FROM (SELECT DISTINCT date_trunc('month', at) AS month FROM journal.old_entry) AS months;
INSERT INTO journal.entry
SELECT '00000000-0000-0000-0000-000000000000', row_number() OVER (ORDER BY at, id), kind, request, at, trace, actor,
       actor_kind, organisation, client, purpose, reference, operation_hash, operation_name, decisions, ''
FROM journal.old_entry;
INSERT INTO journal.disclosure
SELECT stream, seq, row_number() OVER (PARTITION BY stream, seq ORDER BY old.id), at, request, coordinates, masked,
       subjects
FROM journal.old_disclosure AS old JOIN journal.entry USING (request) WHERE kind = 'DISCLOSURE';
DROP TABLE journal.old_entry, journal.old_disclosure
"""

LINES = """
SELECT json_build_object('actor', actor, 'actor_kind', actor_kind, 'client', client, 'decisions', decisions,
           'kind', kind, 'operation_hash', operation_hash, 'operation_name', operation_name,
           'organisation', organisation, 'purpose', purpose, 'reference', reference, 'request', request,
           'trace', trace) AS entry, at, seq,
       (SELECT coalesce(json_agg(json_build_object('coordinates', coordinates, 'masked', masked, 'subjects',
           ARRAY(SELECT encode(subject, 'hex') FROM unnest(subjects) AS subject)) ORDER BY rank), '[]')
        FROM journal.disclosure AS found WHERE found.stream = entry.stream AND found.seq = entry.seq) AS disclosures
FROM journal.entry ORDER BY seq
"""


def upgrade() -> None:
    """New tables, what was there copied and chained; privileges come from the owner's default privileges."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    op.execute(MONTHS)
    op.execute(AHEAD)
    for statement in f"{CLOSED};{COPY}".split(";"):
        op.execute(statement)
    _chain()


def _chain() -> None:
    connection = op.get_bind()
    head = sha256(BEFORE.bytes).digest()
    for row in connection.execute(text(LINES)).mappings().all():
        line = {"disclosures": row["disclosures"], "entry": row["entry"] | {"at": row["at"]}, "seq": row["seq"]}
        head = sha256(head + _canonical(line)).digest()
        connection.execute(
            text("UPDATE journal.entry SET digest = :digest WHERE stream = :stream AND seq = :seq AND at = :at"),
            {"digest": head, "stream": BEFORE, "seq": row["seq"], "at": row["at"]},
        )


ENTRY = ("kind", "request", "at", "trace", "actor", "actor_kind", "organisation", "client", "purpose", "reference",
         "operation_hash", "operation_name", "decisions")  # fmt: skip


def _canonical(line: dict) -> bytes:  # type: ignore[type-arg]
    """The canonical form of this revision: `hub.journal.chain` may only change together with another migration."""
    entry = {name: line["entry"][name] for name in ENTRY}
    entry["decisions"] = dict(sorted(entry["decisions"].items()))
    disclosures = [{name: row[name] for name in ("coordinates", "masked", "subjects")} for row in line["disclosures"]]
    return orjson.dumps({"stream": BEFORE, "seq": line["seq"], "entry": entry, "disclosures": disclosures})
