"""The actor of a request: who asks, by the claims of its token and the rules of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hub.errors import IdentityRefused
from hub.policy.decide.policy_model import ActorKind
from schema.facts import Fact, link_key
from schema.nir import states_nir

CLAIM = "spie"
"""Private claim of our tokens that holds the actor; the registered claims keep their registered meaning (RFC 7519)."""
LONGEST_SUBJECT = 255
"""Longest `sub`, in characters (OpenID Connect Core §2): the journal names the reader by it."""
HUB_CLIENT = "hub "
"""How the names begin under which the journal tells of what the hub itself sends: no application bears one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: `id` is issuer and subject, `purposes` those that the token grants, `scopes` the link keys of
    relations.

    `organisation` is a SIRET, `client` the application that carries the token, `expires` Unix seconds, as is
    `habilitated_until`. If the actor uses a partner's application, `scope` names what it may receive
    (`hub.policy.decide.client_scope`) and `partner` is the partner's SIRET; all else is the user's.
    """

    id: str
    kind: str
    organisation: str | None
    organisation_type: str | None
    purposes: frozenset[str]
    scopes: tuple[str, ...]
    client: str
    expires: int
    scope: str | None = None
    partner: str | None = None
    habilitated_until: int = 0

    @property
    def caller(self) -> str:
        """The owner of cursors and persisted documents; what one application obtained serves no other."""
        return self.id if self.scope is None else f"{self.id} par {self.client}"

    @property
    def issuer(self) -> str:
        """The issuer of its token."""
        return self.id.partition("#")[0]

    @property
    def application(self) -> str:
        """Its application, which another issuer may name alike."""
        return f"{self.issuer}#{self.client}"

    @property
    def person(self) -> str | None:
        """The person's id, if the actor is a person who reads its own data."""
        return next((scope[len(_OWN) :] for scope in self.scopes if scope.startswith(_OWN)), None)


_OWN = link_key(Fact.SELF, "")


def actor_from_claims(claims: Mapping[str, Any], kinds: Mapping[str, ActorKind], now: int) -> Actor:
    """The actor that verified claims describe; raises IdentityRefused."""
    actor_claims = claims.get(CLAIM)
    if type(actor_claims) is not dict:
        raise refused("the token has no actor claim")
    kind = kinds.get(_text(actor_claims, "kind"))
    if kind is None:
        raise refused("unknown actor kind")
    organisation = _text(actor_claims, "organisation") if "organisation" in actor_claims else None
    organisation_type = _text(actor_claims, "organisation_type") if "organisation_type" in actor_claims else None
    if kind.organisations and (organisation is None or organisation_type not in kind.organisations):
        raise refused("the kind of actor needs an organisation of its own type")
    habilitation = actor_claims.get("habilitated_until")
    if type(habilitation) is not int or habilitation <= now:
        raise IdentityRefused(
            "HABILITATION_ENDED",
            "Votre habilitation n'est plus valide : demandez son renouvellement à votre organisation.",
            "the habilitation date is missing or past",
        )
    ids = {
        "agent": [_uuid(actor_claims, "agent")] if "agent" in actor_claims else [],
        "person": [_uuid(actor_claims, "person")] if "person" in actor_claims else [],
        "organisation": [organisation] if organisation is not None else [],
        "departments": _texts(actor_claims, "departments"),
    }
    missing = [claim for claim in kind.scopes.values() if not ids[claim]]
    if missing:
        raise refused(f"the kind of actor needs the claim {missing[0]}")
    return Actor(
        id=f"{claims['iss']}#{_text(claims, 'sub', LONGEST_SUBJECT)}",
        kind=kind.name,
        organisation=organisation,
        organisation_type=organisation_type,
        purposes=frozenset(_texts(actor_claims, "purposes")) & kind.purposes,
        scopes=scope_keys(kind.scopes, ids),
        client=_unreserved(client_from_claims(claims) or claims["sub"]),
        expires=min(claims["exp"], habilitation),
        habilitated_until=habilitation,
    )


def client_from_claims(claims: Mapping[str, Any]) -> str | None:
    """The application that a token was issued to: `client_id` (RFC 9068) or `azp` (OpenID Connect); raises
    IdentityRefused if both are there and differ."""
    clients = {_text(claims, name) for name in ("client_id", "azp") if name in claims}
    if len(clients) > 1:
        raise refused("the token names two applications")
    return next(iter(clients), None)


def _unreserved(client: str) -> str:
    if client.startswith(HUB_CLIENT):
        raise refused("the token names an application by a name of the hub's own")
    return client


def scope_keys(scopes: Mapping[Fact, str], ids: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Link keys of an actor, in a stable order."""
    return tuple(sorted(link_key(relation, scope) for relation, claim in scopes.items() for scope in ids[claim]))


def _text(claims: Mapping[str, Any], name: str, longest: int = 200) -> str:
    value = claims.get(name)
    if type(value) is not str or not value or len(value) > longest or not value.isprintable():
        raise refused(f"the claim {name} is not a text")
    return _without_nir(name, value)


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    values = claims.get(name, [])
    if type(values) is not list or any(type(v) is not str or not v.isprintable() or len(v) > 60 for v in values):
        raise refused(f"the claim {name} is not a list of texts")
    return [_without_nir(name, value) for value in values]


def _without_nir(name: str, value: str) -> str:
    """Return a text of a token, which the journal and the caches keep; raises IdentityRefused (TOKEN_NIR)."""
    if states_nir(value):
        raise IdentityRefused(
            "TOKEN_NIR",
            "Votre jeton d'accès porte ce qui a la forme d'un NIR : demandez à votre fournisseur d'identité de vous "
            "désigner par un identifiant sans rapport avec lui.",
            f"the claim {name} holds what looks like a NIR",
        )
    return value


def _uuid(claims: Mapping[str, Any], name: str) -> str:
    value = _text(claims, name)
    try:
        if str(UUID(value)) == value:
            return value
    except ValueError:
        pass
    raise refused(f"the claim {name} is not a UUID")


def refused(detail: str) -> IdentityRefused:
    """The refusal of claims that describe no actor."""
    return IdentityRefused(
        "TOKEN_REFUSED",
        "Votre jeton d'accès ne permet pas de vous reconnaître : demandez-en un nouveau à votre organisation.",
        detail,
    )
