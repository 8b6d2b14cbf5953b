"""A hub over the canary world with actors of every kind that may search, and some that may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from demo.cast import AGENCY as FT
from demo.cast import CD_08, CD_2A, DELEGATE, EMPLOYER, SCHOOL, Organisation, Person
from demo.token_issuer import DemoActor
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_world import BY_SLUG, World, build

FIND = "query Find($identity: IdentityInput!) { findPerson(identity: $identity) { outcome person { id lastName } } }"
FOLLOW_UP = ("identification", "suivi", "diagnostic", "actions")


def _actor(name: str, kind: str, organisation: Organisation, *purposes: str, **claims: Any) -> DemoActor:
    actor_claims = {
        "organisation": organisation.siret,
        "organisation_type": organisation.type,
        "departments": [organisation.department],
        **claims,
    }
    return DemoActor(name, kind, purposes, "", actor_claims)


def actors(world: World) -> dict[str, DemoActor]:
    """The actors of the world, and more that may search."""
    referent = world.actors["referent-a"]
    searchers = (
        _actor("orienteur", "orienteur_cd", CD_08, "identification", "orientation"),
        _actor("orienteur-2a", "orienteur_cd", CD_2A, "identification", "orientation"),
        _actor("conseiller-ft", "conseiller_ft", FT, *FOLLOW_UP),
        _actor("delegataire", "delegataire_rsa", DELEGATE, *FOLLOW_UP),
        _actor("organisme", "organisme_formation", SCHOOL, "formation"),
        _actor("employeur", "siae", EMPLOYER, "iae", "actions"),
        _actor("dpo", "dpo", CD_08, "droits", "demande", "audit"),
        _actor("dpo-2a", "dpo", CD_2A, "droits", "demande", "audit"),
        DemoActor("referent-a", "referent_cd", ("suivi", "formation", "identification"), "", referent.claims),
    )
    return {**world.actors, **{actor.name: actor for actor in searchers}}


@dataclass
class Searches:
    """A running hub, and the world whose people it serves."""

    hub: Inside
    world: World

    async def find(self, actor: str, identity: Mapping[str, Any], query: str = FIND, **changed: str) -> Got:
        """The answer to one search."""
        return await self.hub.ask(actor, query, {"identity": identity}, **changed)

    async def outcome(self, actor: str, identity: Mapping[str, Any], purpose: str) -> tuple[str, str | None]:
        """The outcome of a search, and the slug of the person found."""
        match = (await self.find(actor, identity, purpose=purpose)).data["findPerson"]
        person = match["person"] and next(s for s, i in self.world.persons.items() if i == match["person"]["id"])
        return match["outcome"], person


def by_nir(slug: str, **changed: Any) -> dict[str, Any]:
    """NIR and birth date of a person of the world."""
    return {"nir": BY_SLUG[slug].nir, "birthDate": str(BY_SLUG[slug].birth_date), **changed}


def by_number(slug: str, **changed: Any) -> dict[str, Any]:
    """France Travail number and birth date."""
    number = {"kind": "FRANCE_TRAVAIL", "value": person(slug).france_travail_id}
    return {"identifier": number, "birthDate": str(person(slug).birth_date), **changed}


def person(slug: str) -> Person:
    """A person of the world."""
    return BY_SLUG[slug]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Place of the module's files and of its issuer's keys."""
    return tmp_path_factory.mktemp("find")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def searches(database: Database, folder: Path) -> AsyncIterator[Searches]:
    """The running hub, until the module's last test."""
    world = await asyncio.to_thread(lambda: asyncio.run(build(database, folder / "files")))
    async with inside(database, actors(world), folder) as running:
        yield Searches(running, world)
