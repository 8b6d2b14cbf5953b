"""A GraphQL request and its reply, free of the transport that brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.errors import FieldFailed, IdentityRefused


@dataclass(slots=True)
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


@dataclass(slots=True)
class Reply:
    """An executed operation as the bytes that may leave: JSON with `data` (whole, partial or null), and `errors` and
    `extensions` where there are any.

    It is written as soon as an answer is known: what waits for the journal is one text, not thousands of objects.
    `codes` are those of its errors, each once.
    """

    body: bytes
    codes: tuple[str, ...] = ()

    @staticmethod
    def of(
        data: Mapping[str, Any] | None, errors: Sequence[FieldFailed], extensions: Mapping[str, Any], trace: str
    ) -> Reply:
        """The reply that says this, each error with the trace id of the request."""
        value: dict[str, Any] = {"data": data}
        if errors:
            value["errors"] = [error.formatted(trace) for error in errors]
        if extensions:
            value["extensions"] = extensions
        return Reply(orjson.dumps(value), _codes(errors) if errors else ())


def _codes(errors: Sequence[FieldFailed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(error.code for error in errors))
