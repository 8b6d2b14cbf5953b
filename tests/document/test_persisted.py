"""Trusted documents per client, and automatic hashes per actor, bounded."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.document.exchange import Request
from hub.document.manifest import Manifest, read_manifest
from hub.document.persisted import ENTRY_BYTES, LARGEST_DOCUMENT, Documents
from hub.errors import DocumentRefused
from schema.shared_state import SharedState

A, B = "{ a }", "{ b }"
NOT_FOUND, MISMATCH, NOT_TRUSTED = "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_HASH", "DOCUMENT_NOT_TRUSTED"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def ask(
    documents: Documents, query: str | None, identifier: str | None, client: str = "c", actor: str = "x"
) -> str:
    """The document, or the code of the refusal."""
    try:
        return await documents.text(Request({}, query, None, {}, "t", identifier), client, actor)
    except DocumentRefused as error:
        return error.code


def trusting(*, only: bool) -> Documents:
    return Documents({"c": read_manifest('{"one": "{ a }"}', only=only)})


async def test_a_document_sent_whole_is_taken_as_it_is() -> None:
    assert await ask(Documents(), A, None) == A


async def test_a_hash_is_known_once_its_document_has_come() -> None:
    documents = Documents()
    assert [await ask(documents, *sent) for sent in ((None, digest(A)), (A, digest(A)), (None, digest(A)))] == [
        NOT_FOUND,
        A,
        A,
    ]


async def test_another_document_never_stands_under_a_hash() -> None:
    documents = Documents()
    assert await ask(documents, B, digest(A)) == MISMATCH
    assert await ask(documents, None, digest(A)) == NOT_FOUND
    assert await ask(documents, A, digest(A)) == A
    assert await ask(documents, B, digest(A)) == MISMATCH
    assert await ask(documents, A, digest(A).upper()) == MISMATCH


async def test_what_one_actor_has_sent_is_unknown_to_another() -> None:
    documents = Documents()
    await ask(documents, A, digest(A), actor="x")
    assert await ask(documents, None, digest(A), actor="y") == NOT_FOUND


async def test_what_one_process_has_got_the_others_know_for_the_same_actor(state: SharedState) -> None:
    first, second = Documents(state=state), Documents(state=state)
    assert await ask(first, A, digest(A)) == A
    shared = state.figures is not None
    assert await ask(second, None, digest(A)) == (A if shared else NOT_FOUND)
    assert await ask(second, None, digest(A), actor="y") == NOT_FOUND
    assert await ask(second, B, digest(A)) == MISMATCH


async def test_clients_of_automatic_hashes_find_the_word_that_they_compare() -> None:
    with pytest.raises(DocumentRefused) as caught:
        await Documents().text(Request({}, None, None, {}, "t", digest(A)))
    assert caught.value.formatted()["message"] == "PersistedQueryNotFound"
    assert "SHA-256" in caught.value.formatted()["extensions"]["explanation"]


@pytest.mark.parametrize("only", [True, False])
@pytest.mark.parametrize("identifier", ["one", digest(A)])
async def test_a_trusted_document_is_known_by_its_identifier_and_by_its_hash(only: bool, identifier: str) -> None:
    assert await ask(trusting(only=only), None, identifier) == A
    assert await ask(trusting(only=only), A, identifier) == A
    assert await ask(trusting(only=only), B, identifier) == MISMATCH


async def test_a_trusted_document_may_be_sent_whole() -> None:
    assert await ask(trusting(only=True), A, None) == A


@pytest.mark.parametrize(("query", "identifier"), [(B, None), (None, digest(B)), (B, digest(B)), (None, "two")])
async def test_a_client_of_trusted_documents_alone_gets_no_other(query: str | None, identifier: str | None) -> None:
    assert await ask(trusting(only=True), query, identifier) == NOT_TRUSTED


async def test_another_client_does_not_know_the_manifest() -> None:
    assert await ask(trusting(only=True), None, "one", client="d") == NOT_FOUND
    assert await ask(trusting(only=True), B, None, client="d") == B


async def test_a_manifest_that_is_a_short_cut_leaves_the_rest_open() -> None:
    documents = trusting(only=False)
    assert await ask(documents, B, None) == B
    assert await ask(documents, B, digest(B)) == B
    assert await ask(documents, None, digest(B)) == B


async def test_the_oldest_documents_go_when_there_is_no_more_room() -> None:
    documents = Documents(cache_bytes=3 * (len(A) + ENTRY_BYTES))
    texts = [f"{{ {name} }}" for name in "abcd"]
    for text in texts[:3]:
        await ask(documents, text, digest(text))
    await ask(documents, None, digest(texts[0]))
    await ask(documents, texts[3], digest(texts[3]))
    assert [await ask(documents, None, digest(text)) for text in texts] == [texts[0], NOT_FOUND, texts[2], texts[3]]


async def test_a_document_above_the_bound_is_served_and_not_kept() -> None:
    huge, documents = "#" + "x" * LARGEST_DOCUMENT, Documents()
    assert await ask(documents, huge, digest(huge)) == huge
    assert await ask(documents, None, digest(huge)) == NOT_FOUND


TEXTS = ("{ a }", "{ b }", "{ é }")
SENT = st.tuples(st.sampled_from((None, *TEXTS)), st.sampled_from(TEXTS).map(digest), st.sampled_from("xy"))


@given(st.lists(SENT, max_size=30), st.booleans())
async def test_whatever_is_sent_a_hash_gives_its_own_document_or_nothing(
    sent: list[tuple[str | None, str, str]], trusted: bool
) -> None:
    manifest = {"c": Manifest({digest(TEXTS[0]): TEXTS[0]}, only=False)} if trusted else {}
    documents, cached = Documents(manifest), set()
    by_hash = {digest(text): text for text in TEXTS}
    for query, identifier, actor in sent:
        text = by_hash[identifier]
        if query is None:
            at_hand = (actor, identifier) in cached or (trusted and text == TEXTS[0])
            expected = text if at_hand else NOT_FOUND
        else:
            expected = text if query == text else MISMATCH
            cached |= {(actor, identifier)} if query == text else set()
        assert await ask(documents, query, identifier, actor=actor) == expected
