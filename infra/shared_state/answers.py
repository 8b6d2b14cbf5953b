"""How the answers of the shared state's server are read: each raises TypeError or ValueError for what we didn't ask."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeAlias, TypeVar

Answer = TypeVar("Answer")
Reading: TypeAlias = Callable[[Any], Answer]
"""What an answer says; raises TypeError, ValueError or OverflowError for one that says nothing of the kind."""


def number(answer: object) -> int:
    """A whole number."""
    if type(answer) is not int:
        raise TypeError("no number")
    return answer


def flag(answer: object) -> bool:
    """Whether a script or a command says 1, not 0."""
    value = number(answer)
    if value not in (0, 1):
        raise ValueError("neither 0 nor 1")
    return value == 1


def is_set(answer: object) -> bool:
    """Whether SET has set: it says OK, or nothing."""
    if answer not in (b"OK", None):
        raise ValueError("neither OK nor nothing")
    return answer is not None


def text(answer: object) -> bytes | None:
    """The bytes that are held, if any are."""
    if answer is not None and not isinstance(answer, bytes):
        raise TypeError("no bytes")
    return answer


def levels(count: int) -> Reading[list[float]]:
    """So many finite numbers, which Lua writes as texts."""

    def read(answer: object) -> list[float]:
        numbers = [float(_bytes(level)) for level in _list(answer)]
        if len(numbers) != count or not all(map(isfinite, numbers)):
            raise ValueError("not so many finite numbers")
        return numbers

    return read


def state(answer: object) -> tuple[bytes | None, dict[str, int]]:
    """The identity of a state, and who is revoked until when."""
    identity, listed = _list(answer)
    return text(identity), {_bytes(name).decode(): int(float(until)) for name, until in _pairs(_list(listed))}


def _pairs(listed: list[Any]) -> list[tuple[Any, Any]]:
    """Members and scores, which RESP3 gives in pairs or, from a script, one after the other."""
    flat = [item for part in listed for item in (part if isinstance(part, list) else [part])]
    return list(zip(flat[::2], flat[1::2], strict=True))


def _list(answer: object) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError("no list")
    return answer


def _bytes(answer: object) -> bytes:
    if not isinstance(answer, bytes):
        raise TypeError("no bytes")
    return answer
