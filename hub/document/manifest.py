"""Manifests of trusted documents: the documents that a client was built with, by identifier.

Two formats are read: Apollo's `apollo-persisted-query-manifest` version 1, and the map from identifier to document that
Relay and `@graphql-codegen` (`persistedDocuments`) write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hub.errors import SettingInvalid
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
    """The manifest in this JSON; each document is known by its identifier and by its SHA-256. Raises SettingInvalid."""
    try:
        value = strict_json.parse(text)
    except (ValueError, RecursionError) as error:
        raise SettingInvalid("un manifeste est du JSON, sans clé donnée deux fois", type(error).__name__) from None
    if type(value) is not dict:
        raise SettingInvalid("un manifeste est un objet JSON", "a manifest is a JSON object")
    documents = _operations(value) if "format" in value or "operations" in value else value
    if not documents or any(type(body) is not str or not body.strip() for body in documents.values()):
        raise SettingInvalid(
            "un manifeste donne pour chaque identifiant un document, et en a au moins un",
            "a manifest maps identifiers to documents",
        )
    by_hash = {sha256(body.encode()).hexdigest(): body for body in documents.values()}
    if any(documents.get(digest, body) != body for digest, body in by_hash.items()):
        raise SettingInvalid(
            "un identifiant du manifeste est le SHA-256 d'un autre document",
            "an identifier is the SHA-256 of another document",
        )
    return Manifest({**by_hash, **documents}, only)


def _operations(value: Mapping[str, Any]) -> dict[str, str]:
    if (value.get("format"), value.get("version")) != (FORMAT, 1):
        raise SettingInvalid(
            f"un manifeste à « operations » est de format « {FORMAT} », version 1",
            f"a manifest with operations is '{FORMAT}' version 1",
        )
    try:
        return strict_json.unique([(operation["id"], operation["body"]) for operation in value["operations"]])
    except (KeyError, TypeError, ValueError) as error:
        raise SettingInvalid(
            "chaque opération du manifeste a un « id », qui n'est pas celui d'une autre, et un « body »",
            f"the operations of a manifest: {type(error).__name__}",
        ) from None
