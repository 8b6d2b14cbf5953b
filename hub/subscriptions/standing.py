"""What the actor of a subscription may do now: the settings and the policy decide again before each notification."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

from hub.document.exchange import Request
from hub.document.persisted import Documents
from hub.errors import RequestRefused
from hub.identity.applications import Applications
from hub.identity.caller import Caller
from hub.identity.issuer import Issuer
from hub.identity.purpose import Purposes
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.enforce.authorise import Authorisation
from hub.prepare import Prepared, Preparer
from hub.subscriptions.terms import Terms
from schema.context import Context

OPERATION = "Notification"
"""The name under which the journal has what subscribers are told."""
ROOT = "changes"


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The caller of a subscription at one moment, its query decided, and the context in which changes are read; `kinds`
    are the data whose changes are told."""

    caller: Caller
    prepared: Prepared[Authorisation]
    context: Context
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class Standings:
    """Decides what the actors of subscriptions may do; `subscribers` are the applications, by issuer and name, that may
    make their own, by one of the `documents` that they may send."""

    table: DecisionTable
    preparer: Preparer[DecisionClass, Authorisation]
    purposes: Purposes
    applications: Applications
    issuers: Mapping[str, Issuer]
    subscribers: Container[tuple[str, str]]
    documents: Documents

    async def of(self, terms: Terms, now: int, *, own: bool = False) -> Standing:
        """The standing at this time (Unix seconds); `own`: the application makes the subscription, or made it. Raises
        RequestRefused (SUBSCRIPTION_REVOKED, SUBSCRIPTION_QUERY, DOCUMENT_NOT_TRUSTED, or what is wrong with the
        query)."""
        if own and (terms.actor.issuer, terms.actor.client) not in self.subscribers:
            raise _revoked()
        issuer = self.issuers.get(terms.actor.issuer)
        kind = self.table.policy.actors.get(terms.actor.kind)
        actor = None if issuer is None else self.applications.as_settled_now(terms.actor, issuer)
        if actor is None or kind is None or actor.scope != terms.actor.scope:
            raise _revoked()
        actor = replace(actor, purposes=actor.purposes & kind.purposes)
        if terms.purpose not in self.purposes.granted(actor) or now >= actor.habilitated_until:
            raise _revoked()
        if own:
            sent = Request({}, terms.document, None, {}, "")
            await self.documents.text(sent, actor.client, actor.caller)
        decisions = self.table.decision_class(actor.kind, terms.purpose, actor.scope)
        prepared = await self.preparer.prepared(terms.document, None, decisions, "", actor.caller)
        operation = prepared.operation
        if operation.kind != "query" or [item.name for item in operation.root.fields] != [ROOT]:
            raise RequestRefused(
                "SUBSCRIPTION_QUERY",
                "La requête d'un abonnement est une « query » dont le seul champ racine est « changes ».",
                "not a query of changes alone",
            )
        context = Context(
            actor=actor.caller,
            kind=actor.kind,
            organisation=actor.organisation,
            purpose=terms.purpose,
            scopes=actor.scopes,
            policy=self.table.digest,
            decision_class=decisions.id,
            residual=prepared.authorisation.residual,
            now=now,
            page=decisions.page,
        )
        named_operation = replace(prepared, operation=replace(operation, name=OPERATION))
        kinds = context.residual.fields.keys() & self.table.classification.fields.keys()
        return Standing(Caller(actor, terms.purpose, now), named_operation, context, frozenset(kinds))


def _revoked() -> RequestRefused:
    return RequestRefused(
        "SUBSCRIPTION_REVOKED",
        "L'habilitation, l'application, la finalité ou l'émetteur de cet abonnement ne valent plus : refaites-le.",
        "the actor of the subscription has not the rights that it was made with",
        http_status=403,
    )
