"""The actor, the purpose and the application's scope that a command names."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from hub.cli.refuse import refuse
from hub.policy.table import DecisionClass, DecisionTable

ClientOption = Annotated[
    str | None,
    typer.Option(
        "--client", metavar="PORTÉE", help="Portée de clients.toml : à travers une application partenaire qui l'a."
    ),
]


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
    return table.classes.get((actor or "", purpose or "")) or no_such_pair(table)


def client_rows(table: DecisionTable, client: str) -> list[DecisionClass]:
    """The rows that this scope intersects; else the command ends (ARGUMENT_INVALID)."""
    if client not in table.policy.clients:
        known = ", ".join(sorted(table.policy.clients)) or "aucune"
        refuse("ARGUMENT_INVALID", f"« --client » est l'une des portées de clients.toml : {known}.")
    return table.through(client)


def no_such_pair(table: DecisionTable) -> NoReturn:
    """End with the pairs that there are."""
    pairs = ", ".join(f"{kind} {each}" for kind, each in sorted(table.classes))
    refuse("ARGUMENT_INVALID", f"« --actor » et « --purpose » vont ensemble, et sont l'un de ces couples : {pairs}.")
