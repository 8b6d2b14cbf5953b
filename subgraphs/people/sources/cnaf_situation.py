"""Activity, resources and suspension in a foyer of the CNAF flux, reduced before anything is kept.

Of resources only the band of the foyer's month and whether a person earned are kept, of motives only their family, of
activities only the situation (docs/domain.md#cnaf and docs/domain.md#people): no amount, no nature and no code reaches
the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from subgraphs.people.sources import cnaf_codes as codes
from subgraphs.people.sources.cnaf_schema import Element, day, text

MONTH = "GeneraliteRessourcesMensuelles/MOISRESS"
NO_INCOME = "AUCUNE"
BANDS = (
    (Decimal(500), "MOINS_DE_500"),
    (Decimal(1000), "DE_500_A_1000"),
    (Decimal(1500), "DE_1000_A_1500"),
)
"""Upper bounds, excluded, in euros a month → band."""
HIGHEST = "AU_MOINS_1500"


@dataclass(frozen=True, slots=True, repr=False)
class Income:
    """Resources of a foyer in its last declared month; `band` is None where they are not declared."""

    month: date
    band: str | None


def income(people: Iterable[Element]) -> Income | None:
    """Return the band of the whole foyer, children included, in its last month; None if nobody declared resources."""
    declared = [resources for person in people if (resources := person.find("Ressources")) is not None]
    months = [month for resources in declared for month in _months(resources)]
    if not months:
        return None
    last = max(months)
    details = [detail for resources in declared for detail in _details(resources, last)]
    if any(nature in codes.UNDECLARED for nature, _ in details):
        return Income(last, None)
    return Income(last, _band(sum((euros for nature, euros in details if nature not in codes.NOT_INCOME), Decimal(0))))


def earns(person: Element, month: date) -> bool | None:
    """Whether the person had income from work in that month; None if it declared no resources."""
    resources = person.find("Ressources")
    if resources is None:
        return None
    return any(nature in codes.EARNED and euros > 0 for nature, euros in _details(resources, month))


def activity(person: Element, on: date) -> str | None:
    """Return the ACT of the activity of that day, the last begun; None without one, or if the CNAF does not know."""
    current = [
        (day(element, "DDACT") or date.min, text(element, "ACT") or "")
        for element in person.iterfind("Activite")
        if (day(element, "DFACT") or on) >= on
    ]
    code = max(current, default=(date.min, ""))[1]
    return None if not code or code in codes.UNKNOWN_ACTIVITIES else code


def situation(act: str | None) -> str | None:
    """Return the situation of an activity code; None without an activity."""
    return None if act is None else codes.ACTIVITIES.get(act, codes.ORDINARY)


def unemployment_insurance(act: str | None) -> bool | None:
    """Whether the unemployment insurance pays the activity; None where the code doesn't say."""
    if act in codes.NOT_INDEMNIFIED or act == codes.SPECIFIC_SOLIDARITY:
        return False
    return True if act in codes.UNEMPLOYMENT_INSURANCE else None


def specific_solidarity(act: str | None) -> bool | None:
    """Whether the allocation de solidarité spécifique pays the activity; None where the code doesn't say."""
    if act in codes.NOT_INDEMNIFIED or act in codes.UNEMPLOYMENT_INSURANCE:
        return False
    return True if act == codes.SPECIFIC_SOLIDARITY else None


def suspension(rights: Element) -> tuple[date, str] | None:
    """Return the first day of the oldest suspension of the foyer, and the family of its motive."""
    suspensions = [
        (since, families.get(text(element, motive) or "", codes.ORDINARY))
        for path, motive, first, families in (
            ("SuspensionDroit", "MOTISUSDRORSA", "DDSUSDRORSA", codes.RIGHT_SUSPENDED),
            ("SuspensionVersement", "MOTISUSVERSRSA", "DDSUSVERSRSA", codes.PAYMENT_SUSPENDED),
        )
        for element in rights.iterfind(path)
        if (since := day(element, first)) is not None
    ]
    return min(suspensions, default=None)


def _months(resources: Element) -> list[date]:
    """Return the first days of the declared months, or that of the end of a quarter declared without resources."""
    months = [day(month, MONTH) for month in resources.iterfind("RessourcesMensuelles")]
    if not months and text(resources, "GeneraliteRessourcesTrimestre/TOPRESSNUL") in ("1", "true"):
        months = [day(resources, "GeneraliteRessourcesTrimestre/DFRESS")]
    return [month.replace(day=1) for month in months if month is not None]


def _details(resources: Element, month: date) -> list[tuple[str, Decimal]]:
    """Nature and euros of each resource of that month."""
    return [
        (text(detail, "NATRESS") or "", Decimal(text(detail, "MTNATRESSMEN") or "0"))
        for declaration in resources.iterfind("RessourcesMensuelles")
        if (declared_on := day(declaration, MONTH)) is not None and declared_on.replace(day=1) == month
        for detail in declaration.iterfind("DetailRessourcesMensuelles")
    ]


def _band(euros: Decimal) -> str:
    return next((band for bound, band in BANDS if euros < bound), HIGHEST) if euros > 0 else NO_INCOME
