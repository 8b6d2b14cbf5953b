"""Every error of the hub, as one tree: a stable code, a French message, an English detail.

    HubError
    ├── RequestRefused            the request never became an operation (400, 401, 403, 413, 415, 429)
    │   ├── DocumentRefused       hub.document: limits, syntax, validation
    │   ├── VariablesRefused      hub.document: values that the declared types don't accept
    │   └── IdentityRefused       hub.identity: token, purpose, habilitation
    ├── FieldFailed               one path of the answer is null and says why (subgraph, non-null, input)
    ├── NotServed                 nothing may be sent (503): database, journal, plan bound, deadline
    ├── ClientRefused             hub.client_code: operations of which no client can be made
    ├── ExportRefused             hub.export: what can't be exported, or could not be read to its end
    └── StartRefused              configuration, keys, schema or policy with which the hub won't start

`code` is part of the public interface: it never changes meaning. `message` is for the person who reads the answer
(where, what, how to mend); `detail` is for logs and developers. None holds a value of the client or of a person. As
text, an error is all three, so that a traceback or a failing check says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schema.shared_state import RETRY_SECONDS, SharedStateGone

Path = tuple[str | int, ...]


class HubError(Exception):
    """Root of the tree. `path` is a response path of the client, `locations` are places in its document (`line` and
    `column`, from 1); `http_status` counts only if no data is sent."""

    status = 200

    def __init__(
        self,
        code: str,
        message: str,
        detail: str,
        *,
        path: Path | None = None,
        http_status: int | None = None,
        locations: Sequence[Mapping[str, int]] = (),
        extensions: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, detail)
        self.code = code
        self.message = message
        self.detail = detail
        self.path = path
        self.http_status = self.status if http_status is None else http_status
        self.locations = locations
        self.extensions = extensions or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.detail})"

    def formatted(self, trace: str | None = None) -> dict[str, Any]:
        """The error as the client gets it, with the trace id of its request if one is given; `detail` stays inside."""
        error: dict[str, Any] = {"message": self.message}
        if self.locations:
            error["locations"] = list(self.locations)
        if self.path is not None:
            error["path"] = list(self.path)
        error["extensions"] = {"code": self.code, **self.extensions}
        if trace is not None:
            error["extensions"]["trace"] = trace
        return error


class RequestRefused(HubError):
    """The request is answered with errors only: this one, and its `siblings`."""

    status = 400
    siblings: Sequence[RequestRefused] = ()


class DocumentRefused(RequestRefused):
    """The GraphQL document is too large, malformed or not valid against the client schema."""


class VariablesRefused(RequestRefused):
    """A variable's value does not have the declared type; the error holds path and type, never the value."""


class IdentityRefused(RequestRefused):
    """Who asks, or for what purpose, is not established."""

    status = 401


class FieldFailed(HubError):
    """One field could not be answered; the rest of the answer stands."""


class NotServed(HubError):
    """The answer can't be given now, and no byte of it leaves."""

    status = 503


class ClientRefused(HubError):
    """No client can be made of these operations."""


class ExportRefused(HubError):
    """Nothing is exported, or not to its end."""


class StartRefused(HubError):
    """The hub does not start with this configuration."""

    status = 503


class SettingInvalid(ValueError):
    """A value of the settings, or of a file that they name, that can't be used: `message` tells whoever writes it,
    `detail` the log."""

    def __init__(self, message: str, detail: str) -> None:
        super().__init__(detail)
        self.message = message
        self.detail = detail


def state_gone(action: str) -> NotServed:
    """The refusal of what the shared state guards, while it is gone."""
    return NotServed(
        SharedStateGone.code,
        f"{action} : réessayez dans {RETRY_SECONDS} s.",
        "the shared state can't be reached, and guards this",
        extensions={"retryAfter": RETRY_SECONDS},
    )
