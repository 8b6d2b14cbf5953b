"""The proof that an operation passed the policy step: the only operation that `plan` accepts.

Built by `hub.policy.enforce.authorise` (and by `hub.gateway` under `--unprotected`), nowhere else: import contracts and
a test check that. The engine knows nothing of the decisions behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.federation.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class AuthorisedOperation:
    """`shape`: the client's operation, denied fields marked; `fetch`: the part to plan, with `_access` added."""

    shape: Operation
    fetch: Operation
