"""Records of personal data or secrets show none of their values as text, in no error, check or log."""

from __future__ import annotations

from typing import TypeVar

import msgspec

TupleT = TypeVar("TupleT", bound=tuple[object, ...])


class Confidential(msgspec.Struct, frozen=True):
    """A record without its fields as text."""

    __repr__ = object.__repr__


def confidential(tuple_type: type[TupleT]) -> type[TupleT]:
    """The named tuple, without its fields as text."""
    tuple_type.__repr__ = object.__repr__  # type: ignore[method-assign]
    return tuple_type
