"""The manifests of the clients are good for the hub: with one that admits nothing else, each operation passes alone."""

from __future__ import annotations

import json

import pytest

from hub.client_code.published import PACKAGE
from hub.client_code.published_typescript import PACKAGE as TYPESCRIPT
from hub.document.exchange import Request
from hub.document.manifest import read_manifest
from hub.document.persisted import Documents
from hub.errors import DocumentRefused


@pytest.mark.parametrize(
    "text", [(folder / "documents.json").read_text(encoding="utf-8") for folder in (PACKAGE, TYPESCRIPT)]
)
async def test_what_a_client_sends_is_trusted_by_its_manifest_and_good_without(text: str) -> None:
    trusted, without = Documents({"si": read_manifest(text)}), Documents()
    documents: dict[str, str] = json.loads(text)
    assert len(documents) >= 8
    for identifier, query in documents.items():
        request = Request({}, query, None, {}, "", identifier.removeprefix("sha256:"))
        assert await trusted.text(request, "si", "actor") == await without.text(request, "si", "actor") == query
    with pytest.raises(DocumentRefused, match="DOCUMENT_NOT_TRUSTED"):
        await trusted.text(Request({}, "{ me { id } }", None, {}, "", None), "si", "actor")
