"""Manifests in either format; anything else stops the start."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from hub.document.manifest import FORMAT, read_manifest

BODY = "query Q { é }"
DIGEST = sha256(BODY.encode()).hexdigest()


def apollo(*operations: dict[str, str], version: int = 1) -> str:
    return json.dumps({"format": FORMAT, "version": version, "operations": operations})


def test_apollos_format_is_read() -> None:
    manifest = read_manifest(apollo({"id": "q1", "name": "Q", "type": "query", "body": BODY}))
    assert manifest.documents == {"q1": BODY, DIGEST: BODY}


def test_a_map_is_read() -> None:
    assert read_manifest(json.dumps({"md5": BODY})).documents == {"md5": BODY, DIGEST: BODY}


def test_a_document_may_have_two_identifiers() -> None:
    assert read_manifest(json.dumps({"a": BODY, "b": BODY, DIGEST: BODY})).documents.keys() == {"a", "b", DIGEST}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        apollo(),
        apollo({"id": "a", "body": BODY}, version=2),
        apollo({"id": "a", "body": BODY}, {"id": "a", "body": "{ b }"}),
        json.dumps({"format": "other", "version": 1, "operations": []}),
        json.dumps({"operations": [{"id": "a", "body": BODY}]}),
        '{"a": "{ a }", "a": "{ b }"}',
        '{"a": 1}',
        '{"a": " "}',
        json.dumps({"x": BODY, DIGEST: "{ other }"}),
    ],
)
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_manifest(text)
