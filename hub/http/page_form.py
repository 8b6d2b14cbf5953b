"""Pages without a script whose access token comes in the body of a form (decision 0029)."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.errors import RequestRefused
from hub.http.bodies import receive_body
from hub.http.safe_headers import SHARED

FORM = "application/x-www-form-urlencoded"
PAGE_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page_response(nonce: str, text: str, status: int) -> HTMLResponse:
    """A page that is never cached and runs no script."""
    headers = {
        **SHARED,
        "content-security-policy": PAGE_POLICY.format(nonce=nonce),
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    return HTMLResponse(text, status_code=status, headers=headers)


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """A file that is saved, never shown or cached; its name tells nothing of whom it is about."""
    headers = {
        **SHARED,
        "content-security-policy": "default-src 'none'; sandbox",
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


async def read_form(request: Request, fields: Collection[str]) -> dict[str, str]:
    """The fields of a page's own form; raises RequestRefused (UNSUPPORTED_MEDIA_TYPE, FORM_INVALID)."""
    media = request.headers.get("content-type", "")
    if media.partition(";")[0].strip().lower() != FORM:
        raise RequestRefused(
            "UNSUPPORTED_MEDIA_TYPE",
            "Cette page ne lit que son propre formulaire : remplissez-le.",
            "the body is no form",
            http_status=415,
        )
    body = await receive_body(request.receive)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=len(fields),
        )
    except ValueError as error:
        raise _form_invalid() from error
    form = dict(pairs)
    if len(form) != len(pairs) or not form.keys() <= set(fields):
        raise _form_invalid()
    return form


def _form_invalid() -> RequestRefused:
    return RequestRefused(
        "FORM_INVALID", "Le formulaire n'est pas celui de cette page : rechargez-la.", "not the page's form"
    )
