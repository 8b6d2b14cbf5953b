"""The systems to which items that mutations wrote are sent: what each is told, and which categories it may be told.

A system bears the name of the source that tells of its items, so that an item which it accepted and the one that later
comes in from there are one. What it is told is read by an ordinary query under the rights of who wrote
(docs/policy.md#rule-15); a field of a category that is not in `categories` is never sent, whatever the query asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.identity.actor import HUB_CLIENT
from schema.categories import Category

PERSON = "firstName lastName birthDate"
"""By what a system knows a person: no number of another sector leaves with it."""
OWN_KEY = re.compile(r"(?!projet:)[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""The keys of a system that numbers its items, as the source `ouiform` reads it."""
UUID_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, repr=False)
class System:
    """A system of record: `label` names it to people, `items` is the list of a person that holds the item and `selects`
    what is sent of it, whose path `structure` is the organisation that receives; `event` is the type of the message
    (docs/evenements.md#requests), `data` its names by those of the query."""

    name: str
    label: str
    mutation: str
    schema: str
    table: str
    operation: str
    items: str
    selects: str
    structure: tuple[str, ...]
    event: str
    data: Mapping[str, tuple[str, ...]]
    categories: frozenset[Category]
    key: re.Pattern[str] = UUID_KEY

    @property
    def query(self) -> str:
        """The document by which a message is read: a page of the items of the person, among which the one that is
        sent."""
        return (
            f"query {self.operation}($person: ID!, $after: String) {{ person(id: $person) {{ {PERSON}"
            f" {self.items}(first: 50, after: $after) {{ nodes {{ id {self.selects} }}"
            " pageInfo { hasNextPage endCursor } } } }"
        )

    @property
    def client(self) -> str:
        """The application under which the journal tells that something was sent to this system."""
        return f"{HUB_CLIENT}send {self.name}"


SYSTEMS: Mapping[str, System] = {
    system.name: system
    for system in (
        System(
            name="orientations",
            label="Système qui tient les orientations vers un service",
            mutation="referToService",
            schema="offers",
            table="offers.referral",
            operation="EnvoiOrientation",
            items="referrals",
            selects="sentOn service { id structure { siret } }",
            structure=("service", "structure", "siret"),
            event="fr.gouv.spie.orientation.demande",
            data={"service": ("service", "id"), "sent": ("sentOn",)},
            categories=frozenset({Category.ID, Category.SUIVI}),
        ),
        System(
            name="emplois",
            label="Système qui tient les candidatures auprès des employeurs de l'inclusion",
            mutation="applyToJob",
            schema="offers",
            table="offers.job_application",
            operation="EnvoiCandidature",
            items="jobApplications",
            selects="createdAt company { id siret kind }",
            structure=("company", "siret"),
            event="fr.gouv.spie.candidature.demande",
            data={"company": ("company", "id"), "kind": ("company", "kind"), "sent": ("createdAt",)},
            categories=frozenset({Category.ID, Category.PRO}),
        ),
        System(
            name="ouiform",
            label="Système qui tient les positionnements en formation",
            mutation="placeInTraining",
            schema="trainings",
            table="trainings.placement",
            operation="EnvoiPositionnement",
            items="trainingPlacements",
            selects="proposedOn session { id training { provider { siret } } }",
            structure=("session", "training", "provider", "siret"),
            event="fr.gouv.spie.positionnement.demande",
            data={"session": ("session", "id"), "sent": ("proposedOn",)},
            categories=frozenset({Category.ID, Category.FORM}),
            key=OWN_KEY,
        ),
        System(
            name="immersion-facile",
            label="Système qui tient les conventions d'immersion",
            mutation="proposeImmersion",
            schema="offers",
            table="offers.immersion_agreement",
            operation="EnvoiImmersion",
            items="immersions",
            selects="offer { id } siret romeCode objective startsOn endsOn",
            structure=("siret",),
            event="fr.gouv.spie.immersion.demande",
            data={
                "offer": ("offer", "id"),
                "occupation": ("romeCode",),
                "objective": ("objective",),
                "starts": ("startsOn",),
                "ends": ("endsOn",),
            },
            categories=frozenset({Category.ID, Category.PRO}),
        ),
    )
}
"""Each system by its name."""


def value_at(item: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at a path of an answer, None where it breaks off."""
    value: Any = item
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
