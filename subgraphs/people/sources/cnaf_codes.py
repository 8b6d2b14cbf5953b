"""Codes of the CNAF flux → values of the hub: activity, natures of resources, motives of suspension.

The flux's own schema lists no value; the labels are those of WebRSA, a system of Conseils départementaux
(`activite.po`, `detailressourcemensuelle.po`, `option.php`), and for motive 44 docs/domain.md#cnaf. A code that is not
here becomes the ordinary value `AUTRE`, which tells nothing.
"""


def _codes(codes: str) -> tuple[str, ...]:
    return tuple(codes.split())


UNKNOWN_ACTIVITIES = ("SIN", "DSF")
"""The CNAF does not know."""

ACTIVITIES = {
    **dict.fromkeys(
        _codes("SAL APP AMA AFA CJT GSA ETI EXP VRP TSA INT MAR MOA AMT CGP CPL CES CSA CEA CEN CIA CIS RMA EXS"),
        "EN_EMPLOI",
    ),
    **dict.fromkeys(_codes("ANI CAP CHA CDA CDN"), "EN_EMPLOI"),  # unemployed, with an activity
    **dict.fromkeys(_codes("CHO CHR CNI CAR ANP SSA SAC ABA ADA ADN AFD AIN ASS ASP FDA FDN"), "SANS_EMPLOI"),
    **dict.fromkeys(_codes("SFP AFC SNR PIL ETU EBO SCO"), "EN_FORMATION"),
    **dict.fromkeys(_codes("MAL MLD CLD MMC MMI INF"), "MALADIE"),
    "INV": "INVALIDITE",
    "RET": "RETRAITE",
}
"""ACT → situation. Sheltered work, disability, maternity and pensions of accidents stay `AUTRE`: no value says them."""

UNEMPLOYMENT_INSURANCE = frozenset(_codes("ABA ADA ADN CDA CDN FDA FDN"))
"""Activities that are paid by the allocation d'aide au retour à l'emploi (or the one that it replaced)."""
SPECIFIC_SOLIDARITY = "ASS"
NOT_INDEMNIFIED = frozenset(("CNI", "ANI"))
"""Unemployed, and the CNAF says that nothing is paid."""

EARNED = frozenset(
    _codes("001 003 005 006 007 008 009 030 031 032 034 080 082 083 085 087 088 200 205 215 306 403 404 405 600 602")
)
"""Natures of income from work."""
NOT_INCOME = frozenset(_codes("000 002 004 060 061 062 063 064 065 066 204 207 211 213 214 216 305 403"))
"""Deductions, counts and percentages: amounts of them are no euros that the person has."""
UNDECLARED = frozenset(("888", "999"))
"""Resources that were withdrawn or not declared: the sum is unknown."""

PAYMENT_SUSPENDED = {
    **dict.fromkeys(("01", "05", "06"), "RESSOURCES"),
    **dict.fromkeys(("02", "03", "09", "31", "34", "35", "85", "AB", "CZ", "DA", "DB", "DC"), "SITUATION"),
    **dict.fromkeys(("04", "36"), "SEJOUR"),
    **dict.fromkeys(("44", "97"), "SANTE"),
}
"""MOTISUSVERSRSA → family of the motive."""
RIGHT_SUSPENDED = {
    **dict.fromkeys(("DB", "GR"), "RESSOURCES"),
    **dict.fromkeys(("DA", "DG", "DH", "DL", "DM", "GF"), "SITUATION"),
}
"""MOTISUSDRORSA → family of the motive."""
ORDINARY = "AUTRE"
