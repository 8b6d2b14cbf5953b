"""Signed checkpoints: one chain for all streams, each saying how far one of them had come.

An entry that is changed, removed or cut off before a checkpoint disagrees with it; a checkpoint can't be remade without
the key, nor removed without a gap, save the last ones: whoever keeps the number and digest of one elsewhere can prove
that it was there (`hub journal verify --anchor`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import orjson

from hub.journal.chain import plain
from hub.journal.signing import Signer, Trust

START = bytes(32)
"""`previous` of checkpoint 1."""


class State(StrEnum):
    """What a checkpoint says of its stream."""

    OPENED = "OPENED"  # begins here, empty
    PASSED = "PASSED"  # had come this far
    CLOSED = "CLOSED"  # ends here
    ROOT = "ROOT"  # all up to here was verified and dropped with its month


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`seq` and `head` are place and digest (hexadecimal) of the stream's last line; `previous` is the digest
    (hexadecimal) of checkpoint `number - 1`; `key` is the id of the key that signs."""

    number: int
    at: datetime
    stream: UUID
    seq: int
    head: str
    state: State
    previous: str
    key: str

    def payload(self) -> bytes:
        """What is signed and hashed."""
        return b"spie journal checkpoint\0" + orjson.dumps(self, plain)

    def digest(self) -> bytes:
        """SHA-256 of the payload: what the next checkpoint names."""
        return sha256(self.payload()).digest()

    def signature(self, signer: Signer) -> bytes:
        """Signature of the payload (Ed25519, 64 bytes)."""
        return signer.sign(self.payload())

    def signed(self, signature: bytes, trust: Trust) -> bool:
        """Whether a trusted key of this id made the signature."""
        return trust.verifies(self.key, signature, self.payload())
