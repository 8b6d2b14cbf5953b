"""Signing keys of the journal's checkpoints: Ed25519; the key file `journal` holds the seed, the public key has an id.

On rotation, `retire` writes the public key as `journal.<id>.pub` beside the new `journal`, so that its signatures stay
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
    """Signs with the current key, made from its seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def sign(self, payload: bytes) -> bytes:
        """The signature of the payload, of 64 bytes."""
        return self._key.sign(payload)

    def signed(self, signature: bytes, payload: bytes) -> bool:
        """Whether this key made the signature."""
        return Trust({self.id: self.public}).verifies(self.id, signature, payload)


def key_id(public: bytes) -> str:
    """The id of a public key: the first 16 digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Trust:
    """Trusted public keys of checkpoints (32 bytes), by id."""

    keys: Mapping[str, bytes]

    def verifies(self, key: str, signature: bytes, payload: bytes) -> bool:
        """Whether the trusted key of this id made this signature; False for an unknown id."""
        if key not in self.keys:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.keys[key]).verify(signature, payload)
        except InvalidSignature:
            return False
        return True

    def admits(self, signature: bytes, payload: bytes) -> bool:
        """Whether any trusted key made this signature."""
        return any(self.verifies(key, signature, payload) for key in self.keys)


def trusted(folder: Path, *more: Signer) -> Trust:
    """The public keys of the folder and of the signers; raises StartRefused (JOURNAL_KEY_MALFORMED)."""
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
    """Write the public key of a signer to the folder of keys; return its path."""
    path = folder / f"journal.{signer.id}.pub"
    path.write_text(f"{signer.public.hex()}\n", encoding="ascii")
    return path
