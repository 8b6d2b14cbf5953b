"""Which media type the client gets: weights, specificity, encodings; neither is 406."""

from __future__ import annotations

import pytest

from hub.errors import RequestRefused
from hub.http.media_types import JSON, RESPONSE, answer_media

GRAPHQL = "application/graphql-response+json"


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        " ",
        "*/*",
        "application/*",
        GRAPHQL,
        GRAPHQL.upper(),
        f"{GRAPHQL}; charset=utf-8, application/json; charset=utf-8",
        f"application/json, {GRAPHQL}",
        f"application/json;q=0.9, {GRAPHQL}",
        f"text/html, {GRAPHQL};q=0.001",
        "*/*, application/json;q=0.5",
        "application/json;q=0, */*",
        f"text/html{' ' * 500}, {GRAPHQL}",
    ],
)
def test_the_graphql_media_type_stands_where_it_is_preferred_or_nothing_is(accept: str | None) -> None:
    assert answer_media(accept) is RESPONSE


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/json; charset=UTF-8",
        'application/json; charset="utf-8"',
        f"{GRAPHQL};q=0.5, application/json",
        f"{GRAPHQL};q=0, */*",
        f"{GRAPHQL};charset=utf-16, application/json;q=0.1",
        "application/*;q=0.2, application/json;q=0.3",
        "text/html, application/json;q=0.1, image/*",
    ],
)
def test_json_stands_where_it_is_preferred(accept: str) -> None:
    assert answer_media(accept) is JSON


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "text/event-stream",
        "multipart/mixed",
        "application/json;q=0",
        "*/*;q=0",
        "application/json;q=high",
        "application/json;q=2",
        "application/json;charset=iso-8859-1",
        "application/jsonp",
        "json",
    ],
)
def test_neither_is_not_acceptable(accept: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        answer_media(accept)
    assert (caught.value.code, caught.value.http_status) == ("NOT_ACCEPTABLE", 406)
