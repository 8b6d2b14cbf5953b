"""Keys of the hub and its subgraphs, each in a file that only its owner may read.

A key is 32 random bytes, written as one line of base64url. Only `hub keys init`, the demo and the tests create keys;
all others load them and refuse to start if one is missing, malformed or readable by others. A process loads only
the keys that it needs; the password of a database role is a key too, derived from the key `database`.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BinasciiError
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.errors import SetupRefused
from infra.role_names import LOGINS
from schema.overlapping_keys import OverlappingKey
from schema.subgraphs import SUBGRAPHS

WEBHOOKS = ("rdv-insertion",)
"""Source systems whose notifications, kept as files, are signed under one secret."""

RANDOM = (
    *(f"context-{subgraph}" for subgraph in SUBGRAPHS),
    "nir",
    "cursors",
    "journal",
    "database",
    *(f"webhook-{source}" for source in WEBHOOKS),
)
"""Keys that only a backup brings back."""
RENEWABLE = ("quarantine", "subscriptions", "shared")
"""Random keys that may be made anew: what was encrypted by a lost one is read again from its source, or asked for
again."""
SIZE = 32
"""Bytes of a key."""
CONTEXT = re.compile(r"context-(?!.*\.)[a-z][a-z0-9-]+")
"""The name of a key held by the hub and by a subgraph, its own or another team's, which do not change it at the same
time."""
PREVIOUS = ".previous"
"""The suffix of the file of an old key that is still accepted."""
SENDER = re.compile(r"webhook-[a-z0-9-]+\.(?!previous$)[a-z0-9-]+")
"""The name of the secret of an organisation that sends; it and its counterpart do not change at the same time."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How a key is changed: after how many days, and for how many the old one is accepted; None for never, or for a key
    that has no old one beside it."""

    days: int | None
    overlap: int | None


YEAR = 365
CHANGES: Mapping[str, Changes] = {
    "cursors": Changes(YEAR, 31),  # cursors of changes are kept for 30 days
    "quarantine": Changes(YEAR, 31),  # as refused records
    "subscriptions": Changes(2 * YEAR, 366),  # the longest subscription
    "journal": Changes(YEAR, None),  # its public half stays
    "database": Changes(YEAR, None),  # a role has one password
    "nir": Changes(None, None),  # no NIR is kept from which to make hashes again
    "shared": Changes(2 * YEAR, 373),  # the longest revocation, and a week until every process has the new one
}
CONTEXTS, SENDERS = Changes(YEAR, 7), Changes(YEAR, 31)


def changes_of(name: str) -> Changes | None:
    """How the key of this name is changed; None for what is no key, and for the passwords of roles."""
    if CONTEXT.fullmatch(name):
        return CONTEXTS
    if SENDER.fullmatch(name) or name in (f"webhook-{source}" for source in WEBHOOKS):
        return SENDERS
    return CHANGES.get(name)


def overlap_of(name: str) -> int | None:
    """For how many days the old key of this name is accepted; None if it never is."""
    changes = changes_of(name)
    return None if changes is None else changes.overlap


def sender_key(source: str, organisation: str) -> str:
    """The name of the secret under which an organisation of a source sends to the hub."""
    return f"webhook-{source}.{organisation}"


def role_keys(*roles: str) -> tuple[str, ...]:
    """The names of the keys that hold the passwords of these database roles."""
    return tuple(f"role-{role}" for role in roles)


def derived(database: bytes, role: str) -> bytes:
    """The password of a role as a key: HMAC-SHA-256 of its name under the key `database`."""
    return hmac.digest(database, role.encode(), "sha256")


NAMES = (*RANDOM, *RENEWABLE, *role_keys(*LOGINS))
"""Every key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of this process, by name; there is no default for one that was not loaded."""

    directory: Path
    values: Mapping[str, bytes] = field(repr=False)

    @staticmethod
    def load(directory: Path, names: Collection[str] = NAMES) -> Keys:
        """Read these keys, and the previous ones that are still accepted; raises SetupRefused (KEYS_MISSING,
        KEYS_EXPOSED, KEYS_MALFORMED) unless all are sound."""
        if not directory.is_dir():
            raise _missing(directory, names or RANDOM)
        if directory.stat().st_mode & 0o022:
            raise _exposed(directory, "700")
        absent = [name for name in names if not (directory / name).is_file()]
        if absent:
            raise _missing(directory, absent)
        return Keys(directory, {name: _read_with_previous(directory / name) for name in names})

    @staticmethod
    def create(directory: Path) -> Keys:
        """Make the missing keys and load all; two processes may do it at once."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (*RANDOM, *RENEWABLE):
            if not (directory / name).exists():
                _write(directory / name, secrets.token_bytes(SIZE))
        database = Keys.load(directory, ("database",)).database
        for role, name in zip(LOGINS, role_keys(*LOGINS), strict=True):
            if not (directory / name).exists():
                _write(directory / name, derived(database, role))
        return Keys.load(directory)

    @staticmethod
    def initialise(directory: Path) -> list[str]:
        """Make the keys of a new installation, or those that an older one lacks and may make; return the names made.

        Raises SetupRefused (KEYS_MISSING) for an installation that has lost a random key: a new one would not do."""
        absent = [name for name in RANDOM if not (directory / name).exists()]
        if absent and len(absent) < len(RANDOM):
            raise _missing(directory, absent)
        before = {name for name in NAMES if (directory / name).exists()}
        Keys.create(directory)
        return [name for name in NAMES if name not in before]

    @staticmethod
    def add(directory: Path, name: str) -> bool:
        """Make the secret of a sender or of a joined subgraph among other keys; return False, and make none, if
        there is one. Raises SetupRefused (KEYS_MISSING) for a folder without any key, which no process reads."""
        Keys.load(directory, ())
        if not any((directory / key_name).exists() for key_name in NAMES):
            raise _missing(directory, RANDOM)
        if (directory / name).exists():
            return False
        _write(directory / name, secrets.token_bytes(SIZE))
        return True

    def renewed(self, name: str, value: bytes | None = None) -> Keys:
        """Replace a key by this one, else by a new one, atomically."""
        path = self.directory / name
        fresh = self.directory / f".{name}.{secrets.token_hex(8)}"
        _write(fresh, value or secrets.token_bytes(SIZE))
        fresh.replace(path)
        return Keys(self.directory, {**self.values, name: _read_with_previous(path)})

    def overlapped(self, *names: str, days: int | None = None) -> Keys:
        """Replace each of these keys by a new one; the old ones are accepted for so many days, else for those of
        `CHANGES`, or until they are `ended`.

        Raises SetupRefused (KEYS_OVERLAP), and changes none, if one still has an old key that is accepted."""
        keys, now = self, datetime.now(UTC)
        for name in names:
            previous = self.directory / f"{name}{PREVIOUS}"
            if previous.exists() and previous_end(previous) > now:
                raise _overlap(self.directory, name)
        for name in names:
            path = self.directory / name
            end = now + timedelta(days=days or overlap_of(name) or 0)
            path.with_name(f"{name}{PREVIOUS}").unlink(missing_ok=True)
            _write(path.with_name(f"{name}{PREVIOUS}"), _read(path), f"{end:%Y-%m-%dT%H:%M:%SZ}\n")
            keys = keys.renewed(name)
        return keys

    def with_new_passwords(self) -> Keys:
        """Replace the key `database`, and the passwords of all roles, which are derived from it."""
        keys = self.renewed("database")
        for role, name in zip(LOGINS, role_keys(*LOGINS), strict=True):
            keys = keys.renewed(name, derived(keys.database, role))
        return keys

    def ended(self, name: str) -> bool:
        """Erase the old key of this name; return whether there was one."""
        path = self.directory / f"{name}{PREVIOUS}"
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed

    def context(self, subgraph: str) -> bytes:
        """The key that signs the context of calls to one subgraph."""
        return self._of(f"context-{subgraph}")

    @property
    def nir(self) -> bytes:
        """The key of the keyed hash under which a NIR is stored and matched."""
        return self._of("nir")

    @property
    def cursors(self) -> bytes:
        """The key that seals page cursors."""
        return self._of("cursors")

    @property
    def journal(self) -> bytes:
        """The key that signs the checkpoints of the access journal."""
        return self._of("journal")

    @property
    def quarantine(self) -> bytes:
        """The key that encrypts refused records."""
        return self._of("quarantine")

    @property
    def subscriptions(self) -> bytes:
        """The key that seals the terms of subscriptions to changes."""
        return self._of("subscriptions")

    @property
    def shared(self) -> bytes:
        """The key that hides names from the shared state, and seals its texts."""
        return self._of("shared")

    @property
    def database(self) -> bytes:
        """The key from which the passwords of all database roles are derived, for whoever administers them."""
        return self._of("database")

    def role(self, role: str) -> bytes:
        """The password of one database role."""
        return self._of(*role_keys(role))

    def webhook(self, source: str) -> bytes:
        """The secret by which a source system signs its webhooks: the line of text that both sides paste."""
        return _as_text(self._of(f"webhook-{source}"))

    def sender(self, source: str, organisation: str) -> bytes:
        """The secret of an organisation that sends, as a line of text."""
        return _as_text(self._of(sender_key(source, organisation)))

    def _of(self, name: str) -> bytes:
        if name not in self.values:
            raise _missing(self.directory, [name])
        return self.values[name]


def previous_end(path: Path) -> datetime:
    """When the old key of a file ends, by its second line; without one, which an older version did not write, as long
    after the new key came as one lasts. Raises SetupRefused (KEYS_MALFORMED)."""
    _, _, end = path.read_text(encoding="latin-1").strip().partition("\n")
    name = path.name.removesuffix(PREVIOUS)
    if not end:
        return datetime.fromtimestamp(path.with_name(name).stat().st_mtime, UTC) + timedelta(days=overlap_of(name) or 0)
    try:
        return datetime.strptime(end, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _malformed(path) from None


def _as_text(key: bytes) -> bytes:
    """A key as the line of text that both sides paste, with the one that it replaces."""
    if isinstance(key, OverlappingKey):
        return OverlappingKey.of(urlsafe_b64encode(key), urlsafe_b64encode(key.previous), key.until)
    return urlsafe_b64encode(key)


def _read_with_previous(path: Path) -> bytes:
    """A key, with the one that it replaces if that one's file is there."""
    previous = path.with_name(f"{path.name}{PREVIOUS}")
    if overlap_of(path.name) is None or not previous.is_file():
        return _read(path)
    return OverlappingKey.of(_read(path), _read(previous), previous_end(previous).timestamp())


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise _exposed(path, "600")
    try:
        value = urlsafe_b64decode(path.read_bytes().strip().split(b"\n")[0])
    except (BinasciiError, ValueError):
        value = b""
    except PermissionError as error:
        raise SetupRefused(
            "KEYS_MISSING",
            f"La clé {path} n'est pas lisible par cet utilisateur : donnez-lui le fichier (chown), puis relancez.",
            f"key file {path} is not readable by this user",
        ) from error
    if len(value) < SIZE:
        raise _malformed(path)
    return value


def _malformed(path: Path) -> SetupRefused:
    return SetupRefused(
        "KEYS_MALFORMED",
        f"La clé {path} est abîmée : remettez la copie d'origine (une ligne de base64, {SIZE} octets).",
        f"key file {path} does not hold {SIZE} bytes of base64url",
    )


def _write(path: Path, value: bytes, more: str = "") -> None:
    """Create the file atomically, unless another process has just made it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(urlsafe_b64encode(value) + b"\n" + more.encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return
    finally:
        temporary.unlink()


def _missing(directory: Path, names: Collection[str]) -> SetupRefused:
    listed = ", ".join(sorted(names))
    senders = " « hub keys sender » crée celle d'un expéditeur." if any(map(SENDER.fullmatch, names)) else ""
    return SetupRefused(
        "KEYS_MISSING",
        f"Il manque des clés dans {directory} : {listed}. Nommez leur dossier par --keys, remettez-les depuis votre "
        "coffre ou, pour une installation neuve ou qui n'a pas encore ses clés « role-… », « quarantine », "
        f"« subscriptions » ou « shared », lancez « hub keys init ».{senders}",
        f"missing in {directory}: {listed}",
    )


def _overlap(directory: Path, name: str) -> SetupRefused:
    return SetupRefused(
        "KEYS_OVERLAP",
        f"L'ancienne clé {name}{PREVIOUS} est encore admise dans {directory} : redémarrez ce qui lit cette clé, les "
        f"hubs en dernier, lancez « hub keys end {name} », et recommencez.",
        f"{name}{PREVIOUS} is still accepted in {directory}",
    )


def _exposed(path: Path, mode: str) -> SetupRefused:
    return SetupRefused(
        "KEYS_EXPOSED",
        f"D'autres utilisateurs ont accès à {path} : fermez-le (chmod {mode} {path}), puis changez la clé si elle a pu "
        "être lue.",
        f"permissions of {path} are wider than {mode}",
    )
