"""A call sends its request, repeats it after the right delay, and turns an unusable answer into an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import msgspec
import pytest

from spie_hub_client import Answer, Incomplete, NotUnderstood, Reason, Refused, Retries, StartAgain, Unreachable
from spie_hub_client.changes import Changes
from spie_hub_client.fragments import ListedPerson
from spie_hub_client.persons import Persons, PersonsData
from spie_hub_client.runtime.exchange import Call, Pause, Post, exchange
from spie_hub_client.runtime.live import Listening
from spie_hub_client.runtime.pages import Page, page_of

EMPTY = b'{"data": {"persons": null}}'
BUSY = b'{"errors": [{"message": "Attendez", "extensions": {"code": "TOO_MANY_REQUESTS"}}]}'
Reply = httpx2.Response | httpx2.TransportError


class WritePersons(Persons, frozen=True, kw_only=True):
    """An operation that writes without a key."""

    IS_REPEATABLE = False


def busy(status: int, retry_after: str | None = None) -> httpx2.Response:
    return httpx2.Response(status, content=BUSY, headers={} if retry_after is None else {"retry-after": retry_after})


def run(
    replies: Sequence[Reply], operation: Persons | None = None, retries: Retries | None = None
) -> tuple[Answer[PersonsData], list[float]]:
    """The answer after these replies, each used once, and the pauses before it."""
    steps = exchange(operation or Persons(), Call("suivi"), retries or Retries())
    pauses: list[float] = []
    waiting = list(replies)
    reply: Reply | None = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as end:
            assert not waiting
            answer: Answer[PersonsData] = end.value
            return answer, pauses
        if isinstance(step, Pause):
            pauses.append(step.seconds)
        reply = waiting.pop(0) if isinstance(step, Post) else None


def ok(body: bytes = EMPTY) -> httpx2.Response:
    return httpx2.Response(200, content=body)


def test_a_request_holds_the_document_its_hash_the_variables_that_are_set_and_the_purpose() -> None:
    request = next(exchange(Persons(first=2), Call("demande", "DOSSIER-1", True), Retries()))
    assert isinstance(request, Post)
    body = msgspec.json.decode(request.body)
    assert body["variables"] == {"first": 2}
    assert (body["query"], body["documentId"]) == (Persons.DOCUMENT, f"sha256:{Persons.DOCUMENT_ID}")
    sent = {name: request.headers[name] for name in ("purpose", "purpose-reference", "access-mode")}
    assert sent == {"purpose": "demande", "purpose-reference": "DOSSIER-1", "access-mode": "refuse"}


@pytest.mark.parametrize("reference", ["", "a\r\nx: y", "é", "x" * 41, " x"])
def test_a_text_that_no_header_carries_is_refused_without_being_told(reference: str) -> None:
    with pytest.raises(ValueError, match=r"^purpose-reference: 1 to 40 printable ASCII characters$"):
        next(exchange(Persons(), Call("demande", reference), Retries()))


def test_a_busy_hub_is_asked_again_after_the_time_that_it_says() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    answer, pauses = run([busy(429, "7"), busy(503, date), ok()])
    assert answer.data.persons is None
    assert pauses[0] == 7
    assert 30 < pauses[1] <= 40
    assert len(run([httpx2.Response(status, content=b"<html>") for status in (502, 503, 504)] + [ok()])[1]) == 3


def test_pauses_double_and_no_two_callers_wait_alike() -> None:
    replies: list[Reply] = [busy(503), httpx2.ConnectError(""), busy(503, "soon"), busy(429), ok()]
    _, pauses = run(replies, retries=Retries(first_wait=8, longest_wait=20))
    for seconds, most in zip(pauses, (8, 16, 20, 20), strict=True):
        assert most / 2 <= seconds <= most
    assert run(replies, retries=Retries(first_wait=8, longest_wait=20))[1] != pauses


def test_who_is_told_to_wait_too_long_is_refused_at_once_with_that_time() -> None:
    with pytest.raises(Refused) as refused:
        run([busy(429, "3600")])
    assert (refused.value.code, refused.value.retry_after) == ("TOO_MANY_REQUESTS", 3600)


def test_the_last_attempt_is_the_last() -> None:
    with pytest.raises(Refused, match="TOO_MANY_REQUESTS"):
        run([busy(503), busy(503)], retries=Retries(attempts=2))
    with pytest.raises(Unreachable, match="ReadTimeout"):
        run([busy(503), httpx2.ReadTimeout("")], retries=Retries(attempts=2))


def test_a_token_that_is_not_accepted_is_replaced_once() -> None:
    refused = httpx2.Response(401, content=BUSY.replace(b"TOO_MANY_REQUESTS", b"TOKEN_REFUSED"))
    steps = exchange(WritePersons(), Call("suivi"), Retries())
    posts = [next(steps), steps.send(refused)]
    assert [post.fresh_token for post in posts if isinstance(post, Post)] == [False, True]
    assert run([refused, ok()])[1] == []
    with pytest.raises(Refused, match="TOKEN_REFUSED"):
        run([refused, refused])


def test_what_may_have_been_written_is_not_sent_again() -> None:
    with pytest.raises(Unreachable):
        run([httpx2.ReadTimeout("")], WritePersons())
    with pytest.raises(Refused):
        run([busy(503)], WritePersons())
    assert run([busy(429, "1"), ok()], WritePersons())[1] == [1]


@pytest.mark.parametrize(
    ("status", "body", "place"),
    [
        (200, b"<html>MARTIN</html>", "$"),
        (500, b"", "$"),
        (200, b'{"data": null}', "$.data"),
        (200, b'{"data": {"persons": "MARTIN"}}', "$.persons"),
        (200, b'{"data": {"persons": {"nodes": [{"id": "MARTIN", "birthDate": "MARTIN"}]}}}', "$.persons.nodes[0]"),
        (200, b'{"data": {"persons": {"nodes": "\xff"}}}', "$"),
    ],
)
def test_an_answer_of_another_form_is_told_by_its_place_alone(status: int, body: bytes, place: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        run([httpx2.Response(status, content=body)])
    error: BaseException | None = problem.value
    assert problem.value.place.startswith(place)
    while error is not None:  # the chain of causes is what logs show
        assert "MARTIN" not in repr(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(("status", "mend"), [(404, "« /graphql »"), (200, "régénérez ce client")])
def test_an_answer_that_is_none_of_the_hub_tells_what_to_mend(status: int, mend: str) -> None:
    with pytest.raises(NotUnderstood, match=mend):
        run([httpx2.Response(status, content=b"<html>")])


def test_a_source_that_failed_is_not_an_absence() -> None:
    error = b'{"message": "x", "path": ["persons", 0], "extensions": {"code": "SUBGRAPH_TIMEOUT"}}'
    answer, _ = run([ok(b'{"data": {"persons": null}, "errors": [%s]}' % error)])
    assert answer.errors[0].path == ("persons", 0)
    with pytest.raises(Incomplete, match=r"persons\.0, x \[SUBGRAPH_TIMEOUT\]"):
        answer.whole()


def test_the_reason_of_a_place_is_that_of_the_nearest_place_above() -> None:
    newer = b'{"path": ["persons", "nodes", "rsa"], "coordinate": "Person.rsa", "decision": "deny", "reason": "NEWER"}'
    answer, _ = run([ok(b'{"data": {"persons": null}, "extensions": {"access": [%s]}}' % newer)])
    entry = answer.why("persons", "nodes", "rsa", "status")
    assert entry is not None
    assert entry.reason is Reason.UNKNOWN_VALUE
    assert answer.why("persons", "nodes") is None


@pytest.mark.parametrize("code", ["CHANGES_EXPIRED", "CHANGES_RESTART"])
def test_a_cursor_from_which_nobody_goes_on_asks_to_start_again(code: str) -> None:
    error = b'{"message": "x", "path": ["changes"], "extensions": {"code": "%s"}}' % code.encode()
    answer, _ = run([ok(b'{"data": {"persons": null}, "errors": [%s]}' % error)])
    with pytest.raises(StartAgain, match=code):
        page_of(Persons(), answer)


def test_a_list_whose_cursor_does_not_move_ends_with_an_error() -> None:
    answer, _ = run([ok()])
    for cursor in ("same", None):
        page: Page[PersonsData, ListedPerson] = Page((), cursor, False, answer)
        with pytest.raises(NotUnderstood, match="endCursor"):
            page.following(Persons(after="same"))


def page_event(cursor: str, last_name: str = "X") -> bytes:
    """The event of a page of one person."""
    names = ("civility", "firstName", "birthDate", "birthYear", "contact", "rsa", "orientations")
    person = {"id": "p", "lastName": last_name, **dict.fromkeys(names)}
    page = {"nodes": [person], "withdrawn": [], "pageInfo": {"hasNextPage": False, "endCursor": cursor}}
    return b"event: next\nid: c\ndata: %s\n\n" % msgspec.json.encode({"data": {"changes": page}})


def test_a_stream_is_read_from_any_parts_whatever_characters_a_text_holds() -> None:
    name = "A\u2028B\u2029C\x85D"
    text = b":\n\n" + page_event("c1", name) + b":\n\n" + page_event("c2") + b"event: complete\ndata: \n\n"
    for size in (1, 7, len(text)):
        listening = Listening(Changes(since="c0"), Call("suivi"), Retries())
        parts = [text[place : place + size] for place in range(0, len(text), size)]
        pages = [page for part in parts for page in listening.read(part)]
        assert [(page.cursor, page.nodes[0].last_name) for page in pages] == [("c1", name), ("c2", "X")]
        assert listening.ended
        assert msgspec.json.decode(listening.post().body)["variables"]["since"] == "c2"


def test_who_follows_goes_on_from_the_last_page_across_all_that_passes() -> None:
    listening = Listening(Changes(since="c0"), Call("suivi"), Retries(attempts=9, first_wait=1, longest_wait=5))
    failed = b'{"data": {"changes": null}, "errors": [{"message": "x", "extensions": {"code": "SUBGRAPH_TIMEOUT"}}]}'
    assert [listening.lost() for _ in range(4)] == [2, 4, 5, 5]
    with pytest.raises(Incomplete) as incomplete:
        list(listening.read(b"event: next\ndata: %s\n\nevent: next\nda" % failed))
    refusals = [Refused("X", "", status=503), NotUnderstood(502, "$"), incomplete.value]
    assert [listening.failed(refusal) for refusal in refusals] == [5, 5, 5]
    assert listening.failed(Refused("X", "", status=429, retry_after=6)) is None
    assert msgspec.json.decode(listening.post().body)["variables"]["since"] == "c0"
    assert [page.cursor for page in listening.read(page_event("c1"))] == ["c1"]
    assert [listening.failed(Refused("TOKEN_EXPIRED", "", status=200)) for _ in range(2)] == [0, None]
    assert listening.failed(Refused("X", "", status=403)) is None
