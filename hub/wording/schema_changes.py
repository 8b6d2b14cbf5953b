"""French texts for changes of a client schema, by level, code and reason (`CODE/REASON`)."""

from __future__ import annotations

from collections.abc import Mapping

from hub.federation.changes.change import Change, Level

LEVELS: Mapping[Level, str] = {Level.BREAKING: "casse", Level.DANGEROUS: "à risque", Level.SAFE: "sans effet"}

_TYPE_CHANGED = "était de type « {before} », devient « {after} »"
_DEFAULT_CHANGED = "avait la valeur par défaut « {before} », a « {after} »"
CHANGES: Mapping[str, str] = {
    "ARGUMENT_ADDED": "argument facultatif ajouté",
    "ARGUMENT_DEFAULT_CHANGED": _DEFAULT_CHANGED,
    "ARGUMENT_REMOVED": "argument retiré",
    "ARGUMENT_TYPE_CHANGED": _TYPE_CHANGED,
    "FIELD_ADDED": "champ ajouté",
    "FIELD_DEPRECATION_CHANGED/DEPRECATED": "champ déprécié",
    "FIELD_DEPRECATION_CHANGED/NO_LONGER_DEPRECATED": "champ plus déprécié",
    "FIELD_REMOVED": "champ retiré",
    "FIELD_TYPE_CHANGED": _TYPE_CHANGED,
    "INPUT_FIELD_ADDED": "champ d'entrée facultatif ajouté",
    "INPUT_FIELD_DEFAULT_CHANGED": _DEFAULT_CHANGED,
    "INPUT_FIELD_REMOVED": "champ d'entrée retiré",
    "INPUT_FIELD_TYPE_CHANGED": _TYPE_CHANGED,
    "INTERFACE_ADDED": "implémente « {interface} »",
    "INTERFACE_REMOVED": "n'implémente plus « {interface} »",
    "MEMBER_ADDED": "« {member} » en devient membre",
    "MEMBER_REMOVED": "« {member} » n'en est plus membre",
    "REQUIRED_ARGUMENT_ADDED": "argument obligatoire ajouté",
    "REQUIRED_INPUT_FIELD_ADDED": "champ d'entrée obligatoire ajouté",
    "TYPE_ADDED": "type ajouté",
    "TYPE_KIND_CHANGED": "était {before}, devient {after}",
    "TYPE_REMOVED": "type retiré",
    "VALUE_ADDED": "valeur ajoutée",
    "VALUE_REMOVED": "valeur retirée",
}
KINDS: Mapping[str, str] = {
    "enum": "une énumération",
    "input": "un type d'entrée",
    "interface": "une interface",
    "object": "un objet",
    "scalar": "un scalaire",
    "union": "une union",
}


def change_message(change: Change) -> str:
    """Level, coordinate, French text and code of a change."""
    reason = change.parameters.get("reason")
    text = CHANGES[change.code if reason is None else f"{change.code}/{reason}"]
    parameters = {name: "aucune" if value is None else value for name, value in change.parameters.items()}
    if change.code == "TYPE_KIND_CHANGED":
        parameters = {name: KINDS[kind] for name, kind in parameters.items()}
    return f"{LEVELS[change.level]} : {change.coordinate} : {text.format_map(parameters)} [{change.code}]"
