"""The documentation as a hub serves it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from markupsafe import escape

from hub.pages.docs_page import ADDRESS, NAMES, index, page, titles

NONCE = "n"


def test_each_document_is_listed_by_its_title() -> None:
    assert [*titles()] == [*NAMES]
    for name, title in titles().items():
        assert f'<a href="{ADDRESS}/{name}">{escape(title)}</a>' in index(NONCE)


@pytest.mark.parametrize("name", NAMES)
def test_each_link_of_a_document_leads_to_a_document_and_a_part_that_are_there(name: str) -> None:
    text = page(NONCE, name)
    assert text is not None
    assert "<script" not in text
    content = text[text.index("<main") :]
    for link in re.findall(r'href="([^"]*)"', content):
        if link.startswith("https://"):
            continue
        address, _, part = unquote(link).partition("#")
        target = page(NONCE, address.removeprefix(f"{ADDRESS}/")) if address else text
        assert target is not None, link
        assert not part or f'id="{part}"' in target, link


def test_only_documents_of_the_list_are_served() -> None:
    assert page(NONCE, "../README") is None
    assert page(NONCE, "contribuer") is None
