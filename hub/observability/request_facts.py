"""The facts of one request that its stages find, for its metrics and its access line: no value of a person."""

from __future__ import annotations

from contextvars import ContextVar

NONE = "none"
"""The word where a request came to nothing before it was known."""


class RequestFacts:
    """Kind of actor, purpose and kind of operation: words of the contract."""

    __slots__ = ("kind", "operation", "purpose")

    def __init__(self) -> None:
        self.kind = self.purpose = self.operation = NONE


current_facts: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)
