"""The crowd of the demo: people, rendez-vous and difficulties drawn from a seed, so that lists have several pages.

Names are made of invented beginnings and ends. Only `Random.random` is used, whose sequence for a seed is the same in
every version of Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import TypeVar

from demo.cast import (
    CD_08,
    CD_2A,
    COLLEAGUE_A,
    COLLEAGUE_B,
    EMPLOYER,
    EMPLOYER_2A,
    INVITATIONS,
    PEOPLE,
    RDVS,
    Agent,
    Invitation,
    Organisation,
    Person,
    Rdv,
)
from demo.offers_catalogue import (
    AJACCIO,
    CHARLEVILLE,
    PORTO_VECCHIO,
    PROPRIANO,
    RETHEL,
    REVIN,
    SARTENE,
    SEDAN,
    VOUZIERS,
    Place,
)

T = TypeVar("T")
SEED = 20261124
FIRST_NUMBER = 101
"""The number of the first person of the crowd; lower ones are those of `cast`."""
COLLECTIVE = 6
"""The number of people in a collective rendez-vous."""
DIFFICULTIES = (
    "dif_transport",
    "dif_familiale",
    "dif_logement",
    "dif_financiere",
    "dif_admin_jur",
    "dif_inser_com",
    "dif_sante",
)
"""Columns of the extract of France Travail."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the crowd: its communes and the organisations of its rendez-vous."""

    department: str
    places: tuple[Place, ...]
    beginnings: tuple[str, ...]
    ends: tuple[str, ...]
    first_names: tuple[tuple[str, str], ...]
    council: Organisation
    employer: Organisation
    referent: Agent
    households: int


ARDENNES = Region(
    "08",
    (CHARLEVILLE, SEDAN, RETHEL, REVIN, VOUZIERS),
    ("Ardo", "Mousse", "Roche", "Signe", "Fumel", "Belve", "Givor", "Sormo", "Monthe", "Haybe", "Lonne", "Warne"),
    ("vaucourt", "lempré", "tonval", "mesnault", "ringeois", "chanteraine", "dormois", "fauchet"),
    (
        *(("madame", name) for name in ("Aldine", "Céleste", "Éloane", "Gervaise", "Isaure", "Lisenn", "Noémine")),
        *(("monsieur", name) for name in ("Aubin", "Colomban", "Evrard", "Géraud", "Josselin", "Lubin", "Théodred")),
    ),
    CD_08,
    EMPLOYER,
    COLLEAGUE_A,
    86,
)
CORSICA = Region(
    "2A",
    (AJACCIO, PORTO_VECCHIO, SARTENE, PROPRIANO),
    ("Tara", "Cuscio", "Incu", "Pruno", "Asi", "Valdu", "Orno", "Libba", "Zica", "Muvra", "Filetto", "Castag"),
    ("vescu", "nacciu", "ddinelli", "rustinu", "tellucci", "mannone", "linchi", "barghju"),
    (
        *(("madame", name) for name in ("Alma", "Catalina", "Diane-Marie", "Lisula", "Nunzia", "Serena", "Vanina")),
        *(("monsieur", name) for name in ("Andria", "Battì", "Carlu", "Ghjuvan", "Lurenzu", "Matteu", "Pasquale")),
    ),
    CD_2A,
    EMPLOYER_2A,
    COLLEAGUE_B,
    74,
)
CATEGORIES = (
    "rsa_orientation",
    "rsa_accompagnement",
    "rsa_accompagnement_social",
    "rsa_accompagnement_sociopro",
    "rsa_cer_signature",
    "rsa_follow_up",
    "psychologue",
    None,
    None,
    None,
)
"""Enough rendez-vous have no category to hide the psychologist's."""
LOCATIONS = ("public_office", "public_office", "phone", "home", "visio")
PAST = ("seen", "seen", "seen", "unknown", "noshow", "excused", "revoked", "unknown", "unknown", "unknown")
STATES = ("2", "2", "2", "2", "3", "4", "3", "4", "5", "6", "0", "1")


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people drawn, their rendez-vous and invitations, and their columns of difficulties by slug."""

    people: tuple[Person, ...]
    rdvs: tuple[Rdv, ...]
    invitations: tuple[Invitation, ...]
    difficulties: Mapping[str, tuple[str, ...]]


def draw(seed: int = SEED) -> Crowd:
    """Draw the crowd of a seed: 160 households, of which every tenth is a couple that shares its dossier."""
    rng = Random(seed)  # noqa: S311 - fiction, not a secret
    people: list[Person] = []
    rdvs: list[Rdv] = []
    for region in (ARDENNES, CORSICA):
        inhabitants = list(_people(rng, region, FIRST_NUMBER + len(people)))
        people += inhabitants
        rdvs += _rdvs(rng, region, inhabitants, FIRST_NUMBER + len(rdvs))
    invited = [person for person in people if rng.random() < 0.15]
    return Crowd(
        tuple(people),
        tuple(rdvs),
        tuple(_invitation(rng, number, person) for number, person in enumerate(invited, FIRST_NUMBER)),
        {person.slug: _difficulties(rng) for person in people if person.dossier and rng.random() < 0.5},
    )


def _people(rng: Random, region: Region, number: int) -> Iterator[Person]:
    names = [begin + end for begin, end in product(region.beginnings, region.ends)]
    for household in range(region.households):
        last_name = names.pop(int(rng.random() * len(names)))
        person = _person(rng, region, number, last_name)
        yield person
        number += 1
        if household % 10 == 9:
            other_civility = "madame" if person.civility == "monsieur" else "monsieur"
            partner = _person(rng, region, number, last_name, civility=other_civility)
            yield replace(
                partner,
                role="conjoint",
                dossier=person.dossier,
                place=person.place,
                state=person.state,
                children=person.children,
            )
            number += 1


def _person(rng: Random, region: Region, number: int, last_name: str, civility: str | None = None) -> Person:
    drawn_civility, first_name = _pick(rng, [entry for entry in region.first_names if civility in (None, entry[0])])
    prefix = "081" if region.department == "08" else "021"
    return Person(
        slug=f"personne-{number}",
        number=number,
        civility=drawn_civility,
        first_name=first_name,
        last_name=last_name,
        birth_date=date(1964, 1, 1) + timedelta(days=int(rng.random() * 365 * 40)),
        place=_pick(rng, region.places),
        dossier=f"{prefix}{number:04}" if rng.random() < 0.93 or civility else None,
        referent=region.referent if rng.random() < 0.3 else None,
        state=_pick(rng, STATES),
        children=int(rng.random() * 3),
        born="2B033" if region.department == "2A" and rng.random() < 0.2 else None,
    )


def _rdvs(rng: Random, region: Region, people: Sequence[Person], number: int) -> list[Rdv]:
    """Draw a rendez-vous for half of them, one at the employer for every twelfth, and two collective ones."""
    rdvs: list[Rdv] = []
    for rank, person in enumerate(people):
        if rng.random() < 0.5:
            days = int(rng.random() * 120) - 90
            status = _pick(rng, PAST) if days < 0 else "unknown"
            category, place = _pick(rng, CATEGORIES), _pick(rng, LOCATIONS)
            rdvs.append(Rdv(number + len(rdvs), region.council, days, category, ((person.slug, status),), place))
        if rank % 12 == 3:
            days = 3 + int(rng.random() * 25)
            rdvs.append(Rdv(number + len(rdvs), region.employer, days, "siae_interview", ((person.slug, "unknown"),)))
    for first in (0, COLLECTIVE):
        expected = tuple((person.slug, "unknown") for person in people[first : first + COLLECTIVE])
        rdvs.append(Rdv(number + len(rdvs), region.council, 14 + first, "rsa_atelier_competences", expected))
    return rdvs


def _invitation(rng: Random, number: int, person: Person) -> Invitation:
    days = -1 - int(rng.random() * 40)
    return Invitation(number, person.slug, days, _pick(rng, ("sms", "email", "postal")), _pick(rng, CATEGORIES[:4]))


def _difficulties(rng: Random) -> tuple[str, ...]:
    return tuple(column for column in DIFFICULTIES if rng.random() < 0.25)


def _pick(rng: Random, items: Sequence[T]) -> T:
    return items[int(rng.random() * len(items))]


CROWD = draw()
EVERYONE = (*PEOPLE, *CROWD.people)
EVERYONE_BY_SLUG = {person.slug: person for person in EVERYONE}
REACHED_BY_DOSSIER = frozenset(
    person.slug for person in CROWD.people if person.dossier and person.role == "demandeur" and person.number % 15 == 4
)
"""The slugs of the people whose contact details only the CNAF has, for the whole dossier."""
EVERY_RDV = (*RDVS, *CROWD.rdvs)
EVERY_INVITATION = (*INVITATIONS, *CROWD.invitations)
