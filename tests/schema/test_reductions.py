"""One row per `r` cell of the matrix × coordinate: a sibling or a denial, never a guess (policy rule 8)."""

from collections import Counter

from schema.categories import Category, Level
from tests.schema.paper import classified, policy

ROWS = policy("reductions")["reduction"]
CELLS = {(g["actor"], Category(c)) for g in policy("grants")["grant"] for c in g.get("reduced", [])}


def test_every_full_coordinate_of_a_reduced_cell_has_exactly_one_row_and_no_row_is_an_orphan() -> None:
    wanted = {
        (actor, coordinate)
        for actor, category in CELLS
        for coordinate, found in classified().items()
        if found == (category, Level.FULL)
    }
    rows = Counter((row["actor"], row["coordinate"]) for row in ROWS)
    assert rows.keys() == wanted
    assert set(rows.values()) == {1}


def test_a_sibling_is_a_reduced_field_of_the_same_category() -> None:
    for row in ROWS:
        assert row["how"] in {"sibling", "whole", "deny"}
        assert ("to" in row) == (row["how"] == "sibling")
        if "to" in row:
            category, _ = classified()[row["coordinate"]]
            assert classified()[row["to"]] == (category, Level.REDUCED), row


def test_every_reduced_field_is_opened_to_someone() -> None:
    reduced = {coordinate for coordinate, (_, level) in classified().items() if level is Level.REDUCED}
    assert reduced == {row["to"] for row in ROWS if "to" in row}


def opened(actor: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in ROWS:
        if row["actor"] == actor and "to" in row:
            found.setdefault(classified()[row["to"]][0], set()).add(row["to"])
    return found


def test_the_parentheses_of_the_matrix_are_followed() -> None:
    rqth, brsa = {"Person.hasRqth"}, {"Person.isRsaBeneficiary", "Person.hasRightsAndDuties"}
    assert opened("orienteur_cd")["SAN"] == {*rqth, "Person.healthToConsider"}
    assert opened("orienteur_cd")["SUIVI"] == {
        "Person.orientations",
        "Orientation.pathway",
        "Orientation.startsOn",
        "Orientation.structure",
        "Person.orientationAppointments",
        "OrientationAppointment.startsAt",
        "OrientationAppointment.mode",
        "OrientationAppointment.status",
        "OrientationAppointment.organisation",
    }
    assert opened("conseiller_ft")["SOC"] == brsa
    assert opened("conseiller_ft")["SAN"] == rqth
    assert opened("conseiller_ft")["FREIN"] == {"Person.hasParticularDifficulties"}
    assert opened("siae") == {
        "IDX": {"Person.passIaeNumber"},
        "SOC": {"Person.isIaeEligible"},
        "FORM": {"Person.qualificationLevel"},
    }
    assert opened("organisme_formation") == {
        "PRO": {"Person.targetOccupations"},
        "FORM": {"Person.qualificationLevel"},
        "SAN": {"TrainingPlacement.accommodationRequested"},
    }
    whole = {row["coordinate"] for row in ROWS if row["how"] == "whole"}
    assert {row["actor"] for row in ROWS if row["how"] == "whole"} == {"organisme_formation"}
    assert "TrainingPlacement.prerequisitesMet" in whole
    assert all(name.startswith("TrainingPlacement.") for name in whole - {"Person.trainingPlacements"})
    assert opened("beneficiaire") == {
        "NIR": {"Person.nirLastDigits"},
        "TRACE": {"Person.restrictions", "Person.erasurePlannedOn"},
    }


def test_the_sector_identifiers_of_outsiders_leave_out_the_internal_one_of_the_departement() -> None:
    for actor in ("conseiller_ft", "conseiller_ml", "delegataire_rsa"):
        assert opened(actor)["IDX"] == {
            "Person.nationalIdentifiers",
            "NationalIdentifier.kind",
            "NationalIdentifier.value",
        }
