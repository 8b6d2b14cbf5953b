"""A request is one strict JSON object under single headers; everything else is refused with its code."""

import asyncio
import json
from typing import Any

import pytest

from hub.document.coercion import MOST_VALUES
from hub.document.exchange import Request
from hub.errors import RequestRefused
from hub.http.bodies import BodyReader, Turns
from hub.http.request_reader import check_media, read_headers, read_request, trace_id

JSON = {"content-type": "application/json"}


def read(headers: dict[str, str], body: bytes) -> Request:
    check_media(headers)
    return read_request(headers, asyncio.run(BodyReader(Turns()).read(body)), "t")


def code(body: bytes, headers: dict[str, str] = JSON) -> str:
    with pytest.raises(RequestRefused) as caught:
        read(headers, body)
    return caught.value.code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        '{"query": "é"}'.encode("latin-1"),
        b'{"query": "{a}", "query": "{b}"}',
        b'{"query": "{a}", "variables": {"x": {"y": 1, "y": 2}}}',
        b'{"query":"{a}","query":"{b}"}',
        b'{"query" :"{a}","query":"{b}","operationName":"\\":"}',
        b'{"query":"{a}","variables":{"y":[{"x":1,"\\u0078":2}]}}',
        b'{"query": "{a}", "variables": {"x": NaN}}',
        b'{"query": "{a}", "variables": {"x": -Infinity}}',
        b'{"query": "{a}", "variables": {"x": "\\ud800"}}',
        b'{"query": "{a}", "variables": {"\\udfff": 1}}',
        b"[" * 100_000,
        b'{"query": "{a}", "variables": {"x": ' + b"[" * 200 + b"]" * 200 + b"}}",
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    assert code(body) == "BAD_JSON"


@pytest.mark.parametrize(
    "variables",
    [
        {"x": -(2**63), "y": 2**63 - 1, "z": 1e300, "t": True},
        {"x": [{"id": 1}, {"id": 2}], "y": 'a":b" :', '":': [[]]},
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (" ,\t", " :\n")])
def test_strict_json_is_read_as_it_is_however_it_is_spaced(
    variables: dict[str, Any], separators: tuple[str, str]
) -> None:
    body = json.dumps({"query": "{ a }", "variables": variables}, separators=separators).encode()
    assert read(JSON, body).variables == variables


@pytest.mark.parametrize(
    "body",
    [
        b'"{a}"',
        b"{}",
        b'{"query": 1}',
        b'{"query": "", "variables": []}',
        b'{"query": "", "operationName": 1}',
        b'{"query": "", "variables": "{}"}',
        b'{"query": "", "extensions": []}',
        b'{"query": "", "extensions": "{}"}',
        b'{"query": null}',
        b'{"query": 1, "documentId": "a"}',
        b'{"documentId": 1}',
        b'{"documentId": ""}',
        b'{"documentId": "a b"}',
        b'{"extensions": {"persistedQuery": {}}}',
        b'{"extensions": {"persistedQuery": {"version": 1}}}',
        b'{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}}',
        b'{"extensions": {"persistedQuery": "a"}}',
        b'{"documentId": "a", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}',
    ],
)
def test_a_badly_typed_member_is_refused(body: bytes) -> None:
    assert code(body) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "media",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/json; charset=utf-8; charset=latin-1",
        "application/graphql-response+json",
        "application/graphql",
    ],
)
def test_only_json_is_read(media: str) -> None:
    assert code(b'{"query": "{a}"}', {"content-type": media}) == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("member", [b"1", b"-0", b"1e1", b"null", b'""', b'"," , "["', b'{"":1.50}', b"[[0]]"])
def test_a_body_of_more_values_than_are_read_in_ten_milliseconds_is_refused(member: bytes) -> None:
    few, many = (
        b'{"query": "{a}", "variables": {"x": [' + b",".join([member] * count) + b"]}}"
        for count in (1_000, MOST_VALUES)
    )
    assert len(read(JSON, few).variables["x"]) >= 1_000
    assert code(many) == "BODY_TOO_MANY_VALUES"


@pytest.mark.parametrize("body", [b"[]", b'[{"query": "{a}"}]'])
def test_a_batch_is_refused_by_its_own_code(body: bytes) -> None:
    assert code(body) == "BATCH_UNSUPPORTED"


@pytest.mark.parametrize("parameter", ["", ";", "; charset=UTF-8", ';charset="utf-8"', "; charset=utf-8; profile=x"])
def test_utf8_is_read_and_assumed(parameter: str) -> None:
    sent = '{"query": "{é}"}'.encode()
    assert read({"content-type": f"Application/JSON{parameter}"}, sent).query == "{é}"


@pytest.mark.parametrize(
    ("body", "identifier"),
    [
        (b'{"documentId": "sha256:0a"}', "0a"),
        (b'{"documentId": "md5-ish"}', "md5-ish"),
        (b'{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0a"}}}', "0a"),
        (b'{"query": null, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0a"}, "other": 1}}', "0a"),
        (b'{"query": "{a}", "extensions": {"other": 1}}', None),
    ],
)
def test_a_document_may_be_told_by_its_identifier(body: bytes, identifier: str | None) -> None:
    assert read(JSON, body).document_id == identifier


def test_null_is_as_good_as_absent() -> None:
    body = b'{"query": "{a}", "operationName": null, "variables": null, "extensions": null}'
    assert read(JSON, body) == read(JSON, b'{"query": "{a}"}')


def test_accept_may_come_in_several_headers() -> None:
    assert read_headers([(b"accept", b"text/html"), (b"Accept", b"*/*;q=0.1")]) == {"accept": "text/html,*/*;q=0.1"}


def test_a_whole_request_is_read_with_surrogate_pairs_intact() -> None:
    request = read(JSON, b'{"query": "{a}", "operationName": null, "variables": {"x": "\\ud83d\\ude00"}}')
    assert (request.query, request.operation_name, request.variables) == ("{a}", None, {"x": "😀"})


@pytest.mark.parametrize("name", [b"Authorization", b"purpose", b"Purpose-Reference", b"CONTENT-TYPE", b"traceparent"])
def test_a_single_header_sent_twice_is_refused(name: bytes) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_headers([(name, b"a"), (name.lower(), b"a")])
    assert caught.value.code == "DUPLICATE_HEADER"


def test_identity_headers_of_others_and_underscore_variants_are_dropped() -> None:
    headers = read_headers([(b"x-actor", b"admin"), (b"x-user-id", b"1"), (b"purpose_", b"a"), (b"hub-context", b"x")])
    assert headers == {}


def test_a_compressed_body_is_refused() -> None:
    with pytest.raises(RequestRefused) as caught:
        read_headers([(b"content-encoding", b"gzip")])
    assert caught.value.http_status == 415


@pytest.mark.parametrize(("name", "value"), [(b"Access-Mode", b"refused"), (b"Schema-View", b"yours")])
def test_a_mode_that_is_not_served_is_refused_not_ignored(name: bytes, value: bytes) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_headers([(name, value)])
    assert caught.value.code == "HEADER_UNSUPPORTED"


def test_a_malformed_trace_is_replaced() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    assert traced(f"00-{trace}-b7ad6b7169203331-01") == trace
    assert traced("00-nom-de-personne") != "nom-de-personne"
    assert traced(f"00-{'0' * 32}-b7ad6b7169203331-01") != "0" * 32


def test_a_trace_that_is_told_twice_is_begun_anew() -> None:
    header = (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    assert trace_id([header, header]) not in header[1].decode()


def traced(sent: str) -> str:
    return trace_id([(b"traceparent", sent.encode())])


@pytest.mark.parametrize(
    "ids",
    [
        "00002820299999030000000000000000-b7ad6b7169203331",
        "0000285052a004123000000000000000-b7ad6b7169203331",
        "0af7651916cd43dd8448eb211c80319c-2820299999030000",
    ],
)
def test_a_trace_that_could_hold_a_nir_is_begun_anew(ids: str) -> None:
    trace = traced(f"00-{ids}-01")
    assert trace not in ids
    assert len(trace) == 32
