"""The first page of a hub: where each of the others is, for whom, and how the hub is."""

from __future__ import annotations

from hub.health import Health
from hub.pages.rendering import render
from hub.pages.status_page import summary


def page(nonce: str, health: Health) -> str:
    """Render the page."""
    return render("home.html", nonce=nonce, health=health, summary=summary(health))
