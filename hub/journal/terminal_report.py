"""What the commands say of the journal, in French."""

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
    Fault.CHECKPOINT_REMOVED: "des points de contrôle manquent",
    Fault.CHECKPOINT_CHANGED: "un point de contrôle ne tient plus au précédent",
    Fault.CHECKPOINT_UNSIGNED: "la signature n'est d'aucune clé connue : remettez sa clé publique, ou il a été changé",
    Fault.ANCHOR_LOST: "le point de contrôle de l'ancre n'y est plus",
}


def show_verified(found: Verification, console: Console) -> None:
    """The result of `hub journal verify`."""
    trail = found.trail
    _say(console, f"{len(trail.streams)} flux, {found.entries} entrées, {trail.count} points de contrôle.")
    for finding in found.findings:
        _say(console, f"  {finding.fault.value} — {_place(finding)} : {FAULTS[finding.fault]}.")
    if found.unsigned:
        _say(console, f"Entrées qu'aucun point de contrôle ne couvre encore : {found.unsigned}.")
    if found.expired:
        _say(console, f"Entrées dont le mois reste à effacer (« hub journal expire ») : {found.expired}.")
    if found.findings:
        _say(console, "Le journal n'est pas intact : conservez la base en l'état et prévenez le délégué.")
    else:
        _say(console, "Le journal est intact.")
        if trail.anchor is not None:
            _say(console, f"Ancre, à conserver hors de la base : {trail.anchor}")


def show_found(found: SearchResult, most: int, words: DataLabels, console: Console) -> None:
    """The result of `hub journal search`: so many accesses at most."""
    for hit in found.accesses[:most]:
        who = f"{words.kinds.get(hit.actor_kind, hit.actor_kind)}, {_organisation(hit.organisation, words)}"
        at = f"{hit.place.at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
        _say(console, f"{at} — {who} ({hit.actor}, par {hit.client or '—'})")
        named = [words.purposes.get(hit.purpose, hit.purpose)]
        named += [f"dossier {hit.reference}"] if hit.reference else []
        named += [f"opération {hit.operation_name}"] if hit.operation_name else []
        _say(
            console, f"  {' ; '.join(named)} ; {hit.people} personne{'s' if hit.people > 1 else ''} ; trace {hit.trace}"
        )
        if hit.visible_from is not None:
            _say(
                console,
                f"  différé : la personne ne le voit qu'à partir du {hit.visible_from.astimezone(PARIS):%d/%m/%Y}",
            )
        for data in words.data(hit.coordinates, hit.masked):
            _say(console, f"  {data['label']} : {', '.join(data['fields'])}")
    if found.stranger:
        _say(console, "Aucun accès ne correspond, et cet acteur n'est nulle part au journal : vérifiez son écriture.")
    elif not found.accesses:
        _say(console, "Aucun accès ne correspond.")
    elif len(found.accesses) > most:
        _say(console, "… et d'autres, plus anciens : resserrez les dates, ou augmentez « --limit ».")


def _organisation(siret: str | None, words: DataLabels) -> str:
    if siret is None:
        return "sans organisation"
    return f"{words.organisations[siret]} ({siret})" if siret in words.organisations else siret


def _place(finding: Finding) -> str:
    one = finding.first == finding.last
    numbers = f"{finding.first}" if one else f"{finding.first} à {finding.last}"
    if finding.stream is None:
        return f"point de contrôle {numbers}" if one else f"points de contrôle {numbers}"
    return f"flux {finding.stream}, entrée{'' if one else 's'} {numbers}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
