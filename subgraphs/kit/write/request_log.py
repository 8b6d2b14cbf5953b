"""What was asked to be written, by actor and key: an entry is made in the transaction of the writing, and with it or
not at all. It says who wrote which item, when and by which mutation, to whoever has the key by which the actor is
hashed; and the same request is never made twice."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.dialects.postgresql import UUID

from subgraphs.kit.columns import REQUESTS, identifier, instant


def request_log(metadata: MetaData) -> Table:
    """The table `write_request` of a subgraph: actor, key and digest are keyed hashes, and no value is kept."""
    return Table(
        "write_request",
        metadata,
        identifier("actor", nullable=False),
        identifier("key", nullable=False),
        identifier("digest", nullable=False),
        identifier("mutation", nullable=False),
        identifier("purpose", nullable=False),
        Column("item_id", UUID(as_uuid=False), nullable=False),
        instant("made_at", nullable=False),
        PrimaryKeyConstraint("actor", "key"),
        info=REQUESTS,
    )


ENTRY = ("actor", "key", "digest", "mutation", "purpose", "item_id", "made_at")
"""The columns of an entry, in the order of the parameters of `insert_sql`."""


def insert_sql(schema: str) -> str:
    """The statement that makes an entry unless its key has one; it waits for whoever is making it."""
    return (
        f"INSERT INTO {schema}.write_request ({', '.join(ENTRY)})"  # noqa: S608 - our own table
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING item_id"
    )


def select_sql(schema: str) -> str:
    """The statement that reads the entry of a key."""
    return f"SELECT digest, item_id FROM {schema}.write_request WHERE actor = $1 AND key = $2"  # noqa: S608 - our own table
