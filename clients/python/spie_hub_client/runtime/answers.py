"""Reads a GraphQL response into an answer: typed data, access reasons, errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from .access import Access
from .errors import FieldError, Incomplete, NotUnderstood, Refused
from .models import Operation

Data = TypeVar("Data")
_PLACE = re.compile(r"`(\$[^`]*)`$")


@dataclass(frozen=True, repr=False)
class Answer(Generic[Data]):
    """What the hub answered; its text shows no value."""

    data: Data
    access: tuple[Access, ...]
    errors: tuple[FieldError, ...]
    trace: str | None
    """Identifier of the request, by which whoever runs the hub finds it."""

    def why(self, *path: str) -> Access | None:
        """The decision on this place of the operation, or on the nearest place above it; None if it is plainly read."""
        above = [entry for entry in self.access if entry.path == path[: len(entry.path)]]
        return max(above, key=lambda entry: len(entry.path), default=None)

    def whole(self) -> Data:
        """The data, in which a null field is null at the source or withheld; raises Incomplete if a source failed."""
        if self.errors:
            raise Incomplete(self.errors, self.trace)
        return self.data


class _ErrorExtensions(Struct):
    code: str = "UNKNOWN"
    access: tuple[Access, ...] = ()


class _Error(Struct):
    message: str
    path: tuple[str | int, ...] = ()
    extensions: _ErrorExtensions = msgspec.field(default_factory=_ErrorExtensions)


class _Extensions(Struct):
    access: tuple[Access, ...] = ()


class _Envelope(Struct):
    data: Raw = msgspec.field(default_factory=lambda: Raw(b"null"))
    errors: tuple[_Error, ...] = ()
    extensions: _Extensions = msgspec.field(default_factory=_Extensions)


def read_answer(
    operation: Operation[Data], status: int, body: bytes, trace: str | None, retry_after: float | None
) -> Answer[Data]:
    """The answer in this body; raises Refused, NotUnderstood."""
    envelope: _Envelope = _decode(body, _Envelope, status)
    if bytes(envelope.data) == b"null":
        if not envelope.errors:
            raise NotUnderstood(status, "$.data")
        error = envelope.errors[0]
        raise Refused(
            error.extensions.code,
            error.message,
            status=status,
            trace=trace,
            retry_after=retry_after,
            access=error.extensions.access,
        )
    data: Data = _decode(bytes(envelope.data), operation.DATA, status)
    errors = (FieldError(code=e.extensions.code, message=e.message, path=e.path) for e in envelope.errors)
    return Answer(data, envelope.extensions.access, tuple(errors), trace)


def _decode(body: bytes, form: Any, status: int) -> Any:
    """The value of this form; of what it does not accept, the place alone is told."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        problem = NotUnderstood(status, place[1] if place else "$")
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = NotUnderstood(status, "$")
    raise problem
