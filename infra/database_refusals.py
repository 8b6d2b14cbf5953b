"""Refusals of a database that is not there, does not answer, or belongs to other keys; none quotes an address."""

from __future__ import annotations

from infra.errors import SetupRefused


def unreachable(error: Exception) -> SetupRefused:
    """Make the refusal without the error's text, which may quote the password of the address."""
    return SetupRefused(
        "DATABASE_UNREACHABLE",
        "La base de données ne répond pas ou refuse l'administrateur : vérifiez DATABASE_URL et le serveur.",
        type(error).__name__,
    )


def other_keys(folder: str, detail: str) -> SetupRefused:
    """Make the refusal of keys that are not those of the database."""
    return SetupRefused(
        "DATABASE_KEYS",
        f"La base refuse les mots de passe des clés de {folder} : nommez par --keys le dossier des clés de cette base. "
        "Si ce sont bien les siennes, changées exprès, donnez-les-lui par « hub database passwords » ; rien n'est "
        "changé ici.",
        detail,
    )


def missing(detail: str) -> SetupRefused:
    """Make the refusal of a database that is not there."""
    return SetupRefused(
        "DATABASE_MISSING",
        "Il n'y a pas de base de données ici : donnez la vôtre par DATABASE_URL, ou créez-la par « hub database "
        "migrate » ; « make demo » crée celle de la démonstration.",
        detail,
    )
