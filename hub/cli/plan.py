"""`hub plan`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.decision_classes import decision_class
from hub.cli.options import ClientOption
from hub.cli.refusals import refuse
from hub.cli.served_graph import JoinedOption, served_graph
from hub.cli.text_files import read, read_text
from hub.cli.variables import variables_of
from hub.document.variables import bind
from hub.gateway import EVERYONE, allow
from hub.policy.enforce.authorise import authorise
from hub.prepare import Preparer

TRACE = "0" * 32
"""The trace id of the plan: no request was sent."""

app = typer.Typer(add_completion=False)


@app.command()
def plan(
    file: Annotated[Path, typer.Argument(help="Document GraphQL.")],
    supergraph: Annotated[Path | None, typer.Option(help="Supergraphe (SDL) ; par défaut, celui de ce hub.")] = None,
    operation: Annotated[str | None, typer.Option(help="Nom de l'opération, si le document en a plusieurs.")] = None,
    variables: Annotated[
        str | None, typer.Option(metavar="JSON", help="Variables : ce qu'elles excluent n'est pas montré.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Sorte d'acteur : le plan de ce qu'elle peut lire.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Finalité de cet acteur.")] = None,
    client: ClientOption = None,
    settings: JoinedOption = None,
) -> None:
    text = read_text(file, "DOCUMENT_UNREADABLE", "Le document")
    for_actor = (actor, purpose, client) != (None, None, None)
    if (for_actor or settings is not None) and supergraph is not None:
        refuse(
            "ARGUMENT_INVALID",
            "« --actor », « --purpose », « --client » et « --settings » valent pour le graphe de ce hub, sans "
            "« --supergraph ».",
        )
    preparer: Preparer[Any, Any]
    if for_actor:
        graph = served_graph(settings)
        preparer = Preparer(graph.supergraph, graph.schema, partial(authorise, schema=graph.table.classification))
        prepared = preparer.prepare(text, operation, decision_class(graph.table, actor, purpose, client), TRACE)
    else:
        composed = read(supergraph) if supergraph is not None else served_graph(settings).supergraph
        preparer = Preparer(composed, composed.client_schema, allow)
        prepared = preparer.prepare(text, operation, EVERYONE, TRACE)
    query_plan = prepared.plan
    if variables is not None:
        query_plan = query_plan.under(bind(prepared.operation, variables_of(variables), preparer.schema))
    typer.echo(query_plan.text(), nl=False)
