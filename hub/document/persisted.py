"""The text of a request's document: sent whole, trusted by a manifest, or cached under its hash.

docs/attaques.md#attack-24: the hash is computed here, a manifest is its client's, a kept document its actor's; what a
document may read is decided after this, for each request, whatever it came by.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from hub.document.exchange import Request
from hub.document.manifest import Manifest
from hub.document.nir import refuse_nir
from hub.errors import DocumentRefused
from schema.local_state import LocalState
from schema.lru import Lru
from schema.shared_state import SharedState

CACHE_BYTES = 16 * 1024 * 1024
"""Memory for all documents cached under their hash."""
ENTRY_BYTES = 500
"""Memory of a cached document beside its text."""
LARGEST_DOCUMENT = 100_000
"""Bytes of the largest document that is cached; the limits of documents refuse larger ones."""


class Documents:
    """Trusted documents per client, and those that actors have sent once (automatic persisted queries), to this process
    or, with a shared state, to another."""

    def __init__(
        self,
        trusted: Mapping[str, Manifest] | None = None,
        *,
        cache_bytes: int = CACHE_BYTES,
        state: SharedState | None = None,
    ) -> None:
        self._trusted, self._state = trusted or {}, state or LocalState()
        self._cache: Lru[tuple[str, str], str] = Lru("persisted documents", cache_bytes, _memory)

    async def text(self, request: Request, client: str = "", actor: str = "") -> str:
        """The document of this request; raises DocumentRefused.

        Nobody learns what another actor has sent: a hash is known to the actor who sent its document.
        """
        manifest = self._trusted.get(client)
        if manifest is not None:
            trusted = manifest.documents.get(request.document_id) if request.document_id is not None else request.query
            if trusted is not None and trusted in manifest.texts:
                _check_same(request.query, trusted)
                return trusted
            if manifest.only:
                raise DocumentRefused(
                    "DOCUMENT_NOT_TRUSTED",
                    "Cette application n'envoie que les documents de son manifeste, et celui-ci n'en est pas : publiez "
                    "le manifeste de cette version auprès du hub.",
                    "not in the manifest of the client",
                    http_status=403,
                )
        if request.document_id is None:
            return request.query or ""
        return await self._automatic(request.document_id, request.query, actor)

    async def _automatic(self, digest: str, query: str | None, actor: str) -> str:
        key = (actor, digest)
        cached = self._cache.get(key)
        if cached is not None:
            _check_same(query, cached)
            return cached
        name = f"{actor} {digest}"
        if query is None and (shared := await self._state.text(name)) is not None:
            return self._cache.put(key, shared)
        if query is None:
            raise DocumentRefused(
                "PERSISTED_QUERY_NOT_FOUND",
                "PersistedQueryNotFound",  # the word that clients of automatic persisted queries compare
                "no document is kept under this hash for this actor",
                extensions={"explanation": "Document inconnu : renvoyez-le en entier avec son empreinte SHA-256."},
            )
        encoded = query.encode("utf-8", "surrogatepass")
        if sha256(encoded).hexdigest() != digest:
            raise _mismatch()
        if len(encoded) <= LARGEST_DOCUMENT:
            refuse_nir(query)
            self._cache.put(key, query)
            await self._state.keep(name, query)
        return query


def _memory(key: tuple[str, str], document: str) -> int:
    """Memory of a cached document, in bytes."""
    return len(document.encode("utf-8", "surrogatepass")) + ENTRY_BYTES


def _check_same(query: str | None, document: str) -> None:
    if query is not None and query != document:
        raise _mismatch()


def _mismatch() -> DocumentRefused:
    return DocumentRefused(
        "PERSISTED_QUERY_HASH",
        "L'identifiant envoyé n'est pas celui de ce document : envoyez l'empreinte SHA-256 (hexadécimale, en "
        "minuscules) du document en UTF-8, ou l'identifiant que lui donne votre manifeste.",
        "the identifier is of another document",
    )
