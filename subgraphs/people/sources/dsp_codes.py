"""Codes of the DSP questionnaire → values of the hub (docs/domain.md#dsp, docs/domain.md#crosswalks).

One list mixes what the law keeps apart: of the answers to `difdisp`, one is mobility, one health, one the prison of a
relative. Each code that is read is under its theme here, and the theme has the category. A code whose strictest reading
only the person itself might read is in no list, and is not stored: `difdisp` 0506 (a relative in hospital or in prison)
and 0513 (discrimination by age, sex or origin).
"""

from __future__ import annotations

from collections.abc import Mapping

EDUCATION_LEVELS = {
    "1201": "NV2",
    "1202": "NV3",
    "1203": "C12",
    "1204": "NV5",
    "1205": "C3A",
    "1206": "CP4",
    "1207": "AFS",
}
"""`nivetu`: the level that whoever gives the answer has at least (1201 is the licence and above, 1203 the last year of
the lycée with or without the baccalauréat)."""
DIPLOMAS = {
    "2601": "LICENCE_OU_PLUS",
    "2602": "BAC_PLUS_2",
    "2603": "BACCALAUREAT",
    "2604": "CAP_BEP",
    "2605": "BREVET_OU_SANS",
    "2606": "AUCUN",
}
FLAGS = {"0": False, "1": True}
NONE, OTHER_THEME, UNKEPT = "NONE", "OTHER", "UNKEPT"
"""No difficulty at all, one that no theme of the hub says, and one that is not stored."""
THEMES: Mapping[str, Mapping[str, str]] = {
    "difsoc": {
        "0401": NONE,
        **dict.fromkeys(("0402", "0403"), "SANTE"),
        "0404": "LANGUE_CALCUL",
        "0405": "ADMIN_JURIDIQUE",
        "0406": "FINANCES",
        "0407": OTHER_THEME,
    },
    "difdisp": {
        "0501": NONE,
        **dict.fromkeys(("0502", "0503", "0504", "0505", "0514"), "FAMILLE"),
        **dict.fromkeys(("0506", "0513"), UNKEPT),
        "0507": "MOBILITE",
        "0508": "SANTE",
        "0509": "LOGEMENT",
        "0510": "LANGUE_CALCUL",
        **dict.fromkeys(("0511", "0512"), OTHER_THEME),
    },
    "difsocpro": {
        "2101": "SANTE",
        "2102": "LOGEMENT",
        "2103": "FAMILLE",
        "2104": "FINANCES",
        "2105": "ADMIN_JURIDIQUE",
        "2106": "LANGUE_CALCUL",
        "2107": "INSERTION_COMMUNICATION",
        **dict.fromkeys(("2108", "2109", "2110"), OTHER_THEME),
    },
    "diflog": {"1001": NONE, **dict.fromkeys((f"{code}" for code in range(1002, 1010)), "LOGEMENT")},
    "natlog": {
        **dict.fromkeys(("0901", "0902", "0907", "0908", "0909"), NONE),
        **dict.fromkeys(("0903", "0904", "0905", "0906", "0910", "0911", "0912", "0913"), "LOGEMENT"),
    },
}
"""Answers by list: housing that is an emergency or precarious is a difficulty, a lease or a relative's home is none."""
NO_THEME = frozenset({NONE, OTHER_THEME, UNKEPT})
