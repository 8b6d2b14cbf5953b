"""Why a field is null or less precise, or whom one asked for is not there: the entries of `extensions.access`, as typed values."""

from __future__ import annotations

from msgspec import Struct

from .vocabulary import Decision, Reason


class Access(Struct, frozen=True, kw_only=True):
    """The decision on one field of the operation. It holds codes, rules and sentences, never a person's value.

    `path` is the place in the operation, without list positions; `message` says the reason in French; `instead` the field that may be read in its place;
    `required` the field whose denial denied this one; `purposes` and `relations` are the codes of what would lift the
    denial, `needed` the same as a French sentence; `note` says that some values may be missing or less precise.
    """

    path: tuple[str | int, ...]
    coordinate: str
    decision: Decision
    reason: Reason | None = None
    message: str | None = None
    rules: tuple[str, ...] = ()
    instead: str | None = None
    required: str | None = None
    purposes: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    needed: str | None = None
    note: str | None = None
