"""Wherever a person's data names an organisation, what naming it reveals is looked up: one registry, every subgraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest
from data_inclusion.schema import v1  # type: ignore[import-untyped]
from sqlalchemy import Table

from schema.categories import Category
from schema.facts import REVEALED
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import ColumnField, Field, LinkField
from subgraphs.kit.sdl import load
from subgraphs.kit.sensitive_organisations import KINDS, category_of_name, strictest

NAMING = re.compile(
    "siret|organi[sz]ation|structure|company|agency|employer|provider|service|agent|session|place(?!ment)",
    re.IGNORECASE,
)
"""Names of fields that tell of an organisation, or of who works there."""
HOLDERS = {"Organisation", "Structure", "Company", "TrainingProvider"}
"""Types that are an organisation: their table holds what naming one reveals."""
ELSEWHERE = {
    "Referent.agent": "the link to the referent is withheld",
    "Referent.structure": "the link to the referent is withheld",
    "GroupMember.agent": "the link to the member is withheld",
    "GroupMember.structure": "the link to the member is withheld",
    "Contract.organisationSignedOn": "the day of a signature, which names nobody",
    "SectorIdentifier.organisation": "the CAF or MSA of whoever has a dossier",
    "Person.suggestedServices": "computed from the difficulties that the actor reads",
    "Appointment.placeName": "free text, which only the person reads",
    "Appointment.placeAddress": "free text, which only the person reads",
}
"""Fields that name one and look nothing up, and why they need not."""


def fields() -> Iterator[tuple[str, Field]]:
    """Every served field of every personal type."""
    for name in SUBGRAPHS:
        for entity in load(name).entities.values():
            if entity.personal:
                yield from ((entity.coordinate(field.graphql_name), field) for field in entity.fields.values())


def names_an_organisation(coordinate: str, field: Field) -> bool:
    target = field.target.__name__ if field.target is not None else ""
    return target in HOLDERS or NAMING.search(coordinate.partition(".")[2]) is not None


def test_every_field_of_a_person_that_names_an_organisation_looks_up_what_it_reveals() -> None:
    naming = {name: field for name, field in fields() if names_an_organisation(name, field)}
    unguarded = {
        name
        for name, field in naming.items()
        if not isinstance(field, LinkField | ColumnField) or field.sensitive is None
    }
    assert unguarded - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() <= unguarded
    assert {"JobApplication.company", "ImmersionAgreement.agencyKind", "TrainingPlacement.session"} <= naming.keys()


def test_every_organisation_holds_what_naming_it_reveals() -> None:
    entities: dict[str, Entity] = {}
    for name in SUBGRAPHS:
        entities |= {n: e for n, e in load(name).entities.items() if n in HOLDERS and not e.stub}
    assert entities.keys() == HOLDERS
    for entity in entities.values():
        assert isinstance(entity.table, Table)
        assert "sensitivity" in entity.table.c, entity.name


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("EA", "SAN"), ("EATT", "SAN"), ("esat", "SAN"), ("mdph", "SAN"), ("cap-emploi", "SAN"), ("SAMSAH", "SAN"),
        ("UEMO", "JUST"), ("spip", "JUST"), ("cada", "SEJ"), ("ACI", None), ("mission-locale", None), (None, None),
    ],
)  # fmt: skip
def test_a_kind_reveals_what_the_registry_says(kind: str | None, category: str | None) -> None:
    assert strictest([kind], "Association du Pont") == category


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Entreprise adaptée du Plateau", "SAN"), ("ESAT Les Ateliers", "SAN"), ("Cap emploi 08", "SAN"),
        ("Cap Emploi – Ardennes", "SAN"), ("SAMSAH du Val", "SAN"), ("MDPH de l'Aisne", "SAN"),
        ("Centre de rééducation professionnelle", "SAN"), ("Foyer de l’enfance", "JUST"), ("UEMO de Sedan", "JUST"),
        ("Centre de détention de Nulle-Part", "JUST"), ("Maison centrale", "JUST"), ("HUDA du Pont", "SEJ"),
        ("Centres médico-psychologiques du Val", "SAN"), ("Pensions de famille du Pont", "SAN"), ("SAVS", "SAN"),
        ("Établissement et service d'aide par le travail Les Ateliers", "SAN"), ("Agefiph Grand Est", "SAN"),
        ("Accueil d'usagers de drogues", "SAN"), ("Service d'accompagnement à la vie sociale", "SAN"),
        ("Unité éducative de milieu ouvert de Sedan", "JUST"), ("Maison d'enfants à caractère social", "JUST"),
        ("Maisons d'arrêt", "JUST"), ("Droits des femmes 08", "JUST"), ("Accueil des réfugiés", "SEJ"),
        ("C.M.P. du Val", "SAN"), ("S.P.I.P", "JUST"), ("E.A. du Plateau", "SAN"), ("M. E. A. Dupont", None),
        ("SAV de l'électroménager", None), ("Les Chups", None), ("Atelier d'insertion par le travail", None),
        ("Foyer de jeunes travailleurs", None), ("Maison de l'emploi", None), ("Les Easy Jardins", None),
    ],
)  # fmt: skip
def test_a_name_reveals_by_whole_words(name: str, category: str | None) -> None:
    assert category_of_name(name) == category


def test_a_network_reveals_as_much_by_its_code_as_by_its_name_in_full() -> None:
    networks = list(v1.ReseauPorteur)
    assert {
        network.value for network in networks if strictest([network.value]) != category_of_name(network.label)
    } == set()


def test_of_several_the_strictest_counts() -> None:
    for first, second in product(KINDS, KINDS):
        revealed = strictest([first, second])
        assert revealed in (KINDS[first], KINDS[second])
        assert (revealed is Category.SAN) == ({KINDS[first], KINDS[second]} == {Category.SAN})
    assert set(KINDS.values()) <= set(REVEALED)
