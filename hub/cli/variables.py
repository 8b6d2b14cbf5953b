"""The variables of a document, as a command takes them."""

from __future__ import annotations

from typing import Any

import orjson

from hub.cli.refusals import refuse


def variables_of(text: str | None) -> dict[str, Any]:
    """The values of a JSON object; none without a text. Another text ends the command."""
    try:
        values = orjson.loads(text or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        refuse("ARGUMENT_INVALID", '« --variables » est un objet JSON, comme \'{"id": "1"}\'.')
    return values
