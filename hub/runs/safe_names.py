"""What is kept of the name of a file: only words that this module lists, for a name may hold that of a person or a NIR.

The file itself is recognised by its SHA-256.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePath

EXTENSIONS = frozenset({"csv", "gz", "json", "jsonl", "ndjson", "txt", "xlsx", "xml", "zip"})
"""Extensions that are kept."""
_WORDS = """
actions anomalie anomalies api beneficiaires candidatures catalogue cnaf contact contacts conventions
coordonnees croisement demandes diagnostics dora droits dsp emplois export extrait facile flux formation
formations ft immersion immersions inclusion insertion invitations lheo notification notifications offre
offres orientations ouiform pass positionnements projets rdv rdvi rdvs referents services sessions
structures sync usagers webhook
"""
WORDS = frozenset(_WORDS.split())
"""Words that are kept: they name systems and what files are about."""
UNSAID = "…"
"""What stands for all the rest."""


def safe_name(name: str) -> str:
    """Return the words of a file's name that are listed, in their order, with its extension if that is listed."""
    path = PurePath(name)
    words = (word.lower() for word in re.split(r"[\W_]+", path.stem) if word)
    listed_words = [word for word, _ in groupby(word if word in WORDS else UNSAID for word in words)]
    extension = path.suffix.lower().removeprefix(".")
    return "-".join(listed_words or [UNSAID]) + (f".{extension}" if extension in EXTENSIONS else "")
