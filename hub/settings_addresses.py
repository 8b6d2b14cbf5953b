"""The addresses in a settings file, their TLS files, and the other files that it names beside it."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from hub.federation.client.http1 import LOOPBACK, address
from hub.federation.client.tls import client_tls
from hub.settings_tables import TlsTable
from hub.strict_toml import TomlTable
from hub.wording.engine import call_engine


def check_encrypted(row: TomlTable, key: str, url: str) -> None:
    """Raise TomlRefused unless this is an https URL, or any URL of this machine."""
    parts = parts_of(row, key, url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise row.refusal(f"« {key} » est une adresse https:// ; http:// pour cette machine seulement", key)


def parts_of(row: TomlTable, key: str, url: str) -> SplitResult:
    """The parts of the URL under this key; raises TomlRefused if requests can't be sent there."""
    try:
        return address(url)
    except ValueError:
        raise row.refusal(
            f"« {key} » n'est pas une adresse : écrivez http(s)://hôte[:port]/chemin, en ASCII et sans espace, sans "
            "identifiant ni mot de passe",
            key,
        ) from None


def tls_of(row: TomlTable, key: str, url: str, table: TlsTable, folder: Path) -> ssl.SSLContext | None:
    """The TLS context of the URL under this key with the table's files; None without TLS. Raises TomlRefused,
    StartRefused (TLS_INVALID)."""
    is_secure = parts_of(row, key, url).scheme == "https"
    names = {"authorities": table.authorities, "certificate": table.certificate, "key": table.key}
    files = {name: folder / file for name, file in names.items() if file is not None}
    if files and not is_secure:
        raise row.refusal(f"« {min(files)} » demande une adresse https://", min(files))
    return call_engine(client_tls, **files) if is_secure else None


def read_text(row: TomlTable, key: str, folder: Path, name: str) -> str:
    """The text of the file that this key names; raises TomlRefused."""
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError):  # UnicodeDecodeError, or a name that no file has
        raise row.refusal(
            f"« {key} » nomme « {name} », qui n'est pas un texte en UTF-8 que l'on puisse lire", key
        ) from None


def read_json(row: TomlTable, key: str, folder: Path, name: str) -> Any:
    """The value of the JSON file that this key names; raises TomlRefused."""
    try:
        return json.loads(read_text(row, key, folder, name))
    except (ValueError, RecursionError) as error:
        place = f" (ligne {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise row.refusal(f"« {key} » nomme « {name} », qui n'est pas du JSON{place}", key) from None
