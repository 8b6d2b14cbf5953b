"""What the pages behind a token have in common: their frame, and how an error is told in them."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from hub.errors import HubError

STYLE = Path(__file__).with_name("page.css")
PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hub SPIE — {title}</title>
<style nonce="{nonce}">
{style}</style>
</head>
<body>
<header><div><strong>Hub SPIE</strong>{title}</div>{navigation}</header>
<main>
{content}
</main>
</body>
</html>
"""


def framed(nonce: str, title: str, navigation: str, content: str) -> str:
    """A whole page."""
    return PAGE.format(nonce=nonce, title=title, style=_style(), navigation=navigation, content=content)


def refusal(error: HubError | None) -> str:
    """An error, in the page."""
    return told(error.message, error.code) if error is not None else ""


def told(message: str, code: str) -> str:
    """A message with its code."""
    return f'<p class="problem" role="alert">{escape(message)} <code>{escape(code)}</code></p>'


def token_field(token: str) -> str:
    """The token, given back in a hidden field."""
    return f'<input type="hidden" name="access_token" value="{escape(token)}">'


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")
