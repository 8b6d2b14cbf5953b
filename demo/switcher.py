"""`GET /demo/actors`: the actors that the page may act as, with new tokens. `hub serve` has no such route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.token_issuer import DemoActor, Issuer
from hub.policy.decide.policy_model import Policy

PATH = "/demo/actors"


def route(
    demo_actors: Sequence[DemoActor], persons: Sequence[Mapping[str, str]], issuer: Issuer, policy: Policy
) -> Route:
    """Return the route; it answers `{actors: [{name, label, purposes, token, about}], persons: [{id, about}]}`."""

    async def switcher(request: Request) -> JSONResponse:
        actors = [
            {
                "name": actor.name,
                "label": policy.actors[actor.kind].label,
                "purposes": list(actor.purposes),
                "token": issuer.token(actor),
                "about": actor.about,
            }
            for actor in demo_actors
        ]
        return JSONResponse({"actors": actors, "persons": list(persons)}, headers={"cache-control": "no-store"})

    return Route(PATH, switcher)
