"""Manifests of trusted documents: the documents that a client was built with, by identifier.

Two formats are read: Apollo's `apollo-persisted-query-manifest` version 1, and the map from identifier to document that
Relay and `@graphql-codegen` (`persistedDocuments`) write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from schema import strict_json

FORMAT = "apollo-persisted-query-manifest"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`documents` by identifier; with `only`, their client may send no other."""

    documents: Mapping[str, str]
    only: bool = True
    texts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", frozenset(self.documents.values()))


def read_manifest(text: str, *, only: bool = True) -> Manifest:
    """The manifest in this JSON; each document is known by its identifier and by its SHA-256. Raises ValueError."""
    value = strict_json.parse(text)
    if type(value) is not dict:
        raise ValueError("a manifest is a JSON object")
    documents = _operations(value) if "format" in value or "operations" in value else value
    if not documents or any(type(body) is not str or not body.strip() for body in documents.values()):
        raise ValueError("a manifest maps identifiers to documents")
    by_hash = {sha256(body.encode()).hexdigest(): body for body in documents.values()}
    if any(documents.get(digest, body) != body for digest, body in by_hash.items()):
        raise ValueError("an identifier is the SHA-256 of another document")
    return Manifest({**by_hash, **documents}, only)


def _operations(value: Mapping[str, Any]) -> dict[str, str]:
    if (value.get("format"), value.get("version")) != (FORMAT, 1):
        raise ValueError(f"a manifest with operations is '{FORMAT}' version 1")
    return strict_json.unique([(operation["id"], operation["body"]) for operation in value["operations"]])
