"""The French output of the journal's commands."""

from __future__ import annotations

from rich.console import Console

from hub.journal.operator import SearchResult
from hub.journal.read.data_labels import DataLabels
from hub.journal.verify.checkpoint_trail import Fault, Finding
from hub.journal.verify.verification import Verification
from schema.days import PARIS

FAULTS = {
    Fault.CHANGED: "une entrée, ou l'empreinte qui la précède, n'est plus celle qui a été écrite",
    Fault.REMOVED: "des entrées manquent",
    Fault.REORDERED: "des entrées ont changé de place",
    Fault.TRUNCATED: "la fin manque : un point de contrôle l'avait vue",
    Fault.ADDED: "des entrées ont été ajoutées",
    Fault.EXPIRED: "ces entrées, que rien ne vérifie plus, sont d'un mois échu : « hub journal expire » les efface",
    Fault.UNSIGNED: "aucun hub n'a signé ces entrées",
    Fault.KEYS_CHANGED: "ces entrées parlent de personnes dont la clé a été changée ou effacée en dehors du hub",
    Fault.CHECKPOINT_REMOVED: "des points de contrôle manquent",
    Fault.CHECKPOINT_CHANGED: "un point de contrôle ne tient plus au précédent",
    Fault.CHECKPOINT_UNSIGNED: "la signature n'est d'aucune clé connue : remettez sa clé publique, ou il a été changé",
    Fault.ANCHOR_LOST: "le point de contrôle de l'ancre n'y est plus",
}


def show_verified(verification: Verification, console: Console, *, keys: bool) -> None:
    """Print the result of `hub journal verify`; `keys` tells whether the keys of people were compared too."""
    trail = verification.trail
    _print(console, f"{len(trail.streams)} flux, {verification.entries} entrées, {trail.count} points de contrôle.")
    for finding in verification.findings:
        _print(console, f"  {finding.fault.value} — {_place(finding)} : {FAULTS[finding.fault]}.")
    if verification.unsigned:
        _print(console, f"Entrées qu'aucun point de contrôle ne couvre encore : {verification.unsigned}.")
    if not keys:
        _print(console, "Les clés des personnes n'ont pas été comparées : il y faut « role-journal_keeper ».")
    if verification.findings:
        _print(console, "Le journal n'est pas intact : conservez la base en l'état et prévenez le délégué.")
    else:
        _print(console, "Le journal est intact.")
        if trail.anchor is not None:
            _print(console, f"Ancre, à conserver hors de la base : {trail.anchor}")


def show_found(result: SearchResult, limit: int, labels: DataLabels, console: Console) -> None:
    """Print the result of `hub journal search`, at most `limit` accesses."""
    for access in result.accesses[:limit]:
        reader = (
            f"{labels.kinds.get(access.actor_kind, access.actor_kind)}, {_organisation(access.organisation, labels)}"
        )
        at = f"{access.place.at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
        _print(console, f"{at} — {reader} ({access.actor}, par {access.client or '—'})")
        facts = [labels.purposes.get(access.purpose, access.purpose)]
        facts += [f"dossier {access.reference}"] if access.reference else []
        facts += [f"opération {access.operation_name}"] if access.operation_name else []
        people = f"{access.people} personne{'s' if access.people > 1 else ''}"
        _print(
            console,
            f"  {' ; '.join(facts)} ; {people} ; trace {access.trace}",
        )
        if access.visible_from is not None:
            _print(
                console,
                f"  différé : la personne ne le voit qu'à partir du {access.visible_from.astimezone(PARIS):%d/%m/%Y}",
            )
        for data in labels.data(access.coordinates, access.masked):
            _print(console, f"  {data['label']} : {', '.join(data['fields'])}")
    if result.stranger:
        _print(console, "Aucun accès ne correspond, et cet acteur n'est nulle part au journal : vérifiez son écriture.")
    elif not result.accesses:
        _print(console, "Aucun accès ne correspond.")
    elif len(result.accesses) > limit:
        _print(console, "… et d'autres, plus anciens : resserrez les dates, ou augmentez « --limit ».")


def _organisation(siret: str | None, words: DataLabels) -> str:
    if siret is None:
        return "sans organisation"
    return f"{words.organisations[siret]} ({siret})" if siret in words.organisations else siret


def _place(finding: Finding) -> str:
    single = finding.first == finding.last
    numbers = f"{finding.first}" if single else f"{finding.first} à {finding.last}"
    if finding.stream is None:
        return f"point de contrôle {numbers}" if single else f"points de contrôle {numbers}"
    return f"flux {finding.stream}, entrée{'' if single else 's'} {numbers}"


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
