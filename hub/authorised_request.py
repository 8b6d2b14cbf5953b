"""What the document and policy stages of the pipeline make of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.policy.decide.decision import DecisionClass
from hub.policy.enforce.authorise import Authorisation
from hub.prepare import Prepared
from schema.confidential import confidential


@confidential
class AuthorisedRequest(NamedTuple):
    """The planned operation of a request with the values of its variables; `revealed`: what its inputs tell of rows;
    `reference`: the case number that the journal keeps."""

    prepared: Prepared[Authorisation]
    decisions: DecisionClass
    variables: Mapping[str, Any]
    revealed: Mapping[tuple[str, ...], frozenset[str]]
    reference: str | None
