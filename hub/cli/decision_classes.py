"""The actor, the purpose and the application's scope that a command names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NoReturn

from hub.cli.refusals import refuse
from hub.policy.decide.decision_table import DecisionClass, DecisionTable
from hub.policy.decide.policy_model import ActorKind, Purpose


def decision_class(
    table: DecisionTable, actor: str | None, purpose: str | None, client: str | None = None
) -> DecisionClass:
    """The decisions for this kind of actor and purpose, through an application or not; else the command ends
    (ARGUMENT_INVALID)."""
    if client is not None:
        rows = {(row.kind, row.purpose): row for row in client_rows(table, client)}
        pairs = ", ".join(f"{kind} {each}" for kind, each in rows)
        found = rows.get((actor or "", purpose or ""))
        return found or refuse("ARGUMENT_INVALID", f"La portée « {client} » vaut pour ces couples : {pairs}.")
    return table.classes.get((actor or "", purpose or "")) or no_such_pair(table, actor, purpose)


def client_rows(table: DecisionTable, client: str) -> list[DecisionClass]:
    """The rows that this scope intersects; else the command ends (ARGUMENT_INVALID)."""
    if client not in table.policy.clients:
        known = ", ".join(sorted(table.policy.clients)) or "aucune"
        refuse("ARGUMENT_INVALID", f"« --client » est l'une des portées de clients.toml : {known}.")
    return table.through(client)


def no_such_pair(table: DecisionTable, actor: str | None, purpose: str | None) -> NoReturn:
    """End by saying which of the two words is wrong, and what may stand there."""
    actors, purposes = table.policy.actors, table.policy.purposes
    if actor is not None and actor not in actors:
        kinds = _told(actors, actors)
        refuse("ARGUMENT_INVALID", f"« --actor » ne nomme pas une sorte d'acteur{_near(actor, actors)} : {kinds}.")
    known = purposes.get(purpose) if purpose is not None else None
    if known is None or known.abstract:
        able = {code for kind, code in table.classes if actor in (None, kind)}
        wrong = "manque" if purpose is None else "groupe des finalités" if known else "ne nomme pas une finalité"
        whose = f"celles de « {actor} »" if actor is not None else "celles qui se déclarent"
        near = _near(purpose, able) if purpose is not None else ""
        refuse("ARGUMENT_INVALID", f"« --purpose » {wrong}{near} ; {whose} : {_told(able, purposes)}.")
    if actor is None:
        kinds = _told((kind for kind, code in table.classes if code == purpose), actors)
        refuse("ARGUMENT_INVALID", f"« --actor » manque ; les sortes d'acteurs qui déclarent « {purpose} » : {kinds}.")
    own = _told(actors[actor].purposes, purposes)
    refuse("ARGUMENT_INVALID", f"« {actor} » ne déclare pas la finalité « {purpose} » ; les siennes : {own}.")


def _told(names: Iterable[str], words: Mapping[str, ActorKind] | Mapping[str, Purpose]) -> str:
    return ", ".join(f"{name} ({words[name].label})" for name in sorted(names))


def _near(typed: str, names: Iterable[str]) -> str:
    near = get_close_matches(typed, sorted(names), 1)
    return f", mais « {near[0]} » oui" if near else ""
