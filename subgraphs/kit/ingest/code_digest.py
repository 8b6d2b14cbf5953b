"""The digest of the code that reads and writes records: a message that other code has taken is read again."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import schema
import subgraphs

SUFFIXES = frozenset({".py", ".csv", ".toml", ".xsd"})


@cache
def code_digest() -> bytes:
    """SHA-256 of the files of the packages `schema` and `subgraphs`."""
    digest = sha256()
    for package in (schema, subgraphs):
        root = Path(str(package.__file__)).parent
        for path in sorted(path for path in root.rglob("*") if path.suffix in SUFFIXES):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)} {len(content)} ".encode() + content)
    return digest.digest()
