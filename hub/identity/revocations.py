"""Who is revoked before its token ends: a token, an actor, an organisation, an application (decision 0138)."""

from __future__ import annotations

from hashlib import sha256

from hub.errors import IdentityRefused, state_gone
from hub.identity.actor import Actor
from schema.shared_state import SharedState


def token_name(token: str) -> str:
    """Return the name of a token in the shared state: the digest of its signed part.

    The signature is left out, for whoever holds a token of ES256 can make a second valid signature."""
    return f"token {sha256(token.rpartition('.')[0].encode()).hexdigest()}"


def actor_name(actor: str) -> str:
    """Return the name of an actor (`Actor.id`) in the shared state."""
    return f"actor {actor}"


def organisation_name(siret: str) -> str:
    """What an organisation, or a partner, is called."""
    return f"organisation {siret}"


def application_name(client: str) -> str:
    """What an application is called."""
    return f"application {client}"


def check_standing(actor: Actor, state: SharedState, token: str | None = None) -> None:
    """Raise IdentityRefused (ACCESS_REVOKED) if the actor, its organisations, its application or its token is revoked,
    NotServed (SHARED_STATE_GONE) where that is not known."""
    if not state.is_current:
        raise state_gone("Le hub ne sait pas en ce moment quels accès ont été retirés")
    names = [actor_name(actor.id), application_name(actor.client)]
    names += [organisation_name(siret) for siret in (actor.organisation, actor.partner) if siret is not None]
    if state.revoked(names if token is None else [*names, token_name(token)]):
        raise IdentityRefused(
            "ACCESS_REVOKED",
            "Cet accès a été retiré : adressez-vous à qui administre votre organisation ou le hub.",
            "the token, its actor, organisation or application is revoked",
            http_status=403,
        )
