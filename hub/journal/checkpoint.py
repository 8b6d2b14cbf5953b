"""Signed checkpoints: one chain for all streams, in which each checkpoint records how far one stream has come.

An entry that is changed, removed or truncated before a checkpoint contradicts it. A checkpoint cannot be forged without
the key nor removed without a gap, except the last ones: whoever stores the number and digest of one elsewhere can prove
that it existed (`hub journal verify --anchor`).
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
    """What a checkpoint records of its stream."""

    OPENED = "OPENED"  # it begins here, empty
    PASSED = "PASSED"  # it has come this far
    CLOSED = "CLOSED"  # it ends here
    ROOT = "ROOT"  # its lines up to here, all before `at`, were verified and dropped with their month


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
        """The bytes that are signed and hashed."""
        return b"spie journal checkpoint\0" + orjson.dumps(self, plain)

    def digest(self) -> bytes:
        """SHA-256 of the payload, which the next checkpoint holds as `previous`."""
        return sha256(self.payload()).digest()

    def signature(self, signer: Signer) -> bytes:
        """Signature of the payload (Ed25519, 64 bytes)."""
        return signer.sign(self.payload())

    def signed(self, signature: bytes, trust: Trust) -> bool:
        """Whether a trusted key of this id made the signature."""
        return trust.verifies(self.key, signature, self.payload())
