"""Rows of the decision table by the actor, the purpose and the application's scope that a command names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NoReturn

from hub.cli.refusals import refuse
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import ActorKind, Purpose


def decision_class(
    table: DecisionTable, actor: str | None, purpose: str | None, client: str | None = None
) -> DecisionClass:
    """Return the row of this kind of actor and purpose, through the application if one is named.

    Without such a row the command ends (ARGUMENT_INVALID).
    """
    if client is not None:
        rows = {(row.kind, row.purpose): row for row in client_rows(table, client)}
        pairs = ", ".join(f"{kind} {code}" for kind, code in rows)
        row = rows.get((actor or "", purpose or ""))
        return row or refuse("ARGUMENT_INVALID", f"La portée « {client} » vaut pour ces couples : {pairs}.")
    return table.classes.get((actor or "", purpose or "")) or no_such_pair(table, actor, purpose)


def client_rows(table: DecisionTable, client: str) -> list[DecisionClass]:
    """Return the rows of an application's scope; an unknown scope ends the command (ARGUMENT_INVALID)."""
    if client not in table.policy.clients:
        scopes = ", ".join(sorted(table.policy.clients)) or "aucune"
        refuse("ARGUMENT_INVALID", f"« --client » est l'une des portées de clients.toml : {scopes}.")
    return table.through(client)


def no_such_pair(table: DecisionTable, actor: str | None, purpose: str | None) -> NoReturn:
    """End the command (ARGUMENT_INVALID) with the option that is wrong and the values that it accepts."""
    actors, purposes = table.policy.actors, table.policy.purposes
    if actor is not None and actor not in actors:
        kinds = _labelled(actors, actors)
        refuse(
            "ARGUMENT_INVALID", f"« --actor » ne nomme pas une sorte d'acteur{_suggestion(actor, actors)} : {kinds}."
        )
    declared = purposes.get(purpose) if purpose is not None else None
    if declared is None or declared.abstract:
        declarable = {code for kind, code in table.classes if actor in (None, kind)}
        wrong = "manque" if purpose is None else "groupe des finalités" if declared else "ne nomme pas une finalité"
        list_title = f"celles de « {actor} »" if actor is not None else "celles qui se déclarent"
        suggestion = _suggestion(purpose, declarable) if purpose is not None else ""
        refuse(
            "ARGUMENT_INVALID", f"« --purpose » {wrong}{suggestion} ; {list_title} : {_labelled(declarable, purposes)}."
        )
    if actor is None:
        kinds = _labelled((kind for kind, code in table.classes if code == purpose), actors)
        refuse("ARGUMENT_INVALID", f"« --actor » manque ; les sortes d'acteurs qui déclarent « {purpose} » : {kinds}.")
    labelled = _labelled(actors[actor].purposes, purposes)
    refuse("ARGUMENT_INVALID", f"« {actor} » ne déclare pas la finalité « {purpose} » ; les siennes : {labelled}.")


def _labelled(names: Iterable[str], labels: Mapping[str, ActorKind] | Mapping[str, Purpose]) -> str:
    return ", ".join(f"{name} ({labels[name].label})" for name in sorted(names))


def _suggestion(typed: str, names: Iterable[str]) -> str:
    matches = get_close_matches(typed, sorted(names), 1)
    return f", mais « {matches[0]} » oui" if matches else ""
