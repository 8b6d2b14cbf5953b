"""The outgoing queue of a subgraph: which items that mutations wrote have yet to be sent to their system of record.

A row is made in the transaction of the mutation. It holds no value of a person: what is sent is read when it is sent,
by the rights of who wrote, which the row keeps sealed under the installation's secret, bound to the item and the
system. `key` is what the system is given to know a message that it is sent again (docs/decisions/0122).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, text
from sqlalchemy.dialects.postgresql import UUID

from schema.context import Context
from schema.overlapping_keys import NONCE, open_sealed
from subgraphs.kit.columns import OUTGOING, identifier, instant

SENDER = "outgoing_sender"
"""The database role that sends: it reads the queue, and settles the items that wait in it."""


@dataclass(frozen=True, slots=True, repr=False)
class Author:
    """Who wrote an item, for what, of whom: the rights under which it is read again before it is sent."""

    actor: str
    kind: str
    organisation: str | None
    purpose: str
    scopes: tuple[str, ...]
    person: str


class AuthorUnread(Exception):
    """An author that this installation sealed in a form of another release."""


def outgoing_queue(metadata: MetaData) -> Table:
    """The table `outgoing` of a subgraph."""
    return Table(
        "outgoing",
        metadata,
        Column("item_id", UUID(as_uuid=False), primary_key=True),
        identifier("system", nullable=False),
        Column("key", UUID(as_uuid=False), nullable=False, server_default=text("gen_random_uuid()")),
        Column("author", LargeBinary, nullable=False),
        instant("queued_at", nullable=False),
        instant("due_at", nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Index(None, "system", "due_at"),
        info=OUTGOING,
    )


def insert_sql(schema: str) -> str:
    """The statement that queues an item."""
    return (
        f"INSERT INTO {schema}.outgoing (item_id, system, author, queued_at, due_at)"  # noqa: S608 - our own table
        " VALUES ($1, $2, $3, $4, $4)"
    )


def sealed(secret: bytes, item: str, system: str, context: Context, person: str) -> bytes:
    """The author of an item, encrypted."""
    author = Author(context.actor, context.kind, context.organisation, context.purpose, context.scopes, person)
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(secret).encrypt(nonce, msgspec.json.encode(author), _place(item, system))


def opened(secret: bytes, item: str, system: str, author: bytes) -> Author | None:
    """The author of an item; None for what this installation did not seal for this item and system. Raises
    AuthorUnread."""
    try:
        content = open_sealed(secret, _cipher, author, _place(item, system))
    except (InvalidTag, ValueError):
        return None
    try:
        return msgspec.json.decode(content, type=Author)
    except msgspec.MsgspecError:
        raise AuthorUnread from None


def _place(item: str, system: str) -> bytes:
    return msgspec.json.encode([item, system])


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"spie outgoing").derive(secret))
