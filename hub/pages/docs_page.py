"""The pages of the documentation that partners and operators read, from the files of `docs/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

from hub.pages.markdown import document
from hub.pages.rendering import render

DOCS = Path(__file__).resolve().parents[2] / "docs"
ADDRESS = "/documentation"
NAMES = (
    "premiere-heure",
    "clients",
    "evenements",
    "glossaire",
    "provenance",
    "sources",
    "politiques",
    "installation",
    "exploitation",
    "sauvegarde",
    "menaces",
)
"""The documents in French that are for whoever uses or runs a hub, in the order of the page; the others are for who
changes it, and those of the rules in force are at `/policy`."""


def index(nonce: str) -> str:
    """Render the list of documents."""
    return render("docs.html", nonce=nonce, titles=titles(), address=ADDRESS)


def page(nonce: str, name: str) -> str | None:
    """Render a document, if there is one of this name."""
    if name not in titles():
        return None
    return render("docs_document.html", nonce=nonce, title=titles()[name], text=_text(name), address=ADDRESS)


@cache
def titles() -> Mapping[str, str]:
    """The title of each document, by its name; none where the hub is installed without them."""
    files = {name: DOCS / f"{name}.md" for name in NAMES}
    return {name: _first_line(file) for name, file in files.items() if file.is_file()}


@cache
def _text(name: str) -> Markup:
    return document((DOCS / f"{name}.md").read_text(encoding="utf-8"), _served)


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("# ").strip()


def _served(link: str) -> str | None:
    """The address of a document, or of a part of one, that this hub serves, or of a page elsewhere."""
    file, hash_, part = link.partition("#")
    name = file.removesuffix(".md")
    if not file or file.startswith("https://"):
        return link
    return f"{ADDRESS}/{name}{hash_}{part}" if name in titles() else None
