"""`hub journal why`: by which rules an agent was told what of a person, on one day."""

from __future__ import annotations

import asyncio
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer

from hub.cli.local_database import database
from hub.cli.options import KEYS, KeysOption, ReferenceOption
from hub.cli.refusals import refuse
from hub.cli.served_graph import served_graph
from hub.journal.operator import AUDIT, search_journal
from hub.journal.read.access_reasons import access_reasons, reasons_text
from hub.journal.read.data_labels import DataLabels, data_labels
from hub.journal.read.search import Access
from hub.journal.read.search_criteria import FORMS as CRITERIA_FORMS
from hub.journal.read.search_criteria import CriterionMalformed, criteria
from hub.journal.signing import Signer
from hub.journal.write.client_texts import check_reference
from hub.journal.write.journalling import deferred_visibility
from hub.policy.decide.decision_table import DecisionTable
from hub.settings import load_settings
from infra.keys import Keys, role_keys
from infra.role_names import JOURNALS
from schema.days import PARIS
from schema.input_forms import FORMS

MOST = 1_000
"""Accesses of one agent to one person on one day that are told."""


def why(
    person: Annotated[UUID, typer.Argument(help="Personne dont les données ont été communiquées.")],
    agent: Annotated[str, typer.Argument(help="Agent : émetteur et sujet de son jeton, « émetteur#sujet ».")],
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Jour, à l'heure de Paris : AAAA-MM-JJ.")],
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    reference: ReferenceOption = None,
    settings: Annotated[
        Path | None, typer.Option(help="Fichier de réglages, pour le nom des organisations et les sous-graphes joints.")
    ] = None,
    keys: KeysOption = KEYS,
) -> None:
    """Dit ce qu'un agent a lu d'une personne un jour, pourquoi et par quels accords ; s'inscrit au journal."""
    reference = check_reference(reference)
    graph = served_graph(settings)
    table, policy = graph.table, graph.table.policy
    if not MINYEAR < day.year < MAXYEAR:
        refuse("BAD_INPUT", "« JOUR » n'est pas un jour du calendrier en temps universel : corrigez son année.")
    begins = day.replace(tzinfo=PARIS)
    try:
        search_criteria = criteria({"actor": agent, "from": begins, "to": begins + timedelta(days=1)}, policy.purposes)
    except CriterionMalformed as error:
        refuse(error.code, f"« AGENT » n'a pas la forme attendue, {FORMS[CRITERIA_FORMS[error.name]]}.")
    loaded_keys = Keys.load(keys, ("journal", *role_keys(*JOURNALS)))
    with database(loaded_keys, *JOURNALS) as dsn:
        signer, delay = Signer(loaded_keys.journal), deferred_visibility(policy).get(AUDIT)
        result = asyncio.run(
            search_journal(dsn, signer, str(person), search_criteria, MOST + 1, reference, delay, "journal_why")
        )
    if len(result.accesses) > MOST:
        refuse("SEARCH_TOO_WIDE", f"Plus de {MOST} accès ce jour-là : cherchez par « hub journal search ».")
    names = load_settings(settings).names if settings is not None else {}
    labels = data_labels(graph.supergraph.schema, table.classification, policy, names, joined=graph.labels)
    if json:
        typer.echo(
            orjson.dumps([_json(access, table, labels) for access in result.accesses], option=orjson.OPT_INDENT_2)
        )
        return
    for access in result.accesses:
        for line in _lines(access, table, labels):
            typer.echo(line)
    if not result.accesses:
        stranger = ", et cet agent n'est nulle part au journal : vérifiez son écriture" if result.stranger else ""
        typer.echo(f"Aucun accès de cet agent à cette personne ce jour-là{stranger}.")


def _lines(access: Access, table: DecisionTable, labels: DataLabels) -> list[str]:
    purpose = table.policy.purposes.get(access.purpose)
    legal = f" ({purpose.legal})" if purpose is not None else ""
    kind = labels.kinds.get(access.actor_kind, access.actor_kind)
    reference = f", dossier {access.reference}" if access.reference else ""
    heading = (
        f"{access.place.at.astimezone(PARIS):%d/%m/%Y %H:%M:%S} — {kind} ({access.actor}, par {access.client or '—'}), "
        f"pour « {labels.purposes.get(access.purpose, access.purpose)} »{legal}{reference} ; trace {access.trace}"
    )
    return [heading, *(f"  {line}" for line in reasons_text(access_reasons(access, table, labels)))]


def _json(access: Access, table: DecisionTable, labels: DataLabels) -> dict[str, object]:
    purpose = table.policy.purposes.get(access.purpose)
    return {
        "at": access.place.at.isoformat(),
        "actor": access.actor,
        "actorKind": access.actor_kind,
        "organisation": access.organisation,
        "organisationName": labels.organisations.get(access.organisation or ""),
        "client": access.client,
        "purpose": access.purpose,
        "purposeLabel": labels.purposes.get(access.purpose),
        "legal": purpose.legal if purpose is not None else None,
        "reference": access.reference,
        "operation": access.operation_name,
        "trace": access.trace,
        "data": [reason.json() for reason in access_reasons(access, table, labels)],
    }
