"""A GraphQL request and its reply, free of the transport that brings them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import IdentityRefused


@dataclass(frozen=True, slots=True)
class Request:
    """One GraphQL request as it came; `headers` are those that matter, in lower case, `trace` is a W3C trace id.

    `query` is the document's text, `document_id` its identifier (a SHA-256 without prefix): one of them is there.
    """

    headers: Mapping[str, str]
    query: str | None
    operation_name: str | None
    variables: Mapping[str, Any]
    trace: str
    document_id: str | None = None

    @property
    def bearer(self) -> str:
        """The bearer token; raises IdentityRefused (TOKEN_MISSING)."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or token != token.strip():
            raise IdentityRefused(
                "TOKEN_MISSING",
                "Aucun jeton d'accès : envoyez l'en-tête « Authorization: Bearer … ».",
                "no bearer token",
            )
        return token


@dataclass(frozen=True, slots=True)
class Reply:
    """An executed operation, all of which may leave: data (whole, partial or null), errors and extensions."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    extensions: Mapping[str, Any]
