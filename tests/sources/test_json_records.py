"""Typed records of JSON: what a record can do without is set aside, and the rest refuses it."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_records import convert_setting_aside


class Post(msgspec.Struct, frozen=True):
    """An element that is nothing without its kind."""

    kind: Literal["a", "b"]
    rome: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\d{4}$")] | None = None


class Employer(msgspec.Struct, frozen=True):
    """A record that is nothing without its key."""

    key: int
    city: str | None = None
    posts: list[Post] = []
    main: Post | None = None


def read(record: Any) -> tuple[Employer | str, list[tuple[str, str]]]:
    asides: list[tuple[str, str]] = []
    try:
        return convert_setting_aside(record, Employer, lambda code, path: asides.append((code, path))), asides
    except Refused as refused:
        return f"{refused.code} {refused.path}", asides


@pytest.mark.parametrize(
    ("record", "employer", "asides"),
    [
        ({"key": 1, "city": 8}, Employer(1), [("VALUE_INVALID", "city")]),
        ({"key": 1, "city": None, "more": "x"}, Employer(1), []),
        ({"key": 1, "main": ""}, Employer(1), []),
        ({"key": 1, "main": {"kind": "z"}}, Employer(1), [("VALUE_UNKNOWN", "main.kind")]),
        ({"key": 1, "main": {"rome": "K1302"}}, Employer(1), [("VALUE_INVALID", "main.kind")]),
        (
            {"key": 1, "posts": [{"kind": "z"}, {"kind": "a", "rome": "cuisine"}, 3, {}, {"kind": "b"}, {"kind": 5}]},
            Employer(1, posts=[Post("a"), Post("b")]),
            [
                ("VALUE_UNKNOWN", "posts[0].kind"), ("VALUE_INVALID", "posts[1].rome"), ("VALUE_INVALID", "posts[2]"),
                ("VALUE_INVALID", "posts[3].kind"), ("VALUE_INVALID", "posts[5].kind"),
            ],
        ),
    ],
)  # fmt: skip
def test_what_a_record_can_do_without_is_set_aside_at_its_first_place(
    record: Any, employer: Employer, asides: list[tuple[str, str]]
) -> None:
    assert read(record) == (employer, asides)


@pytest.mark.parametrize(
    ("record", "refusal"),
    [
        ({"city": "Sedan"}, "SCHEMA_INVALID key"),
        ({"key": "un", "city": 8}, "SCHEMA_INVALID key"),
        ([], "SCHEMA_INVALID "),
        (None, "SCHEMA_INVALID "),
    ],
)
def test_what_a_record_is_nothing_without_refuses_it(record: Any, refusal: str) -> None:
    assert read(record)[0] == refusal


VALUES = st.recursive(
    st.none() | st.integers() | st.sampled_from(["", "a", "b", "z", "K1302"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["key", "city", "posts", "main", "kind", "rome"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_any_record_is_taken_or_refused_and_keeps_what_it_was(record: Any) -> None:
    before = msgspec.json.encode(record)
    result, asides = read(record)
    assert msgspec.json.encode(record) == before
    assert isinstance(result, Employer) or result.startswith("SCHEMA_INVALID")
    if isinstance(result, Employer) and not asides:
        assert read(msgspec.to_builtins(result)) == (result, [])
