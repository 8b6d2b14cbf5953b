"""Applications of partners: a request through one of them gets no more than the application's scope.

docs/domain.md#actors: client scope ∩ end-user rights ∩ declared purpose. A partner's token names its user in `act` (RFC
8693 §4.1), with the same claims as the user's own token; a user's own token that was issued to a partner's application
is restricted alike. An application that the settings don't name receives nothing (docs/policy.md#rule-1), but for an
issuer that serves no partner and lists no applications: all of them are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hub.errors import StartRefused
from hub.identity.actor import CLAIM, Actor, actor_from_claims, client_from_claims, refused
from hub.identity.issuer import Issuer
from hub.policy.decide.client_scope import UNSCOPED
from hub.policy.decide.policy_model import ActorKind, ClientScope


@dataclass(frozen=True, slots=True)
class Client:
    """A partner's application: the issuer of its tokens, its name there, the SIRET of the partner, names of scopes of
    clients.toml, one for each kind of its users, and how many subscriptions to changes it may make itself."""

    issuer: str
    name: str
    organisation: str
    scopes: tuple[str, ...] = ()
    subscriptions: int = 0


def subscribers(clients: Iterable[Client]) -> Mapping[tuple[str, str], int]:
    """How many subscriptions to changes an application may make itself, by issuer and name; no row for one that may
    make none."""
    return {(client.issuer, client.name): client.subscriptions for client in clients if client.subscriptions}


class Applications:
    """The partners' applications of the settings; raises StartRefused (SETTINGS_INVALID) for an unknown scope, or two
    for one kind of user."""

    def __init__(
        self, clients: Iterable[Client] = (), scopes: Mapping[str, ClientScope] = MappingProxyType({})
    ) -> None:
        self._clients = {(client.issuer, client.name): client for client in clients}
        self._scopes = {key: _scope_by_kind(client, scopes) for key, client in self._clients.items()}

    def caller(self, claims: Mapping[str, Any], issuer: Issuer, kinds: Mapping[str, ActorKind], now: int) -> Actor:
        """The actor of verified claims, restricted to the application's scope if that is a partner's; raises
        IdentityRefused."""
        actor, client = actor_from_claims(claims, kinds, now), client_from_claims(claims)
        if kinds[actor.kind].application:
            return self._delegated(claims, actor, kinds, now) if "act" in claims else actor
        if "act" in claims:
            raise refused("a token of a user names another actor")
        own = issuer.clients is None or client in issuer.clients
        return actor if own and (issuer.name, client) not in self._clients else self._restrict(actor, issuer.name)

    def _delegated(
        self, claims: Mapping[str, Any], application: Actor, kinds: Mapping[str, ActorKind], now: int
    ) -> Actor:
        """The user for whom an application acts: the rights are the user's, limited by the application's token."""
        act, issuer = claims["act"], claims["iss"]
        if type(act) is not dict or type(act.get("sub")) is not str or act.get("iss", issuer) != issuer or "act" in act:
            raise refused("the claim act names no user of this issuer, or one who acts for another")
        users = {name: kind for name, kind in kinds.items() if not kind.application}
        user_claims = {"iss": issuer, "sub": act["sub"], "exp": claims["exp"], CLAIM: act.get(CLAIM)}
        user = actor_from_claims(user_claims, users, now)
        client = self._clients.get((issuer, application.client))
        if client is not None and client.organisation != application.organisation:
            raise refused("the application is of another organisation than its client")
        asking = replace(
            user,
            purposes=user.purposes & application.purposes,
            client=application.client,
            expires=min(user.expires, application.expires),
            habilitated_until=min(user.habilitated_until, application.habilitated_until),
            partner=application.organisation,
        )
        return self._restrict(asking, issuer)

    def as_settled_now(self, actor: Actor, issuer: Issuer) -> Actor:
        """An actor of before, restricted as a token of the same claims would be now."""
        own = issuer.clients is None or actor.client in issuer.clients
        direct = own and actor.partner is None and (issuer.name, actor.client) not in self._clients
        return actor if direct else self._restrict(actor, issuer.name)

    def _restrict(self, user: Actor, issuer: str) -> Actor:
        key = (issuer, user.client)
        client, scope = self._clients.get(key), self._scopes.get(key, {}).get(user.kind)
        partner = user.partner if client is None else client.organisation
        if scope is None:
            return replace(user, scope=UNSCOPED, partner=partner)
        return replace(user, scope=scope.name, purposes=user.purposes & scope.purposes, partner=partner)


def _scope_by_kind(client: Client, scopes: Mapping[str, ClientScope]) -> Mapping[str, ClientScope]:
    """The client's scope by the kind of its users."""
    scope_by_kind: dict[str, ClientScope] = {}
    for name in client.scopes:
        scope = scopes.get(name)
        if scope is None:
            raise _invalid(client, f"la portée « {name} » n'existe pas ; portées : {', '.join(scopes) or 'aucune'}")
        if shared := scope_by_kind.keys() & scope.users:
            raise _invalid(client, f"deux de ses portées valent pour « {min(shared)} »")
        scope_by_kind |= dict.fromkeys(scope.users, scope)
    return scope_by_kind


def _invalid(client: Client, problem: str) -> StartRefused:
    return StartRefused(
        "SETTINGS_INVALID", f"Réglages, application « {client.name} » : {problem}.", f"client {client.name}: {problem}"
    )
