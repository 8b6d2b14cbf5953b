"""Who asks in the world of the whole model, and what ties each of its people to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from demo.actors import SELVES
from demo.actors import actors as demo_actors
from demo.cast import AGENCY, CD_08, CD_2A, DELEGATE, EMPLOYER, MISSION, REFERENT_A, REFERENT_B, SCHOOL
from demo.token_issuer import DemoActor
from schema.facts import Fact
from tests.e2e.canary_rights import purposes

ELSEWHERE = "99900077700019"
"""SIRET of an organisation that none of the actors belongs to."""
OWNERS = (EMPLOYER.siret, SCHOOL.siret, CD_08.siret, MISSION.siret, ELSEWHERE, DELEGATE.siret)
RECORDERS = (CD_08.siret, ELSEWHERE, CD_08.siret, AGENCY.siret, ELSEWHERE, CD_2A.siret)
"""SIRETs of the organisations whose items a person's rows are, and of those that recorded them, in turn."""
AGENTS = {
    REFERENT_A.email: "00000000-0000-4000-8000-00000000000a",
    REFERENT_B.email: "00000000-0000-4000-8000-00000000000b",
}
SCOPES = {
    "referent": (Fact.REFERENT, AGENTS[REFERENT_A.email]),
    "group": (Fact.GROUP, AGENTS[REFERENT_A.email]),
    "corsican": (Fact.REFERENT, AGENTS[REFERENT_B.email]),
    "agency": (Fact.ORG_REFERENT, AGENCY.siret),
    "mission": (Fact.ORG_REFERENT, MISSION.siret),
    "delegate": (Fact.ORG_REFERENT, DELEGATE.siret),
    "department": (Fact.DEPARTMENT_BRSA, "08"),
    "territory": (Fact.TERRITORY, "08"),
    "employer": (Fact.OWN_ITEM, EMPLOYER.siret),
    "school": (Fact.OWN_ITEM, SCHOOL.siret),
}
"""The links that there are, each to one of the actors: relation and scope."""


@dataclass(frozen=True, slots=True)
class Tie:
    """How a person hangs on `scopes`: days from today that the links begin and end, days since the last contact, days
    from today that the data are to be erased."""

    scopes: tuple[str, ...] = tuple(SCOPES)
    begins: int = -30
    ends: int | None = None
    silent: int = 1
    restrictions: int = 0
    erased: int | None = None


ITSELF = "itself"
TIES: Mapping[str, Tie] = {
    ITSELF: Tie(()),
    **{name: Tie((name,)) for name in SCOPES},
    "everyone": Tie(erased=1),
    "ended": Tie(ends=-1),
    "tomorrow": Tie(begins=1),
    "opposed": Tie(restrictions=Fact.OPPOSITION),
    "limited": Tie(restrictions=Fact.LIMITATION),
    "to erase": Tie(erased=0),
    "silent for half a year": Tie(silent=200),
    "silent for years": Tie(silent=800),
    "nobody's": Tie(()),
}
"""The people of the world: each link alone, all at once, and all at once with what closes a file."""


def actors(itself: str) -> dict[str, DemoActor]:
    """The actors of the demo, `personne` being this person, each with every purpose that policy lets its kind have."""
    persons, agents = dict.fromkeys(SELVES.values(), itself), dict(AGENTS)
    demo = demo_actors(persons, agents)  # type: ignore[arg-type]
    absent = list(SELVES)[1:]
    return {actor.name: _whole(actor) for actor in demo if actor.name not in absent}


def _whole(actor: DemoActor) -> DemoActor:
    user = actor.end_user
    return replace(actor, purposes=purposes(actor), end_user=_whole(user) if user is not None else None)
