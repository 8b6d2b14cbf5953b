"""`GET /demo/actors`: who the page may be, with fresh tokens. The demo mounts it; `hub serve` has no such route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.token_issuer import DemoActor, Issuer
from hub.policy.decide.policy_model import Policy

PATH = "/demo/actors"


def route(found: Sequence[DemoActor], persons: Sequence[Mapping[str, str]], issuer: Issuer, policy: Policy) -> Route:
    """`{actors: [{name, label, purposes, token, about}], persons: [{id, about}]}`, its tokens made when it is asked."""

    async def switcher(request: Request) -> JSONResponse:
        actors = [
            {
                "name": actor.name,
                "label": policy.actors[actor.kind].label,
                "purposes": list(actor.purposes),
                "token": issuer.token(actor),
                "about": actor.about,
            }
            for actor in found
        ]
        return JSONResponse({"actors": actors, "persons": list(persons)}, headers={"cache-control": "no-store"})

    return Route(PATH, switcher)
