"""Every reason for which a reading of an API stops: code → what is wrong and how to mend it, in French."""

from __future__ import annotations

from hub.errors import NotServed

MESSAGES = {
    "SYNC_UNREACHABLE": "Le système source ne répond pas, ou mal. Ce qui a été lu est gardé ; relancez plus tard.",
    "SYNC_RATE_LIMITED": "Le système source demande d'attendre. Ce qui a été lu est gardé ; relancez plus tard.",
    "SYNC_MALFORMED": "Le système source répond autre chose que ce qu'il documente : vérifiez l'adresse.",
    "SYNC_CREDENTIALS": (
        "Le système source refuse les secrets de ce compte, ou ils ne sont pas une ligne de lettres sans accent : "
        "renouvelez-les dans le dossier des clés."
    ),
    "SYNC_REFUSED": "Le système source refuse la demande : vérifiez l'adresse et le département du compte.",
    "SYNC_CIRCUIT_OPEN": "Le système source est laissé au repos après plusieurs échecs ; relancez plus tard.",
    "SYNC_STOPPED": "La lecture s'est arrêtée à la demande. Ce qui a été lu est gardé ; la prochaine reprend là.",
    "SYNC_DEPARTMENT_MISSING": "Le compte ne dit pas son département : ajoutez « department » à sa ligne de [[sync]].",
    "SYNC_UNSETTLED": (
        "La liste n'a cessé de changer pendant la lecture. Ce qui a été lu est gardé, rien n'est supprimé ; relancez."
    ),
    "SYNC_REMOVALS_REFUSED": (
        "Une liste est vide, ou a perdu plus d'un dixième de ce qui est connu : rien n'est supprimé. Si c'est voulu, "
        "relancez avec --remove."
    ),
    "SYNC_TOO_MANY_IN_A_DAY": (
        "Un même jour compte plus de conventions que le système source n'en donne à la fois : il en manque, les autres "
        "jours sont lus. Signalez-le au système source."
    ),
}
PASSING = frozenset({"SYNC_UNREACHABLE", "SYNC_RATE_LIMITED", "SYNC_MALFORMED"})
"""Failures that may mend themselves: they make a source rest for whoever reads it, and the next reading goes on."""
LASTING = frozenset({"SYNC_CREDENTIALS", "SYNC_REFUSED", "SYNC_DEPARTMENT_MISSING"})
"""Failures that somebody has to mend: they make a source rest for a schedule alone, which would go on asking."""


def sync_refused(code: str, detail: str) -> NotServed:
    """The error of this code."""
    return NotServed(code, MESSAGES[code], detail)
