"""The page of the state of a hub: what answers, what is late, what fails; it holds no data of any person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hub.health import Health
from hub.outgoing.systems import SYSTEMS
from hub.pages.rendering import render
from hub.runs.status_texts import state_text, success_text

_SUBGRAPHS = {
    "people": "Personnes et parcours",
    "appointments": "Rendez-vous",
    "offers": "Offre d'insertion",
    "trainings": "Formations",
}
PARTS = {
    **{f"{name}_query": f"{label} : lecture" for name, label in _SUBGRAPHS.items()},
    **{f"{name}_write": f"{label} : écriture" for name, label in _SUBGRAPHS.items()},
    "access_query": "Liens entre professionnels et personnes",
    "changes_reader": "Changements depuis la dernière lecture",
    "subscriber": "Abonnements que les applications font elles-mêmes",
    "journal_writer": "Journal des accès : écriture",
    "journal_reader": "Journal des accès : lecture",
    "journal_keeper": "Journal des accès : pseudonymes",
    "runs_reader": "Suivi des sources et des envois",
    "people_review": "Dossiers à rapprocher",
    "issuers": "Fournisseurs d'identité",
    "shared_state": "Limites et accès retirés, communs à plusieurs processus",
}
"""What people call the parts that a hub probes."""


def summary(health: Health) -> str:
    """The state in one sentence."""
    if health.missing:
        return "Le service est interrompu en tout ou partie."
    if health.is_limited:
        return "Le service répond aux lectures simples ; recherches et écritures attendent."
    if health.sources or health.late:
        return "Le service répond ; des données tardent à arriver ou à partir."
    return "Le service répond, et tout est à jour."


def page(nonce: str, parts: Sequence[str], health: Health, now: int) -> str:
    """Render the page, as of `now` in Unix seconds."""
    return render(
        "status.html",
        nonce=nonce,
        summary=summary(health),
        parts=[(PARTS[part], health.missing.get(part)) for part in parts],
        health=health,
        late=[(SYSTEMS[backlog.system].label, backlog.waiting) for backlog in health.late],
        now=datetime.fromtimestamp(now, UTC).isoformat(),
        state_text=state_text,
        success_text=success_text,
    )
