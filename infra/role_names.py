"""Names of the database roles (`infra.roles` says what each may do)."""

from __future__ import annotations

from schema.subgraphs import SUBGRAPHS

ACCESS = "access"
SCHEMAS = (ACCESS, *SUBGRAPHS)
"""Schemas with the three roles, in the order of their migrations: the row security of the others reads `access`."""
JOURNAL = "journal"
JOURNAL_KEYS = "journal_keys"
RUNS = "runs"
QUARANTINE = "quarantine"
INGEST = "ingest"

OWNERS = (*(f"{schema}_owner" for schema in SCHEMAS), "journal_owner", "runs_owner")
QUERIES = tuple(f"{schema}_query" for schema in SCHEMAS)
INGESTS = tuple(f"{schema}_ingest" for schema in SCHEMAS)
JOURNALS = ("journal_writer", "journal_reader", "journal_keeper")
RUNS_WRITER, RUNS_READER = "runs_writer", "runs_reader"
QUARANTINE_KEEPER, QUARANTINE_WRITER = "quarantine_keeper", "quarantine_writer"
WRITERS = ("people_write", "appointments_write", "offers_write", "trainings_write")
"""Roles of the subgraphs that have mutations."""
POOLED = (*QUERIES, *WRITERS)
"""Roles that keep nothing of a connection beyond a transaction, so that a pool of transactions may serve them."""
REVIEWER = "people_review"
CHANGES_READER = "changes_reader"
SUBSCRIPTIONS_KEEPER, SUBSCRIPTIONS_WRITER = "subscriptions_keeper", "subscriptions_writer"
SUBSCRIBER = "subscriber"
OUTGOING_SENDER = "outgoing_sender"
LOGINS = (
    *QUERIES,
    *INGESTS,
    INGEST,
    *WRITERS,
    *JOURNALS,
    RUNS_WRITER,
    RUNS_READER,
    QUARANTINE_KEEPER,
    QUARANTINE_WRITER,
    REVIEWER,
    CHANGES_READER,
    SUBSCRIPTIONS_KEEPER,
    SUBSCRIPTIONS_WRITER,
    SUBSCRIBER,
    OUTGOING_SENDER,
)
"""Roles that log in, each with a password of its own."""
