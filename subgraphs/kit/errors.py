"""Errors of a subgraph: faults of a declaration at import, and failures of a request.

    DeclarationError      at import; for developers
    RequestFailed         code and French message for the caller, never a value of the request or of a person
    ├── BadInput              an argument's value lacks the form expected of it (BAD_INPUT, BAD_IDENTITY)
    └── DatabaseUnavailable   503

`code` is stable: BAD_FIRST, BAD_INPUT, BAD_IDENTITY, FILTER_TOO_WIDE, FORBIDDEN_INPUT, OPERATION_REFUSED,
CONTEXT_REFUSED, LIST_TOO_LONG, DATABASE_UNAVAILABLE, INTERNAL_ERROR.
"""

from __future__ import annotations

from typing import Any

from schema.input_forms import FORMS


class DeclarationError(Exception):
    """An entity can't be served as it is declared."""


class RequestFailed(Exception):
    """A request that is answered with one error."""

    status = 200

    def __init__(self, code: str, message: str, path: tuple[str | int, ...] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.path = path

    def formatted(self) -> dict[str, Any]:
        """Return the error as the caller receives it."""
        error: dict[str, Any] = {"message": self.message, "extensions": {"code": self.code}}
        if self.path is not None:
            error["path"] = list(self.path)
        return error


class BadInput(RequestFailed):
    """An argument's value lacks the expected form (a code of `schema.input_forms`); `input_path` is its path below the
    field (`filter.birthDateFrom`)."""

    def __init__(self, input_path: str, expected: str, code: str = "BAD_INPUT") -> None:
        super().__init__(code, f"« {input_path} » n'a pas la forme attendue : {FORMS[expected]}.")
        self.input_path, self.expected = input_path, expected

    def formatted(self) -> dict[str, Any]:
        """Return the error as the caller receives it."""
        error = super().formatted()
        error["extensions"] |= {"input": self.input_path, "expected": self.expected}
        return error


class DatabaseUnavailable(RequestFailed):
    """PostgreSQL does not answer."""

    status = 503

    def __init__(self) -> None:
        super().__init__("DATABASE_UNAVAILABLE", "La base de données ne répond pas : réessayez dans quelques instants.")
