"""Keys of the journal's checkpoints: Ed25519, whose seed is the key file `journal`, named by an id of the public half.

To rotate, `retire` leaves the public half as `journal.<id>.pub` beside a new `journal`: what it signed stays
verifiable. A host that only verifies holds `.pub` files and no seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.errors import StartRefused


class Signer:
    """The current key, from its seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def sign(self, payload: bytes) -> bytes:
        """Signature of 64 bytes."""
        return self._key.sign(payload)


def key_id(public: bytes) -> str:
    """Id of a public key: the beginning of its SHA-256."""
    return sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Trust:
    """Public keys (32 bytes) that checkpoints may be signed with, by id."""

    keys: Mapping[str, bytes]

    def verifies(self, key: str, signature: bytes, payload: bytes) -> bool:
        """Whether the trusted key of this id made this signature; an unknown id never did."""
        if key not in self.keys:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.keys[key]).verify(signature, payload)
        except InvalidSignature:
            return False
        return True


def trusted(folder: Path, *more: Signer) -> Trust:
    """The public halves that lie in the folder of keys, and those of these signers; raises StartRefused."""
    keys = {signer.id: signer.public for signer in more}
    for path in sorted(folder.glob("journal.*.pub")):
        try:
            public = bytes.fromhex(path.read_text(encoding="ascii").strip())
            Ed25519PublicKey.from_public_bytes(public)
        except (OSError, ValueError) as error:
            raise StartRefused(
                "JOURNAL_KEY_MALFORMED",
                f"La clé publique {path} est abîmée : remettez la copie d'origine.",
                f"{path.name}: {type(error).__name__}",
            ) from error
        keys[key_id(public)] = public
    return Trust(keys)


def retire(folder: Path, signer: Signer) -> Path:
    """Leave the public half of a key in the folder of keys."""
    path = folder / f"journal.{signer.id}.pub"
    path.write_text(f"{signer.public.hex()}\n", encoding="ascii")
    return path
