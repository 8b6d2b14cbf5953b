"""The part of the journal's page by which the officer finds the person who asks, under a case number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PURPOSE = "demande"
"""The purpose of the search, which needs a case number."""
QUERY = """query FindPerson($identity: IdentityInput!) {
  findPerson(identity: $identity) {
    outcome
    person { id firstName lastName birthName birthDate }
  }
}"""
NAMES = {"lastName": "Nom d'usage ou de naissance", "firstName": "Prénom"}
KEY = {"department": "Département", "departmentId": "Identifiant interne du département"}
FIELDS = frozenset({"find", "birthDate", "nir", *NAMES, *KEY})
"""Names of the fields of this part of the form."""
OUTCOMES = {
    "NONE": "Personne de votre périmètre ne répond à ces éléments : vérifiez-les avec la personne.",
    "SEVERAL": "Plusieurs personnes répondent à ces éléments : donnez le NIR, ou l'identifiant du département.",
    "CONFLICT": "Ces éléments désignent des personnes différentes : vérifiez-les avec la personne.",
}
NOT_FOR_ACTOR = {
    "message": "Ce jeton ne retrouve personne pour cette finalité.",
    "extensions": {"code": "FIELD_NOT_FOR_ACTOR"},
}
"""The error shown where the answer holds neither an outcome nor errors."""


def identity(form: Mapping[str, str]) -> dict[str, Any]:
    """The identity that the form gives; what is empty is not given."""
    texts = {name: form.get(name, "").strip() for name in FIELDS}
    person: dict[str, Any] = {"birthDate": texts["birthDate"]}
    if texts["nir"]:
        person["nir"] = texts["nir"]
    if any(texts[name] for name in NAMES):
        person["names"] = {name: texts[name] for name in NAMES}
    if any(texts[name] for name in KEY):
        person["departmentIdentifier"] = {"department": texts["department"], "value": texts["departmentId"]}
    return person


def match_context(answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the template says of an answer: errors, a sentence for an outcome other than ONE, the person."""
    if answer is None:
        return {"find_errors": (), "outcome": None, "person": None}
    errors, match = answer.get("errors", ()), (answer.get("data") or {}).get("findPerson")
    if match is None:
        return {"find_errors": errors or (NOT_FOR_ACTOR,), "outcome": None, "person": None}
    return {"find_errors": errors, "outcome": OUTCOMES.get(match["outcome"]), "person": match["person"]}
