"""The reductions open what the parentheses of the matrix say, and every reduced field is opened to someone."""

from schema.categories import Category, Level
from tests.pinned_graph import graph

TABLE = graph().table
FIELDS = TABLE.classification.fields
ROWS = TABLE.policy.reductions.values()
CELLS = {(grant.actor, category) for grant in TABLE.policy.grants for category in grant.reduced}


def test_every_row_is_of_a_reduced_cell() -> None:
    assert {(row.actor, FIELDS[row.coordinate].category) for row in ROWS} <= CELLS


def test_a_sibling_is_a_reduced_field_of_the_same_category() -> None:
    for row in ROWS:
        if row.sibling is not None:
            sibling = FIELDS[row.sibling]
            assert (sibling.category, sibling.level) == (FIELDS[row.coordinate].category, Level.REDUCED), row


def test_every_reduced_field_is_opened_to_someone() -> None:
    reduced = {name for name, field in FIELDS.items() if field.level is Level.REDUCED}
    assert reduced == {name for row in ROWS for name in opened_by(row.coordinate, row.sibling)}


def opened_by(coordinate: str, sibling: str | None) -> set[str]:
    """The reduced field that a row opens: its sibling, or the coordinate itself if it is reduced."""
    name = sibling or coordinate
    return {name} if FIELDS[name].level is Level.REDUCED else set()


def opened(actor: str) -> dict[str, set[str]]:
    """The reduced fields that the rows of an actor open, by category."""
    names: dict[str, set[str]] = {}
    for row in ROWS:
        if row.actor == actor:
            for name in opened_by(row.coordinate, row.sibling):
                names.setdefault(FIELDS[name].category.value, set()).add(name)
    return names


def test_the_parentheses_of_the_matrix_are_followed() -> None:
    brsa = {"Person.isRsaBeneficiary", "Person.hasRightsAndDuties"}
    assert opened("orienteur_cd")["SAN"] == {"Person.healthToConsider", "Person.hasRqth"}
    for actor in ("referent_cd", "conseiller_ft", "conseiller_ml"):
        assert opened(actor)["SAN"] == {"Person.hasRqth"}
    assert opened("orienteur_cd")["SUIVI"] == {
        "Person.orientations",
        "Query.orientations",
        "Orientation.pathway",
        "Orientation.startsOn",
        "Orientation.structure",
        "Person.orientationAppointments",
        "OrientationAppointment.startsAt",
        "OrientationAppointment.mode",
        "OrientationAppointment.status",
        "OrientationAppointment.organisation",
    }
    for actor in ("conseiller_ft", "conseiller_ml", "delegataire_rsa"):
        assert opened(actor)["SOC"] == brsa
    assert opened("conseiller_ft")["FREIN"] == {"Person.hasParticularDifficulties"}
    assert opened("siae") == {"IDX": {"Person.passIaeNumber"}, "SOC": {"Person.isIaeEligible"}}
    assert opened("organisme_formation") == {
        "PRO": {"Person.targetOccupations"},
        "SAN": {"TrainingPlacement.accommodationRequested"},
        "FORM": {"Person.education", "Education.level"},
    }
    whole = {
        (row.actor, row.coordinate) for row in ROWS if row.how == "whole" and FIELDS[row.coordinate].level is Level.FULL
    }
    assert {actor for actor, _ in whole} == {"organisme_formation", "siae"}
    own = {name for actor, name in whole if actor == "siae"}
    assert own == {
        "Person.trainingProjects",
        *(f"TrainingProject.{name}" for name in ("formacode", "provenance", "recordedOn")),
    }
    names = {name for actor, name in whole if actor == "organisme_formation"}
    assert "TrainingPlacement.prerequisitesMet" in names
    assert all(
        name.startswith("TrainingPlacement.")
        for name in names - {f"{above}.trainingPlacements" for above in ("Person", "Query")}
    )
    assert opened("beneficiaire") == {
        "NIR": {"Person.nirLastDigits"},
        "TRACE": {"Person.restrictions", "Person.erasurePlannedOn"},
    }


def test_the_sector_identifiers_of_outsiders_leave_out_the_internal_one_of_the_departement() -> None:
    for actor in ("conseiller_ft", "conseiller_ml", "delegataire_rsa"):
        assert opened(actor)[Category.IDX] == {
            "Person.nationalIdentifiers",
            "NationalIdentifier.kind",
            "NationalIdentifier.value",
        }
