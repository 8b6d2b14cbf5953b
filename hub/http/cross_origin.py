"""Pages of other origins that may ask GraphQL from a browser: those that the settings name, each in full (CORS, Fetch).

No cookie and no other credential of a browser is ever admitted: whoever asks has a token.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from hub.errors import RequestRefused
from hub.federation.client.http1 import LOOPBACK, address
from hub.strict_toml import TomlTable

REQUEST_HEADERS = ("Authorization", "Purpose", "Purpose-Reference", "Access-Mode", "Last-Event-ID")
"""Headers that a page may send, beside `Accept` and `Content-Type`."""
ANSWERED = ("Trace-Id", "Retry-After")
"""Headers that a page may read, beside those of the body."""
SECONDS = 600
"""How long a browser keeps what it was told before a request: the delay after which a withdrawn origin asks nothing."""
PORTS = {"https": 443, "http": 80}


def read_origins(table: TomlTable, origins: Collection[str]) -> frozenset[str]:
    """The setting `origins` of this table; raises TomlRefused for one that is not written as browsers send it, since it
    would never be met."""
    for origin in origins:
        if not _is_exact(origin):
            raise table.refusal(
                f"« origins » nomme « {origin} », qui n'est pas une origine entière : écrivez « https://nom » ou "
                "« https://nom:port », en minuscules, sans chemin, sans barre finale, sans « * » et sans le port "
                "ordinaire ; « http:// » ne vaut que pour cette machine",
                "origins",
            )
    return table.distinct("origins", [*origins])


def cross_origin(endpoint: Any, origins: Collection[str]) -> Any:
    """The endpoint, an ASGI application, whose answers pages of these origins may read."""
    return _CrossOrigin(
        endpoint,
        allow_origins=origins,
        allow_methods=("POST",),
        allow_headers=REQUEST_HEADERS,
        expose_headers=ANSWERED,
        max_age=SECONDS,
    )


class _CrossOrigin(CORSMiddleware):
    """Starlette's, which refuses before a request in the words and the form of the hub's other refusals."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser is told before the request of a page."""
        response = super().preflight_response(request_headers)
        if response.status_code != 400:
            return response
        allowed = ", ".join((*REQUEST_HEADERS, "Accept", "Content-Type"))
        refusal = RequestRefused(
            "ORIGIN_REFUSED",
            "Cette page ne peut pas interroger le hub ainsi : son origine entière doit être dans « origins » de ses "
            f"réglages ; elle envoie en POST, sans autre en-tête que {allowed}.",
            "preflight refused",
        )
        names = ("content-length", "content-type")
        headers = {name: value for name, value in response.headers.items() if name not in names}
        return JSONResponse({"errors": [refusal.formatted(None)]}, 400, headers)


def _is_exact(origin: str) -> bool:
    try:
        parts = address(origin)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    written = f"[{host}]" if ":" in host else host
    if port is not None and port != PORTS[parts.scheme]:
        written += f":{port}"
    trusted = parts.scheme == "https" or host in LOOPBACK
    return trusted and "*" not in host and origin == f"{parts.scheme}://{written}"
