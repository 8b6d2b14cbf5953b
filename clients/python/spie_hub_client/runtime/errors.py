"""Every error of a client, as one tree. None holds a value of a person.

    HubError
    ├── Refused         the hub executed nothing: `code`, HTTP `status`, `retry_after`, `access`
    ├── Incomplete      a source failed: some fields of the answer are null for that reason, `errors` says which
    ├── StartAgain      the cursor of a copy is no longer good: read all anew, without it
    ├── Withheld        the list that was asked for is not open to this actor: `access` says why
    ├── TokenRefused    the identity provider gave no token
    ├── NotSigned       a notification that the hub did not sign, or long ago
    ├── Unreachable     no answer came, however often it was tried
    └── NotUnderstood   what came is no answer of the hub, or not of the form that this client was made for
"""

from __future__ import annotations

from msgspec import Struct

from .access import Access


class FieldError(Struct, frozen=True, kw_only=True):
    """Why one field could not be answered."""

    code: str
    message: str
    path: tuple[str | int, ...] = ()


class HubError(Exception):
    """Root of the tree."""


class Refused(HubError):
    """The hub refused the request, of which nothing was executed or sent."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int,
        trace: str | None = None,
        retry_after: float | None = None,
        access: tuple[Access, ...] = (),
    ) -> None:
        super().__init__(f"{message} [{code}]")
        self.code = code
        self.status = status
        self.trace = trace
        self.retry_after = retry_after
        self.access = access


class Incomplete(HubError):
    """Some fields are null because a source failed, not because there is nothing."""

    def __init__(self, errors: tuple[FieldError, ...], trace: str | None) -> None:
        places = (f"{'.'.join(map(str, error.path))}, {error.message} [{error.code}]" for error in errors)
        super().__init__(f"Réponse incomplète : {' ; '.join(places)}")
        self.errors = errors
        self.trace = trace


class StartAgain(HubError):
    """The cursor of `changes` is of another perimeter, of other rules or fields, or too old: read all anew, without it,
    and replace the copy."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Ce curseur ne vaut plus : relisez tout, sans curseur, et remplacez la copie [{code}]")
        self.code = code


class Withheld(HubError):
    """The list of a paged operation is null."""

    def __init__(self, access: tuple[Access, ...]) -> None:
        reasons = ", ".join(f"{entry.coordinate} [{entry.reason}]" for entry in access if entry.reason)
        super().__init__(f"Cette liste n'est pas ouverte à cet acteur : {reasons or 'aucun motif donné'}")
        self.access = access


class TokenRefused(HubError):
    """The identity provider gave no token; `code` is that of OAuth 2.0 (RFC 6749 §5.2) where there is one."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Le fournisseur d'identité n'a pas donné de jeton [{code}]")
        self.code = code


class NotSigned(HubError):
    """A notification is not the hub's: answer 401, and keep nothing of it."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Cette notification n'est pas signée par le hub [{problem}]")


class Unreachable(HubError):
    """No answer came."""

    def __init__(self, failure: str) -> None:
        super().__init__(f"Le hub ne répond pas [{failure}]")
        self.failure = failure


class NotUnderstood(HubError):
    """The answer has not the form that this client was made for; `place` is a JSON path."""

    def __init__(self, status: int, place: str) -> None:
        mend = "régénérez ce client pour le schéma actuel"
        if status != 200:
            mend = "vérifiez l'adresse du hub, qui finit par « /graphql »"
        super().__init__(f"Réponse inattendue (HTTP {status}) à {place} : {mend}.")
        self.status = status
        self.place = place
