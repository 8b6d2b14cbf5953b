"""A GraphQL request and its reply, free of the transport that brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.errors import FieldFailed, IdentityRefused, RequestRefused
from schema.written_numbers import written

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of the largest answer."""


def bearer(headers: Mapping[str, str]) -> str:
    """The bearer token among a request's headers; raises IdentityRefused (TOKEN_MISSING)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or token != token.strip():
        raise IdentityRefused(
            "TOKEN_MISSING",
            "Aucun jeton d'accès : envoyez l'en-tête « Authorization: Bearer … ».",
            "no bearer token",
        )
    return token


@dataclass(slots=True, repr=False)
class Request:
    """One GraphQL request as received; `headers` holds the relevant ones, in lower case, `trace` is a W3C trace id.

    `query` is the document's text, `document_id` its identifier (a SHA-256 without prefix): at least one is set; `peer`
    is the other end of the connection.
    """

    headers: Mapping[str, str]
    query: str | None
    operation_name: str | None
    variables: Mapping[str, Any]
    trace: str
    document_id: str | None = None
    peer: str = ""


@dataclass(slots=True, repr=False)
class Reply:
    """An executed operation as the JSON that may be sent: `data` (whole, partial or null), `errors` and `extensions`.

    It is encoded as soon as the answer is known, so that one text waits for the journal, not thousands of objects.
    `codes` are those of its errors, without repetition.
    """

    body: bytes
    codes: tuple[str, ...] = ()

    @staticmethod
    def of(
        data: Mapping[str, Any] | None,
        errors: Sequence[FieldFailed],
        extensions: Mapping[str, Any],
        trace: str,
        limit: int = MOST_BYTES,
    ) -> Reply:
        """The reply with these parts, each error with the trace id of the request; raises RequestRefused
        (ANSWER_TOO_LARGE) above `limit` bytes."""
        value: dict[str, Any] = {"data": data}
        if errors:
            value["errors"] = [error.formatted(trace) for error in errors]
        if extensions:
            value["extensions"] = extensions
        body = orjson.dumps(value, written)
        if len(body) > limit:
            raise RequestRefused(
                "ANSWER_TOO_LARGE",
                f"La réponse dépasse {limit} octets : demandez des pages plus petites (« first ») ou moins de champs.",
                f"answer of {len(body)} bytes above {limit}",
            )
        return Reply(body, _codes(errors) if errors else ())


@dataclass(frozen=True, slots=True, repr=False)
class LiveEvent:
    """One answer of a live query, and the cursor after it, from which whoever lost the connection goes on; None if no
    other answer follows."""

    reply: Reply
    cursor: str | None


def _codes(errors: Sequence[FieldFailed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(error.code for error in errors))
