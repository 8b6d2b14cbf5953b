"""These strategies draw almost valid bytes, texts and JSON, and check that a parser reads or refuses them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.draws import FOREIGN

T = TypeVar("T")
VALUE = "Vurnibal"
"""A value of a person, of which no refusal may hold anything."""
foreign = settings(
    max_examples=FOREIGN, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
"""The settings of each test of a parser."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", VALUE, f"{VALUE}\x00", "\ud800", "é" * 300, "2026-13-45", "0001-01-01T00:00:00+23:59", "1" * 20]
    ),
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.just(VALUE), inner, max_size=4)
    ),
    max_leaves=8,
)


def read_or_refused(read: Callable[[], T], *kinds: type[Exception], shows: bool = False) -> T | None:
    """What a parser reads, None where it refuses: any other error is one of the parser. Only one that `shows` what it
    read, to whoever wrote it, may hold values."""
    try:
        return read()
    except kinds as refused:
        error_texts = (
            str(refused),
            *(getattr(refused, name, "") for name in ("message", "detail", "extensions", "path")),
        )
        assert shows or VALUE.lower() not in repr(error_texts).lower(), error_texts
        return None


@st.composite
def changed_bytes(draw: st.DrawFn, sample: bytes) -> bytes:
    """The sample with a few pieces cut, doubled, or replaced by others; now and then anything else."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.binary(max_size=200))
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 5, 40]))
        piece = data[at : at + length]
        pieces = (
            b"",
            piece * 2,
            draw(st.binary(max_size=6)),
            VALUE.encode(),
            b'"',
            b"\n",
            b"[" * 2_000,
            b"{",
            b"9" * 5_000,
        )
        data[at : at + length] = draw(st.sampled_from(pieces))
    return bytes(data)


def changed_text(sample: str) -> st.SearchStrategy[str]:
    """The sample with a few pieces changed, as a text."""
    return changed_bytes(sample.encode()).map(lambda data: data.decode("utf-8", "replace"))


@st.composite
def changed_json(draw: st.DrawFn, sample: Any) -> Any:
    """The sample with a few of its values replaced, left out or added."""
    value = copy.deepcopy(sample)
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(value))
        if not places:
            return draw(JSON_VALUES)
        holder, key = draw(st.sampled_from(places))
        match draw(st.integers(0, 4)):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[draw(st.sampled_from([VALUE, "", "é", "__class__"]))] = draw(SCALARS)
            case _:
                holder[key] = draw(JSON_VALUES)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each value below, by what holds it and under which key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)
