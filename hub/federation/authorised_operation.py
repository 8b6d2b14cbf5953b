"""Proof that an operation passed the policy step: the only thing that `plan` accepts.

Built by `hub.policy.enforce.authorise` (and by `hub.gateway` under `--unprotected`), nowhere else: import contracts and
a test hold that. Federation itself knows nothing of the decisions behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.federation.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class AuthorisedOperation:
    """`shape` is what the client asked, denied fields marked; `fetch` is what may be planned, with `_access` added."""

    shape: Operation
    fetch: Operation
