"""Reads a GraphQL request from HTTP strictly: one JSON object, no duplicate key, no duplicate header.

docs/attaques.md#attack-23, docs/attaques.md#attack-29, docs/attaques.md#attack-30 and docs/attaques.md#attack-37.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from hub.document.exchange import Request
from hub.errors import RequestRefused
from hub.http.media_types import is_json
from schema.nir import may_hold_nir

SERVED = {"access-mode": ("filter", "refuse"), "schema-view": ("all", "mine"), "plan": ("show",)}
"""Supported values of some headers; other values are refused, not ignored."""

SINGLE = frozenset(
    {"authorization", "purpose", "purpose-reference", *SERVED, "content-type", "traceparent", "last-event-id"}
)
IDENTIFIER = re.compile(r"[A-Za-z0-9._~:/+=-]{1,256}")
"""Identifiers of documents; wider than appendix A, because some clients use Base64."""
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def read_headers(raw: Iterable[tuple[bytes, bytes]], extra: frozenset[str] = frozenset()) -> dict[str, str]:
    """The headers that the hub reads, with those of `extra`; raises RequestRefused for one that comes twice."""
    headers: dict[str, str] = {}
    for name_bytes, value in raw:
        name = name_bytes.decode("latin-1").lower()
        single = name in SINGLE or name in extra
        if single and name in headers:
            raise RequestRefused(
                "DUPLICATE_HEADER", f"L'en-tête « {name} » est envoyé deux fois : gardez-en un.", f"two {name} headers"
            )
        if name == "accept" and name in headers:
            headers[name] += "," + value.decode("latin-1")
        elif single or name == "accept":
            headers[name] = value.decode("latin-1").strip(" \t")
            if name in SERVED and headers[name] not in SERVED[name]:
                raise RequestRefused(
                    "HEADER_UNSUPPORTED",
                    f"L'en-tête « {name} » n'admet ici que « {' », « '.join(SERVED[name])} » : retirez-le.",
                    f"{name} is not served",
                )
        elif name == "content-encoding" and value.strip().lower() != b"identity":
            raise _unsupported("a compressed body")
    return headers


def trace_id(raw: Iterable[tuple[bytes, bytes]]) -> str:
    """The client's trace id (W3C Trace Context) if there is exactly one, else a new one. An id that may spell a NIR is
    replaced too, because the journal keeps it."""
    values = [value.decode("latin-1").strip(" \t") for name, value in raw if name.lower() == b"traceparent"]
    match = TRACEPARENT.fullmatch(values[0]) if len(values) == 1 else None
    return secrets.token_hex(16) if match is None or any(map(may_hold_nir, match.groups())) else match[1]


def check_media(headers: Mapping[str, str]) -> None:
    """Raise RequestRefused (UNSUPPORTED_MEDIA_TYPE) for a body that is not announced as JSON."""
    if not is_json(headers.get("content-type", "")):
        raise _unsupported("the body is not application/json")


def read_request(headers: Mapping[str, str], value: Any, trace: str) -> Request:
    """The request that is this value of JSON; raises RequestRefused (BATCH_UNSUPPORTED, BAD_REQUEST)."""
    if type(value) is list:
        raise RequestRefused(
            "BATCH_UNSUPPORTED",
            "Les lots de requêtes ne sont pas servis : envoyez une requête par appel, de plusieurs champs au besoin.",
            "a batch",
        )
    if type(value) is not dict:
        raise _malformed("the body is not one JSON object")
    query, name, variables = value.get("query"), value.get("operationName"), value.get("variables")
    extensions = value.get("extensions")
    if name is not None and type(name) is not str:
        raise _malformed("'operationName' is not a text")
    if variables is not None and type(variables) is not dict:
        raise _malformed("'variables' is not an object")
    if extensions is not None and type(extensions) is not dict:
        raise _malformed("'extensions' is not an object")
    identifier = _document_id(value.get("documentId"), (extensions or {}).get("persistedQuery"))
    if type(query) is not str and (query is not None or identifier is None):
        raise _malformed("'query' is not a text")
    return Request(headers, query, name, variables or {}, trace, identifier)


def _document_id(appendix: Any, apollo: Any) -> str | None:
    """The document's identifier, by `documentId` (GraphQL over HTTP, appendix A) or `extensions.persistedQuery`."""
    if apollo is not None and (type(apollo) is not dict or apollo.get("version") != 1):
        raise _malformed("'extensions.persistedQuery' is not of version 1")
    identifiers = [
        identifier for identifier in (appendix, apollo and apollo.get("sha256Hash")) if identifier is not None
    ]
    if apollo is None and not identifiers:
        return None
    if len(identifiers) != 1 or type(identifiers[0]) is not str or not IDENTIFIER.fullmatch(identifiers[0]):
        raise _malformed("no identifier of a document, or two")
    return identifiers[0].removeprefix("sha256:")


def _unsupported(detail: str) -> RequestRefused:
    return RequestRefused(
        "UNSUPPORTED_MEDIA_TYPE",
        "Envoyez la requête en « Content-Type: application/json », sans compression.",
        detail,
        http_status=415,
    )


def _malformed(detail: str) -> RequestRefused:
    return RequestRefused(
        "BAD_REQUEST",
        "La requête est un objet JSON avec « query » (texte) ou l'identifiant d'un document connu, et au besoin "
        "« variables » (objet), « operationName » (texte) et « extensions » (objet).",
        detail,
    )
